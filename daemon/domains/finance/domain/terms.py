"""The tenant's own terms: where it is paid, who charges for it, and how it reminds."""

import string
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import SecretStr

from daemon.kernel.errors import BadInputError

from .pix import Merchant

Language = Literal["pt-BR", "en"]
Adapter = Literal["none", "asaas"]

PLACES = ("name", "label", "amount", "due")
NO_SECRET = SecretStr("")


@dataclass(frozen=True)
class Rung:
    """One reminder: days from the last day to pay (None: with the invoice), and its words.

    Without words of its own it has those of the house.
    """

    days: int | None
    text: str | None = None


RUNGS = (Rung(None), Rung(-2), Rung(1), Rung(5), Rung(12))


@dataclass(frozen=True)
class Terms:
    """As they stand: the box's settings, with what was set over the API on top."""

    due_days: int = 10
    pix_key: str = ""
    pix_name: str = ""
    pix_city: str = "BRASIL"
    provider: Adapter = "none"
    provider_url: str = "https://api.asaas.com"
    provider_key: SecretStr = NO_SECRET
    webhook_token: SecretStr = NO_SECRET
    reminders_agent: str = ""
    language: Language = "pt-BR"
    rungs: tuple[Rung, ...] = RUNGS
    cancel_after_days: int | None = None
    grace_days: int | None = None

    @property
    def merchant(self) -> Merchant | None:
        """Who is paid by Pix; nobody without a key."""
        return Merchant(self.pix_key, self.pix_name, self.pix_city) if self.pix_key else None

    @property
    def charges(self) -> bool:
        """Whether somebody charges for invoices."""
        return self.provider != "none"

    @property
    def patience(self) -> timedelta | None:
        """How long after the last reminder a subscription ends; None: never by itself."""
        return None if self.cancel_after_days is None else timedelta(days=self.cancel_after_days)


def checked(terms: Terms) -> Terms:
    """Return terms that fit together; raises BadInputError naming the field that does not."""
    if not terms.pix_key.isascii() or any(sign.isspace() for sign in terms.pix_key):
        raise _bad(
            field="pix.key",
            problem="must have neither blanks nor accents",
            pt="não pode ter espaços nem acentos",
        )
    if terms.charges and not terms.provider_key.get_secret_value():
        raise _bad(field="provider.key", problem="is needed to charge", pt="é preciso para cobrar")
    for place, rung in enumerate(terms.rungs):
        _check_rung(rung, terms.rungs[place - 1] if place else None, f"reminders.steps.{place}")
    return terms


def _check_rung(rung: Rung, before: Rung | None, field: str) -> None:
    if rung.days is None and before is not None:
        raise _bad(
            field=f"{field}.days",
            problem="can be null in the first step only",
            pt="só pode ser nulo no primeiro passo",
        )
    known = before is not None and before.days is not None and rung.days is not None
    if known and rung.days <= before.days:  # type: ignore[operator, union-attr]  # both are known
        raise _bad(
            field=f"{field}.days",
            problem="must be after the step before",
            pt="deve vir depois do passo anterior",
        )
    if rung.text is not None:
        _check_places(rung.text, f"{field}.text")


def _check_places(text: str, field: str) -> None:
    """Refuse words with a place that nothing fills."""
    wanted = ", ".join(f"{{{name}}}" for name in PLACES)
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise _bad(
            field=field,
            problem=f"has a lone brace; use {wanted}",
            pt=f"tem uma chave solta; use {wanted}",
        ) from error
    for _, name, form, conversion in parts:
        if name is not None and (name not in PLACES or form or conversion):
            raise _bad(
                field=field,
                problem=f"has an unknown place {{{name}}}; use {wanted}",
                pt=f"tem um lugar desconhecido {{{name}}}; use {wanted}",
            )


def _bad(*, field: str, problem: str, pt: str) -> BadInputError:
    return BadInputError(field=field, problem=problem, problem_pt=pt)
