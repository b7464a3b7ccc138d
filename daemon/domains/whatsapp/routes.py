"""Routes of WhatsApp: connect numbers, see how they are, send."""

from dataclasses import replace

from aiohttp import web

from daemon.kernel.errors import BadInputError, TooLargeError
from daemon.kernel.quota import QuotaBlockedError, QuotaReachedError
from daemon.web import uploads
from daemon.web.routing import Call, Routes

from . import contents
from .domain import (
    NewContent,
    NoSessionError,
    SessionLimitError,
    SessionNotFoundError,
    UnknownAgentError,
    WhatsappDisabledError,
)
from .messages import Messages, decoded
from .service import Sessions, Shown
from .views import (
    InitInput,
    SendInput,
    SentView,
    SessionsView,
    SessionView,
    StatusView,
)

NUMBERS: web.AppKey[Sessions] = web.AppKey("whatsapp_sessions", Sessions)
MESSAGES: web.AppKey[Messages] = web.AppKey("whatsapp_messages", Messages)

SEND_ERRORS = [
    UnknownAgentError,
    SessionNotFoundError,
    NoSessionError,
    BadInputError,
    TooLargeError,
]

MAX_FIELD = 64 * 1024  # bytes of one text field of a form

routes = Routes(tag="whatsapp")


@routes.post(
    "/whatsapp/{agentId}/sessions/init",
    body=InitInput,
    examples={"body": {"method": "qr", "name": "Recepção"}},
    returns=SessionView,
    errors=[
        UnknownAgentError,
        SessionLimitError,
        QuotaReachedError,
        QuotaBlockedError,
        WhatsappDisabledError,
        BadInputError,
    ],
)
async def init(call: Call[InitInput, None]) -> SessionView:
    """Connect a number to the agent.

    Answers the session with its QR code, or the pairing code, as soon as there is one. Asked again
    with the same name it is the same session, started again if it had ended.
    """
    shown = await call.app[NUMBERS].init(
        call.path["agentId"],
        name=call.body.name,
        method=call.body.method,
        phone=call.body.phone,
    )
    return SessionView.of(shown, call.language)


@routes.get("/whatsapp/{agentId}/sessions", returns=SessionsView, errors=[UnknownAgentError])
async def listed(call: Call[None, None]) -> SessionsView:
    """List the agent's sessions, oldest first; there are few, so they come at once."""
    return SessionsView(items=await _views(call))


@routes.get(
    "/whatsapp/{agentId}/sessions/{sessionId}",
    returns=SessionView,
    errors=[SessionNotFoundError],
)
async def shown(call: Call[None, None]) -> SessionView:
    """Show one session, with the code that is on show."""
    found = await call.app[NUMBERS].get(call.path["agentId"], call.path["sessionId"])
    return SessionView.of(found, call.language)


@routes.delete("/whatsapp/{agentId}/sessions/{sessionId}", errors=[SessionNotFoundError])
async def remove(call: Call[None, None]) -> None:
    """Unlink the number and remove the session; conversations stay."""
    await call.app[NUMBERS].remove(call.path["agentId"], call.path["sessionId"])


@routes.get("/whatsapp/{agentId}/status", returns=StatusView, errors=[UnknownAgentError])
async def status(call: Call[None, None]) -> StatusView:
    """Say how the agent stands with WhatsApp, why, and what to do."""
    return StatusView.of(call.path["agentId"], await _views(call))


@routes.post(
    "/whatsapp/{agentId}/send-message",
    unaudited="speaks in a chat; the message is kept",
    body=SendInput,
    examples={
        "body": {"to": "+5511987654321", "text": "Seu pedido saiu para entrega."},
        "poll": {
            "to": "+5511987654321",
            "poll": {"name": "Qual horário prefere?", "options": ["Manhã", "Tarde", "Noite"]},
        },
        "choice": {
            "to": "+5511987654321",
            "text": "Como podemos ajudar?",
            "choice": {"options": ["Marcar consulta", "Ver preços", "Falar com uma pessoa"]},
        },
        "location": {
            "to": "+5511987654321",
            "location": {
                "latitude": -23.55052,
                "longitude": -46.63331,
                "name": "Clínica Sorriso",
                "address": "Praça da Sé, 1, São Paulo",
            },
        },
        "contact": {
            "to": "+5511987654321",
            "contact": {"name": "Recepção", "phones": ["+5511912345678"]},
        },
        "media": {
            "to": "+5511987654321",
            "text": "Segue a tabela.",
            "media": {
                "base64": "UHJlw6dvczogUiQgMSw1MA==",
                "mime": "text/plain",
                "name": "tabela.txt",
            },
        },
    },
    returns=SentView,
    status=202,
    errors=SEND_ERRORS,
)
async def send_message(call: Call[SendInput, None]) -> SentView:
    """Queue a message; the answer carries its ids, the WebSocket its outcome.

    Text, a small file, a poll, a choice, a place, a card or a reaction: one of them. A choice goes
    out as a poll or as numbered text, whichever reaches the customer.
    """
    body, messages = call.body, call.app[MESSAGES]
    sent = await messages.send(
        call.path["agentId"],
        to=body.to,
        content=await _content(body, messages),
        session_id=body.session_id,
    )
    return SentView(id=sent.id, message_id=sent.wa_message_id)


