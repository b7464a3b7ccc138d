"""The polite ladder: what a client is told about an open invoice, and when it stops."""

from collections.abc import Mapping, Sequence
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
# Several open invoices are one message: what is owed is summed up, nobody is told month by month.
SUM: dict[Language, str] = {
    "pt-BR": "Olá, {name}! Você tem {count} faturas em aberto, no total de R$ {amount}:",
    "en": "Hello {name}! You have {count} open invoices, R$ {amount} in all:",
}
LISTED: dict[Language, str] = {
    "pt-BR": "• {label} ({month}): R$ {amount}, vence em {due}",
    "en": "• {label} ({month}): R$ {amount}, due on {due}",
}
LATE: dict[Language, str] = {
    "pt-BR": "• {label} ({month}): R$ {amount}, venceu em {due}",
    "en": "• {label} ({month}): R$ {amount}, was due on {due}",
}
MORE: dict[Language, str] = {
    "pt-BR": "• e mais {count}, no total de R$ {amount}",
    "en": "• and {count} more, R$ {amount} in all",
}
HELP: dict[Language, str] = {
    "pt-BR": "Se já pagou ou quiser combinar outra forma, é só responder por aqui.",
    "en": "If you have paid, or would like to arrange it otherwise, just answer here.",
}
LAST: dict[Language, str] = {
    "pt-BR": "Este é o último lembrete de {labels}.",
    "en": "This is the last reminder of {labels}.",
}
MOST_LISTED = 12
"""More lines than this are a wall; the rest is one line of its own."""
RECEIPT: dict[Language, str] = {
    "pt-BR": "Recebemos o pagamento de R$ {amount} da fatura {label}. Obrigado, {name}!",
    "en": "We received the payment of R$ {amount} for invoice {label}. Thank you, {name}!",
}


@dataclass(frozen=True)
class Reminder:
    """What was said about an invoice before: the last rung and its day, None before the first."""

    rung: int | None
    stopped: bool
    said_on: date | None = None


def due_rung(
    due_on: str, today: date, before: Reminder, rungs: Sequence[Rung] = RUNGS
) -> int | None:
    """Return the rung to say today; each is said at most once.

    Before the last day to pay it is the latest whose day has come. After it the ladder is climbed
    rung by rung with the days between them that it has: where days were missed (a number that was
    down, a box that was off) it goes on later, and nobody's first word of a debt is the last one.
    """
    if before.stopped:
        return None
    known = BY_HAND if before.rung is None else before.rung
    last = date.fromisoformat(due_on)
    come = [
        index
        for index, rung in enumerate(rungs)
        if index > known and (rung.days is None or last + timedelta(days=rung.days) <= today)
    ]
    late = [index for index in come if (rungs[index].days or 0) > 0]
    if not late:
        return max(come, default=None)
    rung = late[0]
    return rung if before.said_on is None or today >= _not_before(rung, before, rungs) else None


def _not_before(rung: int, before: Reminder, rungs: Sequence[Rung]) -> date:
    """Return the first day for a late rung, after the late one that was said last."""
    said, day = before.rung, before.said_on or date.min
    if said is None or said < 0 or (rungs[said].days or 0) <= 0:
        return day
    return day + timedelta(days=(rungs[rung].days or 0) - (rungs[said].days or 0))


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


def summary(
    invoices: Sequence[Invoice],
    name: str,
    code: str | None,
    *,
    today: date,
    last: Sequence[Invoice],
    urls: Mapping[str, str],
    language: Language,
) -> list[str]:
    """Return the messages that sum up what is open, the oldest first; one code pays it all.

    Of those in `last` it is the last word.
    """
    total = sum(one.balance for one in invoices)
    head = SUM[language].format(name=name, count=len(invoices), amount=_money(total, language))
    shown, rest = invoices[:MOST_LISTED], invoices[MOST_LISTED:]
    lines = [head]
    for one in shown:
        late = date.fromisoformat(one.due_on) < today
        line = (LATE if late else LISTED)[language]
        facts = _facts(one, name, one.balance, language)
        lines.append(line.format(month=_month(one.period, language), **facts))
        if url := urls.get(one.id):
            lines.append(f"  {url}")
    if rest:
        left = _money(sum(one.balance for one in rest), language)
        lines.append(MORE[language].format(count=len(rest), amount=left))
    if last:
        lines.append(LAST[language].format(labels=", ".join(one.label for one in last)))
    lines.append(HELP[language])
    said = "\n".join(lines)
    return [said] if code is None else [f"{said}\n{PIX[language]}", code]


def _place(rung: int, rungs: Sequence[Rung]) -> int:
    """Return which of the house's words suit a rung."""
    if rung == BY_HAND or rungs[rung].days is None:
        return 0
    if (rungs[rung].days or 0) <= 0:
        return 1
    if is_last(rung, rungs):
        return 4
    return 2 if rung == _late(rungs)[0] else 3


def is_last(rung: int, rungs: Sequence[Rung]) -> bool:
    """Say whether a rung is the last of several about a debt."""
    late = _late(rungs)
    return len(late) > 1 and rung == late[-1]


def _late(rungs: Sequence[Rung]) -> list[int]:
    return [index for index, one in enumerate(rungs) if (one.days or 0) > 0]


def receipt(invoice: Invoice, name: str, amount: int, language: Language) -> str:
    """Return the thanks for a payment."""
    return RECEIPT[language].format_map(_facts(invoice, name, amount, language))


def _facts(invoice: Invoice, name: str, amount: int, language: Language) -> dict[str, str]:
    due = date.fromisoformat(invoice.due_on)
    return {
        "name": name,
        "label": invoice.label,
        "amount": _money(amount, language),
        "due": f"{due:%d/%m/%Y}" if language == "pt-BR" else due.isoformat(),
    }


def _money(amount: int, language: Language) -> str:
    return reais(amount).replace(".", ",") if language == "pt-BR" else reais(amount)


def _month(period: str, language: Language) -> str:
    """Return `01/2026` for readers of Portuguese, `2026-01` for others."""
    return f"{period[5:]}/{period[:4]}" if language == "pt-BR" else period
