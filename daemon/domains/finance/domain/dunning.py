"""The polite ladder: what a client is told about an open invoice, and when it stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .provider import reais
from .records import Invoice
from .terms import RUNGS, Language, Rung

BY_HAND = -1
"""Not a rung: the invoice was sent because somebody asked."""

# The house's words: with the invoice, before its last day, just after it, later, at last.
SAYINGS: dict[Language, tuple[str, ...]] = {
    "pt-BR": (
        "Olá, {name}! Sua fatura {label}, de R$ {amount}, já está disponível e vence em {due}.",
        "Olá, {name}! Passando para lembrar: a fatura {label}, de R$ {amount}, vence em {due}.",
        (
            "Olá, {name}. Ainda não vimos o pagamento da fatura {label}, de R$ {amount}, que "
            "venceu em {due}. Se já pagou, é só nos avisar por aqui."
        ),
        (
            "Olá, {name}. A fatura {label}, de R$ {amount}, venceu em {due} e continua em aberto. "
            "Podemos ajudar? Responda por aqui."
        ),
        (
            "Olá, {name}. Este é o último lembrete da fatura {label}, de R$ {amount}, vencida em "
            "{due}. Responda por aqui para combinarmos o melhor caminho."
        ),
    ),
    "en": (
        "Hello {name}! Your invoice {label} of R$ {amount} is ready and due on {due}.",
        "Hello {name}! A reminder: invoice {label} of R$ {amount} is due on {due}.",
        (
            "Hello {name}. We have not seen the payment of invoice {label}, R$ {amount}, due on "
            "{due}. If it is paid, just tell us here."
        ),
        (
            "Hello {name}. Invoice {label} of R$ {amount}, due on {due}, is still open. "
            "Can we help? Just answer here."
        ),
        (
            "Hello {name}. This is the last reminder of invoice {label}, R$ {amount}, due on "
            "{due}. Answer here and we will find the best way."
        ),
    ),
}
PIX: dict[Language, str] = {
    "pt-BR": "Para pagar por Pix, copie o código da próxima mensagem.",
    "en": "To pay by Pix, copy the code in the next message.",
}
RECEIPT: dict[Language, str] = {
    "pt-BR": "Recebemos o pagamento de R$ {amount} da fatura {label}. Obrigado, {name}!",
    "en": "We received the payment of R$ {amount} for invoice {label}. Thank you, {name}!",
}


@dataclass(frozen=True)
class Reminder:
    """What was said about an invoice before: the last rung, None before the first."""

    rung: int | None
    stopped: bool


def due_rung(
    due_on: str, today: date, before: Reminder, rungs: Sequence[Rung] = RUNGS
) -> int | None:
    """Return the rung to say today: the latest whose day has come, and only once."""
    if before.stopped:
        return None
    last = date.fromisoformat(due_on)
    come = [
        index
        for index, rung in enumerate(rungs)
        if rung.days is None or last + timedelta(days=rung.days) <= today
    ]
    latest = max(come, default=BY_HAND)
    known = BY_HAND if before.rung is None else before.rung
    return latest if latest > known else None


def words(
    rung: int,
    invoice: Invoice,
    name: str,
    code: str | None,
    *,
    language: Language,
    rungs: Sequence[Rung] = RUNGS,
) -> list[str]:
    """Return the messages of a rung; the Pix code stands alone, ready to be copied."""
    own = rungs[rung].text if 0 <= rung < len(rungs) else None
    sentence = SAYINGS[language][_place(rung, rungs)] if own is None else own
    said = sentence.format_map(_facts(invoice, name, invoice.balance, language))
    return [said] if code is None else [f"{said}\n{PIX[language]}", code]


def _place(rung: int, rungs: Sequence[Rung]) -> int:
    """Return which of the house's words suit a rung."""
    if rung == BY_HAND or rungs[rung].days is None:
        return 0
    if (rungs[rung].days or 0) <= 0:
        return 1
    late = [index for index, one in enumerate(rungs) if (one.days or 0) > 0]
    if rung == late[-1] and len(late) > 1:
        return 4
    return 2 if rung == late[0] else 3


def receipt(invoice: Invoice, name: str, amount: int, language: Language) -> str:
    """Return the thanks for a payment."""
    return RECEIPT[language].format_map(_facts(invoice, name, amount, language))


def _facts(invoice: Invoice, name: str, amount: int, language: Language) -> dict[str, str]:
    due = date.fromisoformat(invoice.due_on)
    money = reais(amount)
    return {
        "name": name,
        "label": invoice.label,
        "amount": money.replace(".", ",") if language == "pt-BR" else money,
        "due": f"{due:%d/%m/%Y}" if language == "pt-BR" else due.isoformat(),
    }
