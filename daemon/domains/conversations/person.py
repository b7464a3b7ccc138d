"""A contact as people keep it: a name of their own, tags, fields, and whether it agreed."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from daemon.kernel.errors import ConflictError, NotFoundError

ACCENTS = re.compile("[\u0300-\u036f]")  # what is left of them once letters are taken apart


@dataclass(frozen=True)
class Person:
    """A contact with what people wrote down about it.

    `named` says that a person chose the name: what WhatsApp tells does not replace it. `opt_in` is
    None for who was never asked.
    """

    id: str
    name: str | None
    phone: str | None
    named: bool
    email: str | None
    tags: list[str]
    fields: dict[str, str]
    opt_in: bool | None
    opt_in_at: datetime | None
    created_at: datetime
    updated_at: datetime | None


class PersonNotFoundError(NotFoundError):
    """No such contact."""

    code = "contact_not_found"
    template = "There is no contact {id}."
    template_pt = "Não existe o contato {id}."


class PersonKnownError(ConflictError):
    """Somebody has this phone already."""

    code = "contact_exists"
    template = "The contact {id} has this phone already."
    template_pt = "O contato {id} já tem este telefone."


def folded(text: str) -> str:
    """Return a text without accents and capitals."""
    if text.isascii():
        return text.lower()
    return ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