@routes.post(
    "/whatsapp/{agentId}/send-media",
    unaudited="speaks in a chat; the message is kept",
    upload=True,
    returns=SentView,
    status=202,
    errors=SEND_ERRORS,
)
async def send_media(call: Call[None, None]) -> SentView:
    """Queue a file of any size: multipart fields `to`, `text`, `sessionId`, `voice`, `file`."""
    fields, data, name, mime = await _multipart(call.request)
    messages = call.app[MESSAGES]
    if not fields.get("to"):
        raise BadInputError(field="to", problem="is missing", problem_pt="campo obrigatório")
    if data is None:
        raise BadInputError(field="file", problem="is missing", problem_pt="campo obrigatório")
    voice = fields.get("voice") == "true"
    kind, kept = await messages.keep(data, mime=mime, name=name, voice=voice, seconds=None)
    content = NewContent(kind=kind, text=fields.get("text", "").strip(), media=kept)
    sent = await messages.send(
        call.path["agentId"], to=fields["to"], content=content, session_id=fields.get("sessionId")
    )
    return SentView(id=sent.id, message_id=sent.wa_message_id)


async def _content(body: SendInput, messages: Messages) -> NewContent:
    """Return what is to be said. Raises BadInputError naming what does not go together."""
    text, others = body.text.strip(), body.others()
    if len(others) > 1:
        raise BadInputError(
            field=others[1],
            problem=f"cannot go in one message with {others[0]}",
            problem_pt=f"não pode ir na mesma mensagem que {others[0]}",
        )
    alone = {"poll", "location", "contact", "reaction"}
    if text and others and others[0] in alone:
        raise BadInputError(
            field="text",
            problem=f"cannot go in one message with {others[0]}; send it as its own",
            problem_pt=f"não pode ir na mesma mensagem que {others[0]}; envie à parte",
        )
    if body.quoted_id is not None and body.reaction is not None:
        raise BadInputError(
            field="quotedId",
            problem="a reaction names its message in reaction.messageId",
            problem_pt="uma reação indica sua mensagem em reaction.messageId",
        )
    content = _plain(body, text)
    if (media := body.media) is not None:
        kind, kept = await messages.keep(
            decoded(media.base64),
            mime=media.mime,
            name=media.name,
            voice=media.voice,
            seconds=media.seconds,
        )
        content = NewContent(kind=kind, text=text, media=kept)
    return replace(content, quoted_id=body.quoted_id)


def _plain(body: SendInput, text: str) -> NewContent:
    """Return what needs no file."""
    if (poll := body.poll) is not None:
        return contents.poll(poll.name, poll.options, poll.selectable_count)
    if (choice := body.choice) is not None:
        return contents.choice(text, choice.options)
    if (place := body.location) is not None:
        return contents.location(place.latitude, place.longitude, place.name, place.address)
    if (card := body.contact) is not None:
        return contents.contact(
            card.name, card.phones, email=card.email, organization=card.organization
        )
    if (reaction := body.reaction) is not None:
        return contents.reaction(reaction.message_id, reaction.emoji)
    return NewContent(kind="text", text=text)


async def _views(call: Call[None, None]) -> list[SessionView]:
    found: list[Shown] = await call.app[NUMBERS].listed(call.path["agentId"])
    return [SessionView.of(item, call.language) for item in found]


async def _multipart(
    request: web.Request,
) -> tuple[dict[str, str], bytes | None, str | None, str | None]:
    """Read the parts of an upload: text fields, and the last file with its name and type."""
    fields: dict[str, str] = {}
    data: bytes | None = None
    name = mime = None
    async for part in uploads.parts(request):
        if part.filename is None:
            value = await uploads.read(part, MAX_FIELD)
            fields[str(part.name)] = value.decode("utf-8", "replace")
        else:
            data, name = await uploads.read(part, request.client_max_size), part.filename
            mime = part.headers.get("Content-Type")
    return fields, data, name, mime
