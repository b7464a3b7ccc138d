"""Choices: a question with options, how it is shown in a chat, and what an answer chose.

WhatsApp has no list that reaches everybody (`bridge/PROTOCOL.md`, "What works natively"), so a
choice is a poll where it fits one, else numbered text. However it was shown, the customer may tap
an option or write its number, its label or the beginning of it: all of that is read here.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .errors import BadInputError

MIN_OPTIONS, MAX_OPTIONS = 2, 12
MAX_LABEL, MAX_QUESTION = 100, 255
"""What WhatsApp's apps let a person type into a poll."""

MAX_NUMBERED = 50

_HINTS = {
    "pt": "Responda com o número ou o nome da opção.",
    "en": "Reply with the number or the name of the option.",
    "es": "Responda con el número o el nombre de la opción.",
}
_ORDINALS = (
    ("um", "uma", "primeiro", "primeira", "one", "first"),
    ("dois", "duas", "segundo", "segunda", "two", "second"),
    ("tres", "terceiro", "terceira", "three", "third"),
    ("quatro", "quarto", "quarta", "four", "fourth"),
    ("cinco", "quinto", "quinta", "five", "fifth"),
    ("seis", "sexto", "sexta", "six", "sixth"),
    ("sete", "setimo", "setima", "seven", "seventh"),
    ("oito", "oitavo", "oitava", "eight", "eighth"),
    ("nove", "nono", "nona", "nine", "ninth"),
    ("dez", "decimo", "decima", "ten", "tenth"),
    ("onze", "eleven", "eleventh"),
    ("doze", "twelve", "twelfth"),
)
_NUMBERS = {word: place for place, words in enumerate(_ORDINALS) for word in words}
_BEFORE = re.compile(
    r"^(?:(?:eu|i|quero|queria|prefiro|escolho|pode ser|vou de|want|choose|prefer|pick|would like|"
    r"o|a|os|as|the|opcao|option|item|alternativa|letra|numero|number|n)\s+)+"
)
_AFTER = re.compile(
    r"(?:\s+(?:por favor|pfv|pf|please|obrigad[oa]|thanks|mesmo|opcao|option|one))+$"
)
_DIGITS = re.compile(r"(\d{1,3})(?:a|o|st|nd|rd|th)?")


@dataclass(frozen=True)
class Shown:
    """How a choice is put: the kind of the message, what it reads as, and what it carries.

    `extra` belongs on the message: it holds the options (`extra["choice"]["options"]`) and, for a
    poll, what is sent (`extra["poll"]`).
    """

    kind: Literal["poll", "text"]
    text: str
    extra: dict[str, Any]


def fits_poll(question: str, options: Sequence[str]) -> bool:
    """Say whether WhatsApp shows this as a poll: few options, different from one another, short."""
    folded = {_folded(option) for option in options}
    return (
        MIN_OPTIONS <= len(options) <= MAX_OPTIONS
        and len(folded) == len(options)
        and all(len(option) <= MAX_LABEL for option in options)
        and 0 < len(question) <= MAX_QUESTION
    )


def show(
    question: str, options: Sequence[str], *, polls: bool = True, language: str = "pt"
) -> Shown:
    """Render a choice: as a poll where it fits and the session can send one, else numbered.

    Raises BadInputError naming `text` or `options` when nobody could choose from it.
    """
    question = question.strip()
    labels = checked(question, [" ".join(option.split()) for option in options])
    choice: dict[str, Any] = {"options": labels, "language": language}
    if polls and fits_poll(question, labels):
        poll = {"name": question, "options": labels, "selectable": 1}
        return Shown("poll", listed(question, labels), {"choice": choice, "poll": poll})
    return Shown("text", numbered(question, labels, language), {"choice": choice})


def checked(question: str, options: Sequence[str]) -> list[str]:
    """Return the options, or raise BadInputError naming what is wrong with the choice."""
    if not question:
        raise BadInputError(field="text", problem="is empty", problem_pt="está vazio")
    if not MIN_OPTIONS <= len(options) <= MAX_NUMBERED:
        raise BadInputError(
            field="options",
            problem=f"must hold {MIN_OPTIONS} to {MAX_NUMBERED} options",
            problem_pt=f"deve ter de {MIN_OPTIONS} a {MAX_NUMBERED} opções",
        )
    seen: set[str] = set()
    for place, option in enumerate(options):
        folded = _folded(option)
        if not folded:
            raise BadInputError(
                field=f"options[{place}]", problem="is empty", problem_pt="está vazia"
            )
        if any(unicodedata.category(character) == "Cc" for character in option):
            raise BadInputError(
                field=f"options[{place}]",
                problem="holds control characters",
                problem_pt="tem caracteres de controle",
            )
        if folded in seen:
            raise BadInputError(
                field=f"options[{place}]",
                problem="says the same as another option",
                problem_pt="diz o mesmo que outra opção",
            )
        seen.add(folded)
    return list(options)


def listed(question: str, options: Sequence[str]) -> str:
    """Return how a poll reads where only text is shown."""
    return "\n".join([question, *(f"- {option}" for option in options)])


def numbered(question: str, options: Sequence[str], language: str = "pt") -> str:
    """Return the choice as text that can be answered with a number."""
    lines = [f"{place}. {option}" for place, option in enumerate(options, start=1)]
    hint = _HINTS.get(language[:2].lower(), _HINTS["pt"])
    return "\n".join([question, "", *lines, "", hint])


def chosen(options: Sequence[str], said: str) -> int | None:
    """Return the place of the option that an answer means, None when it means none for sure.

    Understands the label whatever its case and accents (so a vote, which comes as its label), the
    number ("2", "2)", "opção 2", "a segunda", "2️⃣"), and the beginning of exactly one label.
    """
    labels = [_folded(option) for option in options]
    answer = _folded(said)
    for words in dict.fromkeys([answer, _bare(answer)]):
        if words in labels:
            return labels.index(words)
    words = _bare(answer)
    place = _place(words)
    if place is None:
        return _begun(labels, words)
    # A number that no option has may still be how a label begins: "18" of "18h".
    return place if place < len(labels) else _begun(labels, words)


def _place(words: str) -> int | None:
    if (digits := _DIGITS.fullmatch(words)) is not None:
        number = int(digits[1])
        return number - 1 if number > 0 else None
    return _NUMBERS.get(words)


def _begun(labels: Sequence[str], words: str) -> int | None:
    if not words:
        return None
    found = [place for place, label in enumerate(labels) if label.startswith(words)]
    return found[0] if len(found) == 1 else None


def _bare(folded: str) -> str:
    """Take off the words that only lead to the answer; all of them may be the answer."""
    bare = _AFTER.sub("", _BEFORE.sub("", folded))
    return bare or folded


def _folded(text: str) -> str:
    """Return the words in small letters without accents and signs: "2️⃣ Manhã!" is "2 manha".

    What is nothing but signs stays as it is, so that two of them may be two options.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(
        character if character.isalnum() else " "
        for character in plain
        if not unicodedata.combining(character) and character != "\ufe0f"
    )
    return " ".join(letters.split()) or text.strip().casefold()
