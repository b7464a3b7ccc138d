"""What the API takes and shows of help."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from daemon.kernel.complaints import WrongValueError
from daemon.web.schema import ApiModel, ListQuery, Moment

from .domain import Article, Category, HelpLanguage


def _web_link(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        en = "must be an http or https address"
        pt = "deve ser um endereço http ou https"
        raise WrongValueError(en, pt)
    return value


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Step = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Link = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_link)]
FILM = "/support/videos/{id}/file"


class HelpQuery(ListQuery):
    """Which entries."""

    category: Category | None = None
    language: HelpLanguage | None = Field(None, description="None: that of Accept-Language")
    search: str | None = Field(None, max_length=200, description="Words; accents do not matter")
    hidden: bool = Field(default=False, description="Show hidden entries, too")


class FaqInput(ApiModel):
    """A question of the help centre, and its answer."""

    category: Category
    language: HelpLanguage
    question: Title
    answer: Body


class FaqChange(ApiModel):
    """What to change; what is not given stays."""

    category: Category | None = None
    question: Title | None = None
    answer: Body | None = None
    hidden: bool | None = None


class FaqView(ApiModel):
    """A question and its answer. `changed`: a shipped entry that somebody rewrote or hid."""

    id: str
    category: Category
    language: HelpLanguage
    question: str
    answer: str
    shipped: bool
    changed: bool
    hidden: bool
    updated_at: Moment | None

    @classmethod
    def of(cls, one: Article) -> "FaqView":
        """Show an entry."""
        return cls(
            id=one.id,
            category=one.category,
            language=one.language,
            question=one.title,
            answer=one.body,
            shipped=one.shipped,
            changed=one.changed,
            hidden=one.hidden,
            updated_at=one.updated_at,
        )


class VideoInput(ApiModel):
    """A tutorial: steps to read, and a link to a video; a file is uploaded by its own route."""

    category: Category
    language: HelpLanguage
    title: Title
    summary: Body
    steps: Annotated[list[Step], Field(max_length=100)] = Field(default_factory=list)
    link: Link | None = None


class VideoChange(ApiModel):
    """What to change; what is not given stays."""

    category: Category | None = None
    title: Title | None = None
    summary: Body | None = None
    steps: Annotated[list[Step], Field(max_length=100)] | None = None
    link: Link | None = None
    hidden: bool | None = None


class FilmView(ApiModel):
    """An uploaded video."""

    url: str
    mime: str
    bytes: int
    name: str


class VideoView(ApiModel):
    """A tutorial. `video` is an uploaded file, `link` an address; with neither, read the steps."""

    id: str
    category: Category
    language: HelpLanguage
    title: str
    summary: str
    steps: list[str]
    link: str | None
    video: FilmView | None
    shipped: bool
    changed: bool
    hidden: bool
    updated_at: Moment | None

    @classmethod
    def of(cls, one: Article) -> "VideoView":
        """Show a tutorial."""
        film = one.film
        return cls(
            id=one.id,
            category=one.category,
            language=one.language,
            title=one.title,
            summary=one.body,
            steps=list(one.steps),
            link=one.link,
            video=None
            if film is None
            else FilmView(
                url=FILM.format(id=one.id), mime=film.mime, bytes=film.bytes, name=film.name
            ),
            shipped=one.shipped,
            changed=one.changed,
            hidden=one.hidden,
            updated_at=one.updated_at,
        )
