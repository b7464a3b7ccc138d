"""The events that a webhook may ask for, each with an example of what it carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daemon.kernel.spelling import camel

PING = "webhook.ping"
ID, AGENT, CHAT = (
    "019a7b1c-5f00-7c3e-9a51-0c6f5d2b8e10",
    "019a7b1c-0a00-7b11-8f00-2f6e1d3c4b5a",
    "019a7b1c-4e00-7d22-9b00-7a8c9e0f1d2c",
)
SESSION = "019a7b1c-1c00-7e33-8c00-5b4a3c2d1e0f"
CLIENT = "019a7b1c-2d00-7f44-9d00-3c2b1a0f9e8d"


@dataclass(frozen=True)
class EventType:
    """A kind of event; `content` if words of people can be added on request."""

    name: str
    says: str
    says_pt: str
    example: Mapping[str, Any]
    content: bool = False


_MESSAGE = {
    "id": ID,
    "conversationId": CHAT,
    "agentId": AGENT,
    "sessionId": SESSION,
    "messageId": "3EB0C431C26A1916E07E",
}
TYPES: tuple[EventType, ...] = (
    EventType(
        "message.received",
        "A customer wrote, or a person answered on the phone.",
        "Um cliente escreveu, ou alguém respondeu pelo celular.",
        {**_MESSAGE, "author": "contact", "kind": "text", "fromMe": False, "late": False},
        content=True,
    ),
    EventType(
        "message.queued",
        "A message of ours waits to be sent.",
        "Uma mensagem nossa espera o envio.",
        {**_MESSAGE, "author": "bot", "kind": "text"},
        content=True,
    ),
    EventType(
        "message.updated",
        "A message was sent, delivered, read, edited, revoked or failed (`state`).",
        "Uma mensagem foi enviada, entregue, lida, editada, apagada ou falhou (`state`).",
        {**_MESSAGE, "state": "delivered", "error": None},
        content=True,
    ),
    EventType(
        "conversation.updated",
        "A conversation has a new line or a new owner (bot, waiting, human, closed).",
        "Uma conversa tem nova linha ou novo responsável (bot, waiting, human, closed).",
        {"id": CHAT, "agentId": AGENT, "sessionId": SESSION, "owner": "waiting", "unread": 2},
    ),
    EventType(
        "turn.answered",
        "The agent answered (`mode`: extractive, generative, refusal, ...).",
        "O agente respondeu (`mode`: extractive, generative, refusal, ...).",
        {
            "traceId": ID,
            "agentId": AGENT,
            "conversationId": CHAT,
            "messageId": ID,
            "mode": "extractive",
            "ms": 184.2,
            "promptTokens": 0,
            "completionTokens": 0,
        },
        content=True,
    ),
    EventType(
        "session.updated",
        "A WhatsApp number has a new state. Codes to link it are never sent.",
        "Um número de WhatsApp tem novo estado. Códigos de conexão nunca são enviados.",
        {
            "id": SESSION,
            "agentId": AGENT,
            "sessionName": "Recepção",
            "state": "WORKING",
            "since": "2026-11-22T12:00:00.000000+00:00",
            "reason_code": "connected",
        },
    ),
    EventType(
        "agent.updated",
        "An agent was made, changed or deleted.",
        "Um agente foi criado, alterado ou excluído.",
        {"id": AGENT, "status": "active"},
    ),
    EventType(
        "document.ready",
        "A document can be found by meaning.",
        "Um documento já pode ser encontrado pelo sentido.",
        {"agentId": AGENT, "documentId": ID},
    ),
    EventType(
        "contact.updated",
        "A contact was made or changed by a person, a file or a program.",
        "Um contato foi criado ou alterado por alguém, um arquivo ou um programa.",
        {"id": ID},
        content=True,
    ),
    EventType(
        "deal.updated",
        "A deal was made, changed or deleted (`stage` is then `deleted`).",
        "Um negócio foi criado, alterado ou excluído (`stage` é então `deleted`).",
        {"id": ID, "contactId": CLIENT, "stage": "proposal", "valueCentavos": 150_000},
    ),
    EventType(
        "subscription.changed",
        "A client's subscription began, moved or ended.",
        "A assinatura de um cliente começou, mudou ou terminou.",
        {"id": ID, "clientId": CLIENT, "kind": "started"},
    ),
    EventType(
        "invoice.issued",
        "An invoice or a credit note was drawn up (`total` in centavos).",
        "Uma fatura ou nota de crédito foi emitida (`total` em centavos).",
        {"id": ID, "clientId": CLIENT, "total": 24_900},
    ),
    EventType(
        "entitlement.near",
        "A client used 80 or 100 percent of something that its plans include.",
        "Um cliente usou 80 ou 100 por cento de algo que seus planos incluem.",
        {"clientId": CLIENT, "meter": "messages", "used": 1600, "included": 2000, "percent": 80},
    ),
    EventType(
        "payment.updated",
        "A payment is due, late, received or refunded.",
        "Um pagamento está pendente, atrasado, recebido ou estornado.",
        {"id": ID, "invoiceId": CLIENT, "state": "received"},
    ),
    EventType(
        "flow.updated",
        "A flow was made, changed, published or deleted.",
        "Um fluxo foi criado, alterado, publicado ou excluído.",
        {"id": ID, "agentId": AGENT, "status": "published", "version": 3},
    ),
    EventType(
        "flow.run.updated",
        "A run of a flow began, moved or ended.",
        "Uma execução de fluxo começou, avançou ou terminou.",
        {
            "id": ID,
            "flowId": CLIENT,
            "agentId": AGENT,
            "conversationId": CHAT,
            "channel": "whatsapp",
            "state": "ended",
            "outcome": "completed",
            "nodeId": "fim",
            "step": 7,
        },
    ),
    EventType(
        "notification.created",
        "Something that a person should know, with the fix.",
        "Algo que alguém precisa saber, com a solução.",
        {
            "id": ID,
            "rule": "session_down",
            "severity": "critical",
            "title": "Número desconectado",
            "body": "Recepção está desconectado há 5 minutos.",
            "fix": "Leia o QR code de novo.",
            "again": False,
            "channels": ["page", "webhook"],
        },
    ),
    EventType(
        "notification.resolved",
        "What a notification told is over.",
        "O que uma notificação avisou passou.",
        {
            "id": ID,
            "rule": "session_down",
            "severity": "critical",
            "title": "Número conectado",
            "body": "Recepção voltou.",
            "channels": ["page", "webhook"],
        },
    ),
    EventType(
        "report.ready",
        "A report can be downloaded.",
        "Um relatório pode ser baixado.",
        {
            "id": ID,
            "kind": "finance",
            "format": "pdf",
            "rows": 120,
            "bytes": 48_213,
            "expiresAt": "2026-11-29T12:00:00.000000+00:00",
        },
    ),
    EventType(
        "report.failed",
        "A report could not be made.",
        "Um relatório não pôde ser feito.",
        {"id": ID, "kind": "finance", "format": "pdf", "error": "disk_full"},
    ),
    EventType(
        "job.parked",
        "Some work failed too often and waits for a person.",
        "Um trabalho falhou demais e espera uma pessoa.",
        {"jobId": ID, "kind": "whatsapp.send", "reason": "TimeoutError"},
    ),
    EventType(
        "webhook.disabled",
        "An endpoint was switched off: it answered 410, or failed for days.",
        "Um endereço foi desligado: respondeu 410, ou falhou por dias.",
        {"id": ID, "webhookName": "ERP", "reason": "gone"},
    ),
)
BY_NAME = {kind.name: kind for kind in TYPES}
# They open the number to whoever sees them, or are somebody's telephone: never part of an event.
PRIVATE = frozenset({"qr", "pairing_code", "phone", "text"})


def is_filter(text: str) -> bool:
    """Say whether a text chooses events: `*`, a whole family (`message.*`), or one of them."""
    if text == "*" or text in BY_NAME:
        return True
    family = text.removesuffix("*")
    return text.endswith(".*") and any(name.startswith(family) for name in BY_NAME)


def chooses(filters: Sequence[str], name: str) -> bool:
    """Say whether an event is one of those that were asked for."""
    if name not in BY_NAME:
        return False
    return any(
        wanted in ("*", name) or (wanted.endswith(".*") and name.startswith(wanted[:-1]))
        for wanted in filters
    )


def public(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event says to the outside, in the spelling of the API."""
    told: dict[str, Any] = camel(
        {name: value for name, value in data.items() if name not in PRIVATE}
    )
    return told
