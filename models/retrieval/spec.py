"""Which embedding model: a value that travels to the child and stands beside each vector."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from config.settings import Retrieval

from .ports import Role

Kind = Literal["e5", "gguf", "openai"]
BUILD = 1  # raise it when the built graph of `e5` changes: vectors of two builds never meet

# What a model was trained to see before a text; others take texts as they are.
PREFIXES: dict[str, tuple[str, str]] = {
    "e5": ("query: ", "passage: "),
    "nomic": ("search_query: ", "search_document: "),
}


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """One embedding model. `name` is its identity; the key and the threads are not part of it."""

    kind: Kind
    source: str = ""  # path of a GGUF file, or address of a server up to and with /v1
    model: str = "enpt"  # variant of the embedded model, or the server's name for its model
    size: int = 0  # of a GGUF file, so that another file of the same name is another model
    threads: int = 1
    api_key: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Retrieval) -> Self:
        """Return the model that the settings ask for."""
        if settings.embedder == "default":
            return cls("e5", threads=settings.threads)
        if settings.embedder == "openai":
            key = settings.api_key.get_secret_value()
            address, model = settings.base_url, settings.model
            return cls("openai", address, model, threads=settings.threads, api_key=key)
        path = Path(settings.embedder)
        size = path.stat().st_size if path.is_file() else 0
        return cls("gguf", str(path), "", size, settings.threads)

    @property
    def name(self) -> str:
        """Return the identity of the vectors it makes."""
        if self.kind == "e5":
            return f"multilingual-e5-small-{self.model}-{BUILD}"
        if self.kind == "openai":
            return f"openai:{urlsplit(self.source).netloc}:{self.model}"
        return f"gguf:{Path(self.source).name}:{self.size}"

    def kept(self) -> dict[str, Any]:
        """Return what may be stored: everything but the key."""
        return {
            "kind": self.kind,
            "source": self.source,
            "model": self.model,
            "size": self.size,
        }

    def wire(self) -> dict[str, Any]:
        """Return what the child needs."""
        return {**self.kept(), "threads": self.threads, "api_key": self.api_key}

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """Take what `wire` or `kept` gave."""
        return cls(**data)


def prefix(name: str, role: Role) -> str:
    """Return what goes before a text of this role for a model of this name."""
    for known, (query, passage) in PREFIXES.items():
        if known in name.lower():
            return query if role == "query" else passage
    return ""
