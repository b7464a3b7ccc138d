"""The polite ladder: what a client is told about an open invoice, and when it stops."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from .provider import reais
from .records import Invoice

Language = Literal["pt-BR", "en"]

# Days from the last day to pay; the first rung is the invoice itself, whenever it was drawn up.
RUNGS: tuple[int | None, ...] = (None, -2, 1, 5, 12)

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


def due_rung(due_on: str, today: date, before: Reminder) -> int | None:
    """Return the rung to say today: the latest whose day has come, and only once."""
    if before.stopped:
        return None
    last = date.fromisoformat(due_on)
    come = [
        index
        for index, days in enumerate(RUNGS)
        if days is None or last + timedelta(days=days) <= today
    ]
    latest = max(come)
    return latest if before.rung is None or latest > before.rung else None


def words(
    rung: int, invoice: Invoice, name: str, code: str | None, language: Language
) -> list[str]:
    """Return the messages of a rung; the Pix code stands alone, ready to be copied."""
    said = SAYINGS[language][rung].format_map(_facts(invoice, name, invoice.balance, language))
    return [said] if code is None else [f"{said}\n{PIX[language]}", code]


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
