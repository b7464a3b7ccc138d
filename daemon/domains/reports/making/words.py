"""The words of reports, and how numbers, money and dates are written in each language."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from .book import Unit

MINUTE, HOUR = 60, 3600

# Key: Portuguese, English.
WORDS: dict[str, tuple[str, str]] = {
    "conversations": ("Conversas", "Conversations"),
    "finance": ("Financeiro", "Finance"),
    "performance": ("Desempenho dos agentes", "Agent performance"),
    "usage": ("Uso", "Usage"),
    "messages": ("Mensagens", "Messages"),
    "invoices": ("Faturas", "Invoices"),
    "months": ("Receita recorrente por mês", "Recurring revenue by month"),
    "payments": ("Pagamentos", "Payments"),
    "agents": ("Agentes", "Agents"),
    "topics": ("Perguntas sem resposta", "Unanswered questions"),
    "periods": ("Uso por período", "Usage by period"),
    "week": ("Horas da semana", "Hours of the week"),
    "summary": ("Resumo", "Summary"),
    "charts": ("Gráficos", "Charts"),
    "filters": ("Filtros", "Filters"),
    "made_at": ("Gerado em", "Made on"),
    "period": ("Período", "Period"),
    "page": ("Página", "Page"),
    "of": ("de", "of"),
    "to": ("a", "to"),
    "at": ("Data e hora", "Date and time"),
    "conversation": ("Conversa", "Conversation"),
    "contact": ("Contato", "Contact"),
    "phone": ("Telefone", "Phone"),
    "agent": ("Agente", "Agent"),
    "session": ("Sessão", "Session"),
    "owner": ("Responsável", "Owner"),
    "author": ("Autor", "Author"),
    "kind": ("Tipo", "Kind"),
    "text": ("Texto", "Text"),
    "state": ("Situação", "State"),
    "id": ("Id", "Id"),
    "received": ("Recebidas", "Received"),
    "by_bot": ("Do agente", "By the agent"),
    "by_people": ("De pessoas", "By people"),
    "sent": ("Enviadas", "Sent"),
    "failed": ("Com falha", "Failed"),
    "first": ("Primeira mensagem", "First message"),
    "last": ("Última mensagem", "Last message"),
    "messages_by_day": ("Mensagens por dia", "Messages by day"),
    "messages_by_month": ("Mensagens por mês", "Messages by month"),
    "messages_by_week": ("Mensagens por semana", "Messages by week"),
    "messages_by_hour": ("Mensagens por hora do dia", "Messages by hour of the day"),
    "messages_by_weekday": ("Mensagens por dia da semana", "Messages by day of the week"),
    "label": ("Número", "Number"),
    "client": ("Cliente", "Client"),
    "document": ("CPF/CNPJ", "CPF/CNPJ"),
    "issued": ("Emissão", "Issued"),
    "due": ("Vencimento", "Due"),
    "total": ("Total", "Total"),
    "paid": ("Pago", "Paid"),
    "credited": ("Creditado", "Credited"),
    "balance": ("Em aberto", "Open"),
    "invoice": ("Fatura", "Invoice"),
    "amount": ("Valor", "Amount"),
    "method": ("Meio", "Method"),
    "month": ("Mês", "Month"),
    "mrr": ("MRR", "MRR"),
    "mrr_start": ("MRR no início", "MRR at start"),
    "mrr_end": ("MRR no fim", "MRR at end"),
    "new": ("Novos", "New"),
    "expansion": ("Expansão", "Expansion"),
    "reactivation": ("Reativação", "Reactivation"),
    "contraction": ("Contração", "Contraction"),
    "churn": ("Cancelamento", "Churn"),
    "revenue": ("Receita recebida", "Revenue received"),
    "billed": ("Faturado", "Billed"),
    "usage_revenue": ("Receita de uso", "Usage revenue"),
    "upsell": ("Vendas adicionais", "Upsell"),
    "clients": ("Clientes ativos", "Active clients"),
    "churn_rate": ("Churn bruto", "Gross churn"),
    "nrr": ("NRR", "NRR"),
    "grr": ("GRR", "GRR"),
    "logo_churn": ("Churn de clientes", "Logo churn"),
    "waterfall": ("Do MRR inicial ao final", "From opening to closing MRR"),
    "mrr_by_month": ("MRR por mês", "MRR by month"),
    "revenue_by_month": ("Receita e faturamento por mês", "Revenue and billing by month"),
    "cases": ("Atendimentos", "Cases"),
    "replied": ("Respondidos", "Replied"),
    "contained": ("Contidos", "Contained"),
    "deflected": ("Resolvidos pelo agente", "Resolved by the agent"),
    "handed_over": ("Passados a pessoas", "Handed over"),
    "answers": ("Respostas", "Answers"),
    "refusals": ("Sem resposta", "Refusals"),
    "containment": ("Contenção", "Containment"),
    "deflection": ("Resolução", "Deflection"),
    "hand_over_rate": ("Passagem a pessoas", "Hand-over rate"),
    "first_p50": ("1ª resposta (mediana)", "First reply (median)"),
    "first_p95": ("1ª resposta (p95)", "First reply (p95)"),
    "resolution_p50": ("Resolução (mediana)", "Resolution (median)"),
    "cases_by_agent": ("Atendimentos por agente", "Cases by agent"),
    "question": ("Pergunta", "Question"),
    "count": ("Vezes", "Times"),
    "last_asked": ("Última vez", "Last asked"),
    "start": ("Início", "Start"),
    "tokens_in": ("Tokens de entrada", "Tokens in"),
    "tokens_out": ("Tokens de saída", "Tokens out"),
    "weekday": ("Dia da semana", "Weekday"),
    "hour": ("Hora", "Hour"),
    "tokens_by_period": ("Tokens por período", "Tokens by period"),
    "bot": ("agente", "agent"),
    "human": ("pessoa", "person"),
    "operator": ("operador", "operator"),
    "system": ("sistema", "system"),
    "waiting": ("aguardando", "waiting"),
    "closed": ("encerrada", "closed"),
    "credit_note": ("nota de crédito", "credit note"),
    "is_open": ("em aberto", "open"),
    "is_paid": ("paga", "paid"),
    "is_credited": ("creditada", "credited"),
    "is_overdue": ("vencida", "overdue"),
    "is_pending": ("pendente", "pending"),
    "is_refunded": ("devolvida", "refunded"),
    "is_received": ("recebida", "received"),
    "is_queued": ("na fila", "queued"),
    "is_sending": ("enviando", "sending"),
    "is_sent": ("enviada", "sent"),
    "is_delivered": ("entregue", "delivered"),
    "is_read": ("lida", "read"),
    "is_failed": ("com falha", "failed"),
    "is_cancelled": ("cancelada", "cancelled"),
    "kind_text": ("texto", "text"),
    "kind_image": ("imagem", "image"),
    "kind_audio": ("áudio", "audio"),
    "kind_video": ("vídeo", "video"),
    "kind_document": ("documento", "document"),
    "kind_location": ("localização", "location"),
    "agent_id": ("Agente", "Agent"),
    "session_id": ("Sessão", "Session"),
    "shown_newest": (
        "Só as {shown} linhas mais recentes de {total}. Lista completa em XLSX, CSV ou JSON.",
        "Only the {shown} newest rows of {total}. The whole list is in XLSX, CSV or JSON.",
    ),
    "empty": ("Nada neste período.", "Nothing in this period."),
    "definitions": (
        "Valores pelas definições {version} do produto.",
        "Figures by the product's definitions {version}.",
    ),
}
# Values of rows that have a word of their own in these columns; others are shown as they are.
SPOKEN = {
    "author": {name: name for name in ("contact", "bot", "human", "operator", "system")},
    "state": {
        name: f"is_{name}"
        for name in (
            *("received", "queued", "sending", "sent", "delivered", "read", "failed"),
            *("cancelled", "open", "paid", "credited", "pending", "overdue", "refunded"),
        )
    },
    "owner": {name: name for name in ("bot", "waiting", "human", "closed")},
    "kind": {
        name: f"kind_{name}" for name in ("text", "image", "audio", "video", "document", "location")
    }
    | {"invoice": "invoice", "credit_note": "credit_note", "contact": "contact"},
}
DAYS = (
    ("seg", "ter", "qua", "qui", "sex", "sáb", "dom"),
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
)
MONTHS = (
    ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


class Speech:
    """One language."""

    def __init__(self, language: str) -> None:
        self._index = 0 if language == "pt-BR" else 1
        self.portuguese = self._index == 0

    def __call__(self, key: str, **facts: Any) -> str:
        """Return the word of a key; one that has none is shown as it is."""
        pair = WORDS.get(key)
        text = key if pair is None else pair[self._index]
        return text.format_map(facts) if facts else text

    def spoken(self, column: str, value: str) -> str:
        """Return the word of a value, where it has one."""
        key = SPOKEN.get(column, {}).get(value)
        return value if key is None else self(key).lower()

    def day(self, weekday: int) -> str:
        """Return the short name of a day; 0 is Monday."""
        return DAYS[self._index][weekday]

    def month(self, text: str) -> str:
        """Return `jan/26` for `2026-01`."""
        name = MONTHS[self._index][int(text[5:7]) - 1]
        return f"{name}/{text[2:4]}" if self.portuguese else f"{name} {text[2:4]}"

    def number(self, value: float) -> str:
        """Return a number with separators of thousands, and decimals if it has any."""
        whole = isinstance(value, int)
        return self._separated(f"{value:,}" if whole else f"{value:,.1f}")

    def money(self, centavos: int, currency: str = "BRL") -> str:
        """Return `R$ 1.234,56`."""
        sign = "-" if centavos < 0 else ""
        amount = self._separated(f"{abs(centavos) // 100:,}.{abs(centavos) % 100:02d}")
        unit = "R$" if currency == "BRL" else currency
        return f"{sign}{unit} {amount}"

    def date(self, value: date) -> str:
        """Return a day."""
        return f"{value:%d/%m/%Y}" if self.portuguese else f"{value:%Y-%m-%d}"

    def moment(self, value: datetime) -> str:
        """Return a time of the tenant's clock, to the minute."""
        return f"{self.date(value)} {value:%H:%M}"

    def span(self, start: datetime, end: datetime) -> str:
        """Return a period; of whole days the last one is named, not the first after it."""
        if start.time() == end.time() == time():
            last = end.date() - timedelta(days=1)
            return f"{self.date(start)} {self('to')} {self.date(last)}"
        return f"{self.moment(start)} {self('to')} {self.moment(end)}"

    def seconds(self, value: float) -> str:
        """Return `42 s`, `3 min`, `1 h 20 min`."""
        whole = round(value)
        if whole < MINUTE:
            return f"{whole} s"
        if whole < HOUR:
            return f"{whole // MINUTE} min {whole % MINUTE} s"
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"

    def shown(self, value: Any, unit: Unit) -> str:
        """Return a value as people read it."""
        if value is None:
            return "-"
        if unit == "percent":
            return f"{self._separated(str(value))}%"
        if isinstance(value, str):
            return value
        write = {
            "date": self.date,
            "moment": self.moment,
            "money": self.money,
            "number": self.number,
            "seconds": self.seconds,
        }
        return cast("str", cast("Any", write[unit])(value))

    def _separated(self, text: str) -> str:
        """Swap the separators of an English number for Portuguese ones."""
        return text.translate(str.maketrans(",.", ".,")) if self.portuguese else text
