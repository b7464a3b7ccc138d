"""The shipped help: one JSON file a kind and language, in the package; no internet is needed."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import orjson

from .domain import Article

FOLDER = "content"
KINDS = ("faq", "video")
LANGUAGES = ("pt-BR", "en")


@cache
def shipped() -> Mapping[str, Article]:
    """Read the content; call it in a thread the first time."""
    entries = {}
    for kind in KINDS:
        for language in LANGUAGES:
            file = files(__package__).joinpath(FOLDER, f"{kind}.{language}.json")
            for one in orjson.loads(file.read_bytes()):
                entries[one["id"]] = Article(
                    id=one["id"],
                    kind=kind,  # type: ignore[arg-type]  # one of KINDS
                    language=language,  # type: ignore[arg-type]  # one of LANGUAGES
                    category=one["category"],
                    title=one["title"],
                    body=one["body"],
                    steps=tuple(one.get("steps", ())),
                )
    return entries
