"""Invoices on paper: what stands on them, in the reader's language."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.finance.domain.records import Client, Invoice
from daemon.domains.finance.service.parts import Finance
from daemon.domains.reports.ports import InvoicePaper

from .ground import Ground

LINE_WORDS = {
    "usage": ("Excedente de {code}", "Extra {code}"),
    "credit": ("Crédito {text}", "Credit {text}"),
}
METER_WORDS = {
    "sessions": ("números", "numbers"),
    "agents": ("agentes", "agents"),
    "messages": ("mensagens", "messages"),
    "documents": ("documentos", "documents"),
    "voice_minutes": ("minutos de voz", "voice minutes"),
}


class Invoices:
    """Reads what stands on an invoice."""

    def __init__(self, base: Ground, finance: Finance, zone: ZoneInfo) -> None:
        self._base, self._finance, self._zone = base, finance, zone

    async def __call__(self, invoice_id: str, language: str) -> InvoicePaper:
        """Return it in a language."""
        sheet = await self._finance.invoices.get(invoice_id)
        invoice = sheet.invoice
        client = await self._finance.clients.get(invoice.client_id)
        corrected = None
        if invoice.corrects is not None:
            corrected = (await self._finance.invoices.get(invoice.corrects)).invoice.label
        place = 0 if language == "pt-BR" else 1
        issued = invoice.issued_at.astimezone(self._zone).date()
        return InvoicePaper(
            label=invoice.label,
            credit_note=invoice.kind == "credit_note",
            corrects=corrected,
            reason=invoice.reason,
            period=invoice.period,
            issued_on=issued.isoformat(),
            due_on=invoice.due_on,
            status=invoice.status,
            overdue=self._finance.overdue(invoice),
            currency=invoice.currency,
            client=_client(client, place),
            issuer=self._issuer(place),
            lines=[self._line(line, place) for line in sheet.lines],
            total=invoice.total,
            paid=invoice.paid,
            credited=invoice.credited,
            balance=invoice.balance,
            pix=self._pix(invoice, sheet.charge),
        )

    def _pix(self, invoice: Invoice, charge: Any) -> str | None:
        return self._finance.pix(invoice, charge)

    def _issuer(self, place: int) -> list[tuple[str, str]]:
        settings = self._base.live
        facts = [("", settings.tenant.name or settings.brand.name)]
        if key := self._finance.desk.terms.pix_key:
            facts.append((("Chave Pix", "Pix key")[place], key))
        if settings.brand.support:
            facts.append((("Atendimento", "Support")[place], settings.brand.support))
        return facts

    def _line(self, line: Any, place: int) -> tuple[str, str, int, int, int]:
        words = LINE_WORDS.get(line.kind)
        meter = METER_WORDS.get(line.code, (line.code, line.code))[place]
        text = words[place].format(code=meter, text=line.description) if words else line.description
        return text, self._span(line, place), line.quantity, line.unit, line.total

    def _span(self, line: Any, place: int) -> str:
        if line.from_at is None or line.until_at is None:
            return ""
        last = line.until_at - timedelta(microseconds=1)
        days = [at.astimezone(self._zone).date() for at in (line.from_at, last)]
        shown = [f"{day:%d/%m/%Y}" if place == 0 else f"{day:%Y-%m-%d}" for day in days]
        return f"{shown[0]} {('a', 'to')[place]} {shown[1]}"


def _client(client: Client, place: int) -> list[tuple[str, str]]:
    facts = [("", client.name)]
    if client.document:
        facts.append(("CPF/CNPJ", written(client.document)))
    if client.email:
        facts.append((("E-mail", "E-mail")[place], client.email))
    if client.phone:
        facts.append((("Telefone", "Phone")[place], f"+{client.phone}"))
    return facts


def written(document: str) -> str:
    """Return a CPF or CNPJ with its dots."""
    bare = "".join(sign for sign in document if sign.isalnum())
    if len(bare) == len("00000000000"):
        return f"{bare[:3]}.{bare[3:6]}.{bare[6:9]}-{bare[9:]}"
    if len(bare) == len("00000000000000"):
        return f"{bare[:2]}.{bare[2:5]}.{bare[5:8]}/{bare[8:12]}-{bare[12:]}"
    return document
