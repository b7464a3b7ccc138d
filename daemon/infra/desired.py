"""The documents a control plane may send, as this box reads them: whole, or refused with a reason.

What they may say is the protocol's (`sync.protocol.contents`); each new value of a setting passes
the same model as the settings file.
"""

import re
from typing import Any

import orjson
from pydantic import ValidationError

from config.settings import Settings
from sync.protocol.contents import CAPS, MODELS, REMOTE, Entitlements


class BadDocumentError(Exception):
    """The content cannot be put in force; the text names the field."""


def read(kind: str, body: Any, own: Settings) -> Any:
    """Return a document's content, understood. Raises BadDocumentError naming the field."""
    if kind == "config":
        return configured(body, own)
    try:
        return MODELS[kind].model_validate_json(orjson.dumps(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadDocumentError(_named(kind, first)) from None


def configured(body: Any, own: Settings) -> Settings:
    """Return the settings under a remote configuration. Raises BadDocumentError."""
    if not isinstance(body, dict):
        msg = "config: must be an object like nextagent.toml"
        raise BadDocumentError(msg)
    parts: dict[str, Any] = {}
    for branch, values in body.items():
        if branch not in REMOTE or not isinstance(values, dict):
            msg = f"{branch}: may not be changed from afar"
            raise BadDocumentError(msg)
        if strange := sorted(set(values) - REMOTE[branch]):
            msg = f"{branch}.{strange[0]}: may not be changed from afar"
            raise BadDocumentError(msg)
        part = getattr(own, branch)
        try:
            parts[branch] = type(part).model_validate({**dict(part), **values}, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise BadDocumentError(_named(branch, first)) from None
    return own.model_copy(update=parts)


def capped(settings: Settings, entitlements: Entitlements) -> Settings:
    """Return the settings with no limit above what the plan covers."""
    parts: dict[str, Any] = {}
    for name, (branch, field) in CAPS.items():
        if name in entitlements.limits:
            part = parts.get(branch, getattr(settings, branch))
            least = min(getattr(part, field), entitlements.limits[name])
            parts[branch] = part.model_copy(update={field: least})
    return settings.model_copy(update=parts) if parts else settings


def image_of(data: bytes) -> str | None:
    """Return the media type of a picture that a brand may have; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\0\0\1\0"):
        return "image/x-icon"
    start = data[:4096].decode("utf-8", "replace")
    return "image/svg+xml" if re.search(r"<svg[\s>]", start) else None


def _named(place: str, error: Any) -> str:
    where = ".".join(str(part) for part in (place, *error["loc"]))
    return f"{where}: {error['msg']}"[:300]
