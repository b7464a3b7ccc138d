"""What can be said beside text and files: made, checked and read aloud. Pure.

Each content carries its facts in `details`, in the form that incoming messages have too, and a
`text` that a person reads where only text is shown.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from daemon.kernel.choices import MAX_LABEL, MAX_OPTIONS, MAX_QUESTION, MIN_OPTIONS, checked, listed
from daemon.kernel.errors import BadInputError

from .domain import NewContent, phone_digits

_ESCAPED = re.compile(r"([\\,;])")


def choice(question: str, options: Sequence[str]) -> NewContent:
    """Return a question with options, or raise naming the field.

    How it is shown is decided where the session is known.
    """
    labels = [" ".join(option.split()) for option in options]
    if not question.strip():
        raise BadInputError(field="text", problem="is empty", problem_pt="está vazio")
    _options("choice", question, labels)
    return NewContent(kind="choice", text=question, options=tuple(labels))


def poll(name: str, options: Sequence[str], selectable: int) -> NewContent:
    """Return a poll, or raise naming the field. `selectable` 0: any number of options."""
    question = name.strip()
    labels = [" ".join(option.split()) for option in options]
    _within("poll.name", question, MAX_QUESTION)
    if not MIN_OPTIONS <= len(labels) <= MAX_OPTIONS:
        raise BadInputError(
            field="poll.options",
            problem=f"must hold {MIN_OPTIONS} to {MAX_OPTIONS} options",
            problem_pt=f"deve ter de {MIN_OPTIONS} a {MAX_OPTIONS} opções",
        )
    for place, label in enumerate(labels):
        _within(f"poll.options[{place}]", label, MAX_LABEL)
    _options("poll", question, labels)
    if selectable > len(labels):
        raise BadInputError(
            field="poll.selectableCount",
            problem="is more than there are options",
            problem_pt="é maior que o número de opções",
        )
    facts = {"name": question, "options": labels, "selectable": selectable}
    return NewContent(kind="poll", text=listed(question, labels), details={"poll": facts})


def location(
    latitude: float, longitude: float, name: str | None, address: str | None
) -> NewContent:
    """Return a place on the map."""
    place = {"latitude": latitude, "longitude": longitude, "name": name, "address": address}
    return NewContent(kind="location", text=place_text(place), details={"location": place})


def contact(
    name: str, phones: Sequence[str], *, email: str | None = None, organization: str | None = None
) -> NewContent:
    """Return the card of somebody, or raise naming the field."""
    name = " ".join(name.split())
    _within("contact.name", name, MAX_QUESTION)
    numbers = [
        phone_digits(phone, field_name=f"contact.phones[{place}]")
        for place, phone in enumerate(phones)
    ]
    card = {
        "name": name,
        "phones": [f"+{number}" for number in numbers],
        "vcard": _vcard(name, numbers, email, organization),
    }
    return NewContent(kind="contact", text=cards_text([card]), details={"contacts": [card]})


def reaction(message_id: str, emoji: str | None) -> NewContent:
    """Return a reaction to a message of the chat; without an emoji it takes one back."""
    if emoji and any(sign.isalpha() or sign < " " for sign in emoji):
        raise BadInputError(
            field="reaction.emoji", problem="must be an emoji", problem_pt="deve ser um emoji"
        )
    return NewContent(kind="reaction", target_id=message_id, details={"emoji": emoji or None})


def read_aloud(kind: str, text: str, details: Mapping[str, Any]) -> str:
    """Return the text of an incoming message; what has none of its own is described."""
    if text:
        return text
    if kind == "location" and (place := details.get("location")):
        return place_text(place)
    if kind == "contact" and (cards := details.get("contacts")):
        return cards_text(cards)
    return ""


def place_text(place: Mapping[str, Any]) -> str:
    """Return a place in a line: its name and address as far as known, and where it is."""
    spot = f"{place['latitude']:.5f}, {place['longitude']:.5f}"
    names = [str(place[part]) for part in ("name", "address") if place.get(part)]
    return f"📍 {', '.join(names)} ({spot})" if names else f"📍 {spot}"


def cards_text(cards: Sequence[Mapping[str, Any]]) -> str:
    """Return cards as names and numbers, one a line."""
    lines = []
    for card in cards:
        phones = ", ".join(card.get("phones") or ())
        lines.append(": ".join(part for part in (card.get("name"), phones) if part))
    return "\n".join(f"👤 {line}" for line in lines if line)


def _options(part: str, question: str, labels: Sequence[str]) -> None:
    try:
        checked(question, labels)
    except BadInputError as error:
        problems = {name: str(error.facts[name]) for name in ("problem", "problem_pt")}
        raise BadInputError(field=f"{part}.{error.field}", **problems) from None


def _within(field: str, value: str, limit: int) -> None:
    if not value:
        raise BadInputError(field=field, problem="is empty", problem_pt="está vazio")
    if "\0" in value:
        raise BadInputError(
            field=field,
            problem="holds control characters",
            problem_pt="tem caracteres de controle",
        )
    if len(value) > limit:
        raise BadInputError(
            field=field,
            problem=f"is over the limit of {limit} characters",
            problem_pt=f"passa do limite de {limit} caracteres",
        )


def _vcard(name: str, numbers: Sequence[str], email: str | None, organization: str | None) -> str:
    """Return a vCard 3.0; `waid` is what makes WhatsApp offer to write to the number."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:;{_plain(name)};;;", f"FN:{_plain(name)}"]
    if organization:
        lines.append(f"ORG:{_plain(organization)}")
    lines += [f"TEL;type=CELL;type=VOICE;waid={number}:+{number}" for number in numbers]
    if email:
        lines.append(f"EMAIL:{_plain(email)}")
    return "\r\n".join([*lines, "END:VCARD"]) + "\r\n"


def _plain(value: str) -> str:
    """Escape a value, so that nothing in it begins a line or a field of its own."""
    return _ESCAPED.sub(r"\\\1", " ".join(value.split()))
