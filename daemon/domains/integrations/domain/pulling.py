"""The way back from a CRM: what its lists say, and what of it is news here."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from . import crm, files, pointers, targets
from .crm import Connector

Phone = Callable[[str], str | None]

MAX_PAGES = 500
PLAIN_AMOUNT = re.compile(r"-?\d{1,13}(\.\d{1,4})?")
MILLISECONDS_FROM = 10**11
# Where our things keep what may come back, and what it is called then.
BACK: dict[str, dict[str, str]] = {
    "contact": {
        "/name": "name",
        "/phone": "phone",
        "/phoneDigits": "phone",
        "/email": "email",
        "/tags": "tags",
        "/optIn": "optIn",
    },
    "deal": {
        "/title": "title",
        "/value": "value",
        "/valueCentavos": "valueCentavos",
        "/stage": "stage",
        "/contact/phone": "phone",
        "/contact/phoneDigits": "phone",
    },
}
OWN = re.compile(r"fields\.[\w -]{1,60}")
LONGEST = {"name": 120, "title": 200, "stage": 60, "email": 254}


class PageError(Exception):
    """An answer is no page of a list; the text says why."""


@dataclass(frozen=True)
class Run:
    """Where a pull stands, between two pages."""

    since: str | None
    began: str
    page: int = 1
    cursor: str | None = None
    newest: str | None = None
    first: str | None = None
    seen: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    problem: str | None = None


@dataclass(frozen=True)
class Pulled:
    """How far a kind of thing was brought over, and how the last time went."""

    id: str
    connector_id: str
    kind: str
    since: str | None
    next_at: datetime
    at: datetime | None
    error: str | None
    seen: int
    created: int
    updated: int
    skipped: int


@dataclass(frozen=True)
class Took:
    """What came of one thing over there, or what would."""

    external_id: str
    object_id: str | None
    action: str
    changes: dict[str, list[Any]] = field(default_factory=dict)
    lost: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def address(connector: Connector, kind: str, run: Run) -> str:
    """Return the address of a page. Raises PageError if it leaves the connector's own."""
    base = connector.base_url.rstrip("/")
    if run.cursor is not None and run.cursor.startswith(("http://", "https://")):
        if not run.cursor.startswith(f"{base}/"):
            said = "the next page is at another address"
            raise PageError(said)
        return run.cursor
    source = {
        "since": run.since or "",
        "page": run.page,
        "offset": run.seen,
        "cursor": run.cursor or "",
    }
    return base + pointers.path(connector.objects[kind]["pull"]["path"], source, set())


def read(pull: Mapping[str, Any], raw: bytes, run: Run) -> tuple[list[Any], str | None, bool]:
    """Return the things of an answer, the next page's mark, and whether there is one."""
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError:
        said = "the answer is no JSON"
        raise PageError(said) from None
    items = pointers.point(pull["items"], answer) if pull["items"] else answer
    if not isinstance(items, list):
        said = f"there is no list at {pull['items'] or 'the top'}"
        raise PageError(said)
    if pull.get("next"):
        found = pointers.point(pull["next"], answer)
        mark = str(found) if isinstance(found, str | int) and found not in ("", False) else None
        return items, mark, mark is not None and mark != run.cursor
    counted = "{{/page" in pull["path"] or "{{/offset" in pull["path"]
    return items, None, counted and bool(items)


def identity(pull: Mapping[str, Any], item: Any) -> str | None:
    """Return the id that a thing has over there."""
    found = pointers.point(pull["id"], item)
    usable = isinstance(found, str | int) and not isinstance(found, bool) and found != ""
    return str(found)[:200] if usable else None


def changed(pull: Mapping[str, Any], item: Any) -> tuple[str | None, datetime | None]:
    """Return when a thing changed over there: as it is said there, and as a moment."""
    if not pull.get("changed"):
        return None, None
    found = pointers.point(pull["changed"], item)
    if not isinstance(found, str | int) or isinstance(found, bool):
        return None, None
    return str(found), moment(str(found))


