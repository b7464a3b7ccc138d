"""What the columns of a file mean, and the rows that come of them."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from daemon.kernel.errors import BadInputError

from .sheets import FileRefusedError, Sheet

FileKind = Literal["contacts", "clients", "deals"]
Source = Literal["csv", "drop", "vcard"]
Phone = Callable[[str], str | None]
"""Returns the digits of a number as people type it; None when it is none."""

# Heads of columns, without accents and signs.
ALIASES: dict[str, dict[str, str]] = {
    "contacts": {
        "name": "name nome contato cliente nomecompleto fullname displayname",
        "phone": "phone telefone celular whatsapp fone mobile numero tel phonenumber",
        "email": "email correio",
        "tags": "tags etiquetas marcadores labels",
        "optIn": "optin aceite consentimento consent",
    },
    "clients": {
        "name": "name nome cliente razaosocial nomecompleto empresa company",
        "phone": "phone telefone celular whatsapp fone mobile",
        "email": "email correio",
        "document": "document documento cpf cnpj cpfcnpj",
        "externalId": "externalid idexterno codigo id code",
    },
    "deals": {
        "title": "title titulo negocio oportunidade deal",
        "phone": "phone telefone celular whatsapp fone contactphone",
        "contactName": "contactname contato nome cliente name",
        "value": "value valor preco amount price",
        "stage": "stage etapa fase status",
        "externalId": "externalid idexterno codigo id code",
    },
}
REQUIRED = {"contacts": "phone", "clients": "name", "deals": "title"}
# What tells one thing from another, the first that is there.
KNOWN_BY = {
    "contacts": ("phone",),
    "clients": ("externalId", "document"),
    "deals": ("externalId",),
}
LONGEST = {"name": 120, "title": 200, "stage": 60, "externalId": 120, "email": 254, "document": 20}
YES, NO = frozenset({"1", "sim", "s", "yes", "y", "true", "x"}), frozenset({"0", "nao", "n", "no"})
AMOUNT = re.compile(r"(?:R\$)?\s*(\d[\d.,\s]*)")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
MAX_CENTAVOS = 10**13


@dataclass(frozen=True)
class Import:
    """A file that came, and what became of it."""

    id: str
    source: Source
    file: str
    kind: str
    sha256: str
    outcome: Literal["imported", "refused"]
    error: str | None
    rows: int
    created: int
    updated: int
    at: datetime


@dataclass(frozen=True)
class Plan:
    """The rows of a file as values of our own, and which column is which."""

    kind: FileKind
    columns: dict[str, str]
    ignored: list[str]
    rows: list[dict[str, Any]]


def plan(sheet: Sheet, kind: FileKind, chosen: Mapping[str, str] | None, phone: Phone) -> Plan:
    """Read every row, by the chosen mapping or by the names of the columns.

    Raises BadInputError for a mapping that does not fit, FileRefusedError for a bad cell.
    """
    columns = _chosen(sheet, kind, chosen) if chosen else _guessed(sheet, kind)
    if REQUIRED[kind] not in columns.values():
        raise _without(REQUIRED[kind], kind)
    places = [(sheet.columns.index(name), name, target) for name, target in columns.items()]
    rows = list[dict[str, Any]]()
    seen: dict[Any, tuple[int, dict[str, Any]]] = {}
    for row in sheet.rows:
        values: dict[str, Any] = {}
        for place, name, target in places:
            _put(values, target, row.cells[place], line=row.line, column=name, phone=phone)
        if not values.get(REQUIRED[kind]):
            name = next(name for name, target in columns.items() if target == REQUIRED[kind])
            raise FileRefusedError(row.line, name, "the cell is empty", "a célula está vazia")
        _once(seen, values, kind, row.line, columns)
        rows.append(values)
    return Plan(kind, columns, [name for name in sheet.columns if name not in columns], rows)


def _without(wanted: str, kind: str) -> FileRefusedError:
    names = ", ".join(ALIASES[kind][wanted].split()[:4])
    return FileRefusedError(
        1,
        1,
        f"no column is the {wanted}; one must be called so (understood: {names})",
        f"nenhuma coluna é {wanted}; uma precisa ter esse nome (são entendidos: {names})",
    )


def _once(
    seen: dict[Any, tuple[int, dict[str, Any]]],
    values: dict[str, Any],
    kind: str,
    line: int,
    columns: Mapping[str, str],
) -> None:
    """Refuse two rows that say different things of one: the last would win unseen."""
    target = next((name for name in KNOWN_BY[kind] if values.get(name)), None)
    if target is None:
        return
    first, before = seen.setdefault((target, values[target]), (line, values))
    if before != values:
        name = next(name for name, its in columns.items() if its == target)
        raise FileRefusedError(
            line,
            name,
            f"line {first} has {str(values[target])[:40]!r}, too, and says something else",
            f"a linha {first} também tem {str(values[target])[:40]!r}, e diz outra coisa",
        )


def _guessed(sheet: Sheet, kind: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    for name in sheet.columns:
        for target, words in ALIASES[kind].items():
            if folded(name) in words.split() and target not in columns.values():
                columns[name] = target
                break
    return columns


def _chosen(sheet: Sheet, kind: str, chosen: Mapping[str, str]) -> dict[str, str]:
    for name, target in chosen.items():
        if name not in sheet.columns:
            raise BadInputError(
                field="mapping",
                problem=f"the file has no column {name!r}",
                problem_pt=f"o arquivo não tem a coluna {name!r}",
            )
        own = kind == "contacts" and re.fullmatch(r"fields\.[\w -]{1,60}", target)
        if target not in ALIASES[kind] and not own:
            known = ", ".join(ALIASES[kind])
            raise BadInputError(
                field="mapping",
                problem=f"{target!r} is none of: {known}",
                problem_pt=f"{target!r} não é um destes: {known}",
            )
    return dict(chosen)


def _put(
    values: dict[str, Any], target: str, cell: str, *, line: int, column: str, phone: Phone
) -> None:
    if not cell:
        return
    if len(cell) > LONGEST.get(target, 1000):
        raise FileRefusedError(line, column, "the cell is too long", "a célula é longa demais")
    if target.startswith("fields."):
        values.setdefault("fields", {})[target.removeprefix("fields.")] = cell
    elif target == "tags":
        values["tags"] = list(dict.fromkeys(tag for tag in re.split(r"\s*[,;|]\s*", cell) if tag))
    else:
        read = _READERS.get(target)
        value = phone(cell) if target == "phone" else read(cell) if read else cell
        if value is None:
            what, what_pt = _WRONG[target]
            raise FileRefusedError(
                line, column, f"{what}: {cell[:40]!r}", f"{what_pt}: {cell[:40]!r}"
            )
        values[target] = value


_WRONG = {
    "phone": ("not a phone number", "não é um telefone"),
    "email": ("not an e-mail address", "não é um e-mail"),
    "value": ("not an amount of money", "não é um valor em dinheiro"),
    "optIn": ("neither yes nor no", "nem sim nem não"),
}


def centavos(text: str) -> int | None:
    """Read an amount as people write it: `1.234,56`, `1,234.56`, `R$ 90`; None when it is none."""
    found = AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    digits = re.sub(r"\s", "", found[1])
    mark = max(digits.rfind(","), digits.rfind("."))
    # Three digits after the only kind of mark are thousands, not a fraction.
    fraction = digits[mark + 1 :] if mark >= 0 and len(digits) - mark - 1 in {1, 2} else ""
    whole = digits[: mark if fraction else len(digits)]
    number = Decimal(f"{re.sub('[.,]', '', whole)}.{fraction or '0'}")
    amount = int((number * 100).to_integral_value(ROUND_HALF_UP))
    return amount if amount <= MAX_CENTAVOS else None


def _email(text: str) -> str | None:
    return text.lower() if EMAIL.fullmatch(text) else None


def _yes(text: str) -> bool | None:
    word = folded(text)
    return True if word in YES else False if word in NO else None


_READERS: dict[str, Callable[[str], Any]] = {"value": centavos, "email": _email, "optIn": _yes}


def cell(target: str, text: str) -> Any:
    """Read the text of a cell; None where it is none of its kind."""
    return _READERS[target](text)


def folded(text: str) -> str:
    """Return a word without accents, signs and capitals."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())
