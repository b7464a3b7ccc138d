"""Writes SETTINGS.md from the settings themselves: `python -m config.documentation`."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from .settings import PREFIX, Settings

TARGET = Path(__file__).parent / "SETTINGS.md"
HEAD = """# Settings

Every setting can stand in `nextagent.toml` (in the working directory) or in the environment, which
comes first. `[http] port = 9000` and `NEXTAGENT_HTTP__PORT=9000` are the same. A name that is not
here, or a value that does not fit, stops the start with a message that names it.

This file is written by `python -m config.documentation`; a test keeps it true.

| variable | default | what it is |
|---|---|---|
"""


def text() -> str:
    """Return the whole document."""
    rows = [f"| `{name}` | {default} | {words} |" for name, default, words in _rows(Settings)]
    return HEAD + "\n".join(rows) + "\n"


def _rows(model: type[BaseModel], prefix: str = PREFIX) -> Iterator[tuple[str, str, str]]:
    for name, info in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _rows(info.annotation, f"{variable}__")
        else:
            yield variable, _default(info), _words(info)


def _default(info: FieldInfo) -> str:
    value = info.default
    if value is PydanticUndefined or value is None or str(value) == "":
        return "none"
    if "Secret" in str(info.annotation):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _words(info: FieldInfo) -> str:
    bounds = [
        f"{sign} {getattr(rule, name)}"
        for rule in info.metadata
        for name, sign in (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
        if getattr(rule, name, None) is not None
    ]
    words = info.description or ""
    return f"{words} ({', '.join(bounds)})" if bounds else words


if __name__ == "__main__":
    TARGET.write_text(text())