def moment(text: str) -> datetime | None:
    """Read a moment: ISO 8601 (UTC where it says no zone), or seconds or milliseconds."""
    try:
        if text.isdecimal():
            number = int(text)
            seconds = number / 1000 if number >= MILLISECONDS_FROM else number
            return datetime.fromtimestamp(seconds, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def later(one: str | None, other: str | None) -> str | None:
    """Return the later of two moments as they are spelt there."""
    if one is None or other is None:
        return one or other
    first, second = moment(one), moment(other)
    if first is None or second is None:
        return max(one, other)
    return one if first >= second else other


def fields(kind: str, mapping: Mapping[str, Any]) -> dict[str, str]:
    """Return where each of our fields stands over there: as said, or as it is sent, reversed."""
    pull = mapping.get("pull") or {}
    if pull.get("fields") is not None:
        return dict(pull["fields"])
    found: dict[str, str] = {}
    for steps, source in targets.flat(crm.body_of(mapping["create"])):
        if isinstance(source, str) and (name := _back(kind, source)) is not None:
            spelt = (str(one).replace("~", "~0").replace("/", "~1") for one in steps)
            found.setdefault(name, "".join(f"/{one}" for one in spelt))
    return found


def _back(kind: str, source: str) -> str | None:
    if kind == "contact" and source.startswith("/fields/"):
        name = f"fields.{source.removeprefix('/fields/')}"
        return name if OWN.fullmatch(name) else None
    return BACK[kind].get(source)


def known(kind: str, name: str) -> bool:
    """Say whether a field of ours may come back."""
    own = kind == "contact" and OWN.fullmatch(name) is not None
    return own or name in BACK.get(kind, {}).values()


def values(
    kind: str, mapping: Mapping[str, Any], item: Any, phone: Phone
) -> tuple[dict[str, Any], list[str]]:
    """Return what a thing over there says, in our words, and what of it makes no sense."""
    said, problems = dict[str, Any](), list[str]()
    for name, source in fields(kind, mapping).items():
        raw = pointers.value(source, item, set())
        if raw is None or raw in ("", []):
            continue  # what is empty over there takes nothing away here
        value = _value(name, raw, phone)
        if value is None:
            problems.append(name)
        else:
            said["valueCentavos" if name == "value" else name] = value
    return said, problems


def _value(name: str, raw: Any, phone: Phone) -> Any:
    if name == "tags":
        return _tags(raw)
    if name in {"value", "valueCentavos"}:
        return _centavos(name, raw)
    if isinstance(raw, bool):
        return raw if name == "optIn" else None
    text = str(raw).strip() if isinstance(raw, str | int) else ""
    if not text or "\0" in text:
        return None
    if name == "phone":
        return phone(text)
    return files.cell(name, text) if name in {"email", "optIn"} else text[: _longest(name)]


def _longest(name: str) -> int:
    return LONGEST.get(name, 1000)


def _tags(raw: Any) -> list[str] | None:
    parts = re.split(r"\s*[,;|]\s*", raw) if isinstance(raw, str) else raw
    if not isinstance(parts, list) or not all(isinstance(one, str | int) for one in parts):
        return None
    return sorted({str(one)[:60] for one in parts if one != ""})


def _centavos(name: str, raw: Any) -> int | None:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    text = str(raw).strip()
    if name == "valueCentavos":
        amount = int(text) if text.isdecimal() else None
    elif PLAIN_AMOUNT.fullmatch(text):
        amount = int((Decimal(text) * 100).to_integral_value(ROUND_HALF_UP))
    else:
        amount = files.centavos(text)
    return amount if amount is not None and 0 <= amount <= files.MAX_CENTAVOS else None


def ours(kind: str, thing: Mapping[str, Any]) -> dict[str, Any]:
    """Return what we have of what may come back."""
    if kind == "deal":
        contact = thing.get("contact") or {}
        names = ("title", "valueCentavos", "stage")
        return {**{name: thing.get(name) for name in names}, "phone": contact.get("phoneDigits")}
    own = {f"fields.{name}": value for name, value in (thing.get("fields") or {}).items()}
    plain = {name: thing.get(name) for name in ("name", "email", "optIn")}
    return {
        **plain,
        "phone": thing.get("phoneDigits"),
        "tags": sorted(thing.get("tags") or ()),
        **own,
    }


def merge(
    agreed: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    *,
    their_at: datetime | None,
    my_at: datetime | None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what to take over, and what was lost where both sides changed a field.

    The last change wins; where nobody says when theirs was, what is here stays.
    """
    take, lost = dict[str, Any](), list[dict[str, Any]]()
    newer = their_at is not None and (my_at is None or their_at > my_at)
    for name, value in theirs.items():
        held = mine.get(name)
        if held == value or (name in agreed and agreed[name] == value):
            continue
        touched = held not in (None, "", []) and not (name in agreed and agreed[name] == held)
        if touched:
            kept, gone = (value, held) if newer else (held, value)
            winner = "there" if newer else "here"
            lost.append({"field": name, "kept": kept, "lost": gone, "winner": winner})
        if newer or not touched:
            take[name] = value
    return take, lost


def problem_words(took: Sequence[str]) -> str | None:
    """Say which fields made no sense."""
    return f"not understood: {', '.join(took)}" if took else None
