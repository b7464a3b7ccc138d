"""vCards: contacts as telephones and mail programs exchange them, versions 3.0 and 4.0."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from .files import LONGEST, Phone
from .sheets import FileRefusedError

Version = Literal["3.0", "4.0"]
MAX_CARDS = 10_000
FOLD = 75
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read(data: bytes, phone: Phone) -> tuple[list[dict[str, Any]], int]:
    """Return the contacts of a file and how many cards had no telephone. Raises FileRefusedError.

    Parsing is slow (about a millisecond a card): not for the event loop.
    """
    import vobject  # noqa: PLC0415 - heavy, and few boxes ever read a card

    text, found = _text(data), list[dict[str, Any] | None]()
    try:
        for card in itertools.islice(vobject.readComponents(text), MAX_CARDS + 1):
            found.append(_contact(card, phone) if card.name == "VCARD" else None)
    except vobject.base.ParseError as error:
        line = error.lineNumber or 1
        raise FileRefusedError(line, 1, "this is no vCard line", "esta linha não é vCard") from None
    except Exception as error:  # a foreign parser stumbles over bad cards in many ways
        raise FileRefusedError(
            1, f"card {len(found) + 1}", "the card is malformed", "o cartão está malformado"
        ) from error
    if not found:
        raise FileRefusedError(1, 1, "there is no BEGIN:VCARD", "não há BEGIN:VCARD")
    if len(found) > MAX_CARDS:
        raise FileRefusedError(
            1, 1, f"over {MAX_CARDS} cards; split the file", f"mais de {MAX_CARDS} cartões"
        )
    contacts = [values for values in found if values is not None]
    return contacts, len(found) - len(contacts)


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if (bad := CONTROL.search(text)) is not None:
        line = text.count("\n", 0, bad.start()) + 1
        raise FileRefusedError(line, 1, "there is a control sign", "há um sinal de controle")
    opened = 0
    for line, words in enumerate(text.splitlines(), 1):
        mark = words.strip().upper()
        opened += (mark == "BEGIN:VCARD") - (mark == "END:VCARD")
        if opened not in (0, 1):
            raise FileRefusedError(
                line, 1, "BEGIN and END do not match", "BEGIN e END não combinam"
            )
    if opened:
        last = len(text.splitlines())
        raise FileRefusedError(last, 1, "the last card has no END", "falta END no último cartão")
    return text


def _contact(card: Any, phone: Phone) -> dict[str, Any] | None:
    numbers = (str(item.value).removeprefix("tel:") for item in card.contents.get("tel", ()))
    digits = next((found for number in numbers if (found := phone(number)) is not None), None)
    if digits is None:
        return None
    values: dict[str, Any] = {"phone": digits}
    if name := _first(card, "fn") or _first(card, "org"):
        values["name"] = name[: LONGEST["name"]]
    if (email := _first(card, "email")) and "@" in email:
        values["email"] = email.lower()[: LONGEST["email"]]
    tags = [
        str(tag).strip()[:60]
        for item in card.contents.get("categories", ())
        for tag in (item.value if isinstance(item.value, list) else str(item.value).split(","))
    ]
    if tags := [tag for tag in dict.fromkeys(tags) if tag]:
        values["tags"] = tags[:50]
    return values


def _first(card: Any, name: str) -> str:
    items = card.contents.get(name, ())
    value = items[0].value if items else ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value).strip()


def write(contacts: Iterable[Mapping[str, Any]], version: Version) -> Iterator[str]:
    """Return a card for each contact."""
    for contact in contacts:
        name = contact.get("name") or contact.get("phone") or "?"
        lines = [
            "BEGIN:VCARD",
            f"VERSION:{version}",
            f"UID:urn:uuid:{contact['id']}",
            f"FN:{_escaped(name)}",
            f"N:{_surname(name)}",
        ]
        if phone := contact.get("phone"):
            lines.append(
                f"TEL;VALUE=uri;TYPE=cell:tel:{phone}"
                if version == "4.0"
                else f"TEL;TYPE=CELL:{phone}"
            )
        if email := contact.get("email"):
            lines.append(f"EMAIL:{_escaped(email)}")
        if tags := contact.get("tags"):
            lines.append(f"CATEGORIES:{','.join(map(_escaped, tags))}")
        lines.append("END:VCARD")
        yield "".join(f"{_folded(line)}\r\n" for line in lines)


def _surname(name: str) -> str:
    first, _, last = name.partition(" ")
    return f"{_escaped(last)};{_escaped(first)};;;"


def _escaped(text: str) -> str:
    plain = CONTROL.sub("", text)
    for sign in "\\;,":
        plain = plain.replace(sign, f"\\{sign}")
    return re.sub(r"\r\n|\r|\n", r"\\n", plain)


def _folded(line: str) -> str:
    """Break a line after 75 bytes, never inside of a letter."""
    out, size = list[str](), 0
    for sign in line:
        width = len(sign.encode())
        if size + width > FOLD:
            out.append("\r\n ")
            size = 1
        out.append(sign)
        size += width
    return "".join(out)
