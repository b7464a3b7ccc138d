"""Reads what customers type: e-mail, CPF, CNPJ, phone, date, number, one of several choices."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from daemon.kernel.choices import chosen

from .nodes import Check
from .patterns import fits
from .texts import say

MAX_READ = 4000
_MAIL = re.compile(r"[^\s<>,;:()\"']{1,64}@[^\s<>,;:()\"']{1,190}")
_DOCUMENT = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-/ ]{9,24}[0-9A-Za-z]")
_DMY = re.compile(r"\b(\d{1,2})\s?[/.-]\s?(\d{1,2})(?:\s?[/.-]\s?(\d{4}|\d{2}))?(?!\d)")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_WORDY = re.compile(
    r"\b(\d{1,2})\s*(?:º|de)?\s*(?:de\s+)?([a-zç]{3,9})\.?(?:\s*(?:de|,)?\s*(\d{4}))?"
)
_NUMBER = re.compile(r"-?\d[\d.,]*")
_MONTHS = (
    ("janeiro", "january"), ("fevereiro", "february"), ("marco", "march"), ("abril", "april"),
    ("maio", "may"), ("junho", "june"), ("julho", "july"), ("agosto", "august"),
    ("setembro", "september"), ("outubro", "october"), ("novembro", "november"),
    ("dezembro", "december"),
)  # fmt: skip
_DAYS = {"hoje": 0, "today": 0, "amanha": 1, "tomorrow": 1, "ontem": -1, "yesterday": -1}
_CENTURY = 100
_MAX_DIGITS = 30


@dataclass(frozen=True)
class Understood:
    """An answer that was understood; `handle` is the edge that it takes."""

    value: Any
    handle: str = "next"


@dataclass(frozen=True)
class NotUnderstood:
    """An answer that was not, and what to tell the customer."""

    text: str


def understand(check: Check, text: str, language: str, today: date) -> Understood | NotUnderstood:
    """Read an answer to a question."""
    said = text.strip()[:MAX_READ]
    if not said:
        return NotUnderstood(say("empty", language))
    value = _READERS[check.type](said, check, today)
    if value is None:
        which = check.type if check.type != "text" else "pattern"
        return NotUnderstood(say(which, language))
    if check.type == "choice":
        option = check.options[value]
        return Understood(option.label, option.id)
    return _bounded(check, value, language)


def _bounded(check: Check, value: str, language: str) -> Understood | NotUnderstood:
    if check.type == "number":
        return _in_range(check, value, language)
    if check.type == "text":
        if len(value) < check.min_length:
            return NotUnderstood(say("too_short", language))
        if len(value) > check.max_length:
            return NotUnderstood(say("too_long", language))
    if check.pattern is not None and not fits(check.pattern, value, whole=True):
        return NotUnderstood(say("pattern", language))
    return Understood(value)


def _in_range(check: Check, value: str, language: str) -> Understood | NotUnderstood:
    number = Decimal(value)
    low = None if check.min is None else Decimal(str(check.min))
    high = None if check.max is None else Decimal(str(check.max))
    if (low is None or number >= low) and (high is None or number <= high):
        return Understood(value)
    facts = {"low": _tidy(low), "high": _tidy(high)}
    if low is not None and high is not None:
        return NotUnderstood(say("range", language, **facts))
    return NotUnderstood(say("at_least" if high is None else "at_most", language, **facts))


def _tidy(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


# -- a reader for each type: the value, None when it is none


def _text(said: str, _: Check, __: date) -> str | None:
    return said


def _email(said: str, _: Check, __: date) -> str | None:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow to load

    found = _MAIL.search(said)
    if found is None:
        return None
    try:
        known = validate_email(found[0].rstrip("."), check_deliverability=False)
    except EmailNotValidError:
        return None
    return str(known.normalized)


def _cpf(said: str, _: Check, __: date) -> str | None:
    from validate_docbr import CPF  # noqa: PLC0415 - only where a document is asked for

    return _document(said, CPF(), 11)


def _cnpj(said: str, _: Check, __: date) -> str | None:
    from validate_docbr import CNPJ  # noqa: PLC0415 - as above

    return _document(said, CNPJ(), 14)


def _either(said: str, check: Check, today: date) -> str | None:
    return _cpf(said, check, today) or _cnpj(said, check, today)


def _document(said: str, kind: Any, length: int) -> str | None:
    """Find a document in an answer: "meu CPF é 529.982.247-25"."""
    compact = re.sub(r"[.\-/\s]", "", said).upper()
    candidates = [compact, *(re.sub(r"[.\-/ ]", "", one).upper() for one in _words(said))]
    for one in candidates:
        if len(one) == length and one.isascii() and one.isalnum() and kind.validate(one):
            return str(kind.mask(one))
    return None


def _words(said: str) -> list[str]:
    spaced = [found[0] for found in _DOCUMENT.finditer(said)]
    return [*said.split(), *spaced]


def _phone(said: str, check: Check, _: date) -> str | None:
    import phonenumbers  # noqa: PLC0415 - slow to load

    for found in phonenumbers.PhoneNumberMatcher(said, check.country):
        return str(phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164))
    return None


def _date(said: str, _: Check, today: date) -> str | None:
    plain = _folded(said)
    named = [_DAYS[word] for word in re.findall(r"\w+", plain) if word in _DAYS]
    if len(named) == 1 and not re.search(r"\d", plain):
        return (today + timedelta(days=named[0])).isoformat()
    if found := _ISO.search(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DMY.search(plain):
        return _day(_year(found[3], today), int(found[2]), int(found[1]))
    if (found := _WORDY.search(plain)) and (month := _month(found[2])):
        return _day(_year(found[3], today), month, int(found[1]))
    return None


def _year(text: str | None, today: date) -> int:
    if text is None:
        return today.year
    year = int(text)
    if year >= _CENTURY:
        return year
    # "05/03/90" is long ago: two digits stand for the year nearest in the past, or the next ten.
    year += today.year // _CENTURY * _CENTURY
    return year - _CENTURY if year > today.year + 10 else year


def _month(word: str) -> int | None:
    for place, names in enumerate(_MONTHS, start=1):
        if any(name.startswith(word[:3]) and name.startswith(word) for name in names):
            return place
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _number(said: str, _: Check, __: date) -> str | None:
    found = _NUMBER.findall(said)
    if len(found) != 1 or len(found[0]) > _MAX_DIGITS:
        return None
    return decimal(found[0])


def decimal(text: str) -> str | None:
    """Read a number as Brazilians or the English write it: 1.234,56 or 1,234.56."""
    digits = text.rstrip(".,")
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma > dot:
        digits = digits.replace(".", "").replace(",", ".") if digits.count(",") == 1 else ""
    elif comma >= 0:
        digits = digits.replace(",", "")
    elif digits.count(".") > 1 or re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", digits):
        digits = digits.replace(".", "")
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return None
    return f"{number:f}" if number.is_finite() else None


def _choice(said: str, check: Check, _: date) -> int | None:
    labels = [option.label for option in check.options]
    return chosen(labels, said)


def _folded(text: str) -> str:
    return text.casefold().replace("ç", "c").replace("ã", "a").strip(" .!")


_READERS: dict[str, Any] = {
    "text": _text, "email": _email, "cpf": _cpf, "cnpj": _cnpj, "cpf_cnpj": _either,
    "phone": _phone, "date": _date, "number": _number, "choice": _choice,
}  # fmt: skip
