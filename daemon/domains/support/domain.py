"""Entries of the help centre: shipped ones, and what a reseller adds, changes or hides."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from daemon.kernel.errors import (
    BadInputError,
    ConflictError,
    NotFoundError,
    UnprocessableError,
)

Kind = Literal["faq", "video"]
Category = Literal[
    "start",
    "whatsapp",
    "agents",
    "conversations",
    "documents",
    "flows",
    "billing",
    "reports",
    "integrations",
    "security",
    "trouble",
    "other",
]
HelpLanguage = Literal["pt-BR", "en"]

MAX_OWN = 500
MAX_VIDEO_MB = 512
# What a browser plays, by how the file begins: (offset, bytes, type).
VIDEOS = (
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
)


@dataclass(frozen=True)
class Film:
    """A video that was uploaded."""

    mime: str
    bytes: int
    name: str


@dataclass(frozen=True)
class Article:
    """A question with its answer, or a tutorial: steps to read, and a video where there is one."""

    id: str
    kind: Kind
    language: HelpLanguage
    category: Category
    title: str
    body: str
    steps: tuple[str, ...] = ()
    link: str | None = None
    film: Film | None = None
    hidden: bool = False
    shipped: bool = True
    changed: bool = False
    updated_at: datetime | None = None


class ArticleNotFoundError(NotFoundError):
    """No such entry."""

    code = "help_not_found"
    template = "There is no help entry {id}."
    template_pt = "Não existe o item de ajuda {id}."


class ArticleLimitError(ConflictError):
    """There are as many own entries as there may be."""

    code = "help_limit"
    template = "At most {limit} entries of your own. Delete one first."
    template_pt = "No máximo {limit} itens próprios. Apague um antes."


class NoFilmError(NotFoundError):
    """The tutorial has no uploaded video."""

    code = "video_not_found"
    template = "Tutorial {id} has no uploaded video."
    template_pt = "O tutorial {id} não tem vídeo enviado."


class NotAVideoError(UnprocessableError):
    """The file is nothing that a browser plays."""

    code = "not_a_video"
    template = "{name} is no MP4 or WebM video."
    template_pt = "{name} não é um vídeo MP4 ou WebM."


def flat(text: str) -> str:
    """Return a text without case and accents, for searching."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def found(
    articles: Iterable[Article],
    *,
    category: str | None,
    language: str | None,
    search: str | None,
    hidden: bool,
) -> list[Article]:
    """Return what is asked for: every word must be there, those in the title come first."""
    words = flat(search or "").split()
    kept = [
        one
        for one in articles
        if category in (None, one.category)
        and language in (None, one.language)
        and (hidden or not one.hidden)
        and all(word in _text(one) for word in words)
    ]
    return sorted(kept, key=lambda one: (-sum(word in flat(one.title) for word in words),))


def after(articles: Sequence[Article], cursor: str | None) -> Sequence[Article]:
    """Return what follows an entry in a list. Raises BadInputError when it is not there."""
    if cursor is None:
        return articles
    for place, one in enumerate(articles):
        if one.id == cursor:
            return articles[place + 1 :]
    raise BadInputError(
        field="cursor",
        problem="take it from nextCursor of the page before",
        problem_pt="use o nextCursor da página anterior",
    )


def kind_of_film(head: bytes) -> str | None:
    """Return the type of a video by how its file begins; its name says nothing."""
    for offset, mark, mime in VIDEOS:
        if head[offset : offset + len(mark)] == mark:
            return mime
    return None


def _text(one: Article) -> str:
    return flat(f"{one.title} {one.body} {' '.join(one.steps)}")
