"""Routes of the inbox: conversations, messages, files, traces."""

from aiohttp import web

from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .domain import (
    BadMessageError,
    ConversationNotFoundError,
    MessageNotFoundError,
    NothingAnsweredError,
    TraceNotFoundError,
)
from .service import Conversations
from .views import (
    ConversationQuery,
    ConversationView,
    MessageView,
    OwnerInput,
    SayInput,
    TraceView,
)

CONVERSATIONS: web.AppKey[Conversations] = web.AppKey("conversations", Conversations)

routes = Routes(tag="conversations")
debug_routes = Routes(tag="debug")

# What a browser may show by itself; anything else is only ever saved. The kind of a file is the
# word of whoever sent it.
SHOWN = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")


@routes.get("/conversations", query=ConversationQuery, returns=PageView[ConversationView])
async def page(call: Call[None, ConversationQuery]) -> Page[ConversationView]:
    """List conversations, the latest first."""
    query = call.query
    found = await call.app[CONVERSATIONS].page(
        agent_id=query.agent_id,
        owner=None if query.owner is None else query.owner.value,
        search=query.q,
        cursor=query.cursor,
        limit=query.limit,
    )
    return Page([ConversationView.of(item) for item in found.items], found.next_cursor)


@routes.get("/conversations/{id}", returns=ConversationView, errors=[ConversationNotFoundError])
async def get(call: Call[None, None]) -> ConversationView:
    """Show a conversation."""
    return ConversationView.of(await call.app[CONVERSATIONS].get(call.path["id"]))


@routes.get(
    "/conversations/{id}/messages",
    query=ListQuery,
    returns=PageView[MessageView],
    errors=[ConversationNotFoundError],
)
async def thread(call: Call[None, ListQuery]) -> Page[MessageView]:
    """List the messages of a conversation, newest first."""
    found = await call.app[CONVERSATIONS].thread(
        call.path["id"], call.query.cursor, call.query.limit
    )
    return Page([MessageView.of(message) for message in found.items], found.next_cursor)


@routes.post(
    "/conversations/{id}/messages",
    unaudited="speaks in a chat; the message keeps who wrote it",
    body=SayInput,
    examples={"body": {"text": "Olá! Aqui é a Ana. Já vou ajudar."}},
    returns=MessageView,
    status=202,
    errors=[ConversationNotFoundError, BadMessageError],
)
async def say(call: Call[SayInput, None]) -> MessageView:
    """Write to the customer as a person; the bot is silent from then on."""
    return MessageView.of(await call.app[CONVERSATIONS].say(call.path["id"], call.body.text))


@routes.post(
    "/conversations/{id}/owner",
    unaudited="daily work in a chat; the log keeps each change of owner",
    body=OwnerInput,
    examples={"body": {"owner": "human"}},
    returns=ConversationView,
    errors=[ConversationNotFoundError],
)
async def hand_to(call: Call[OwnerInput, None]) -> ConversationView:
    """Take a chat over, give it back to the bot, or close it."""
    conversation = await call.app[CONVERSATIONS].hand_to(call.path["id"], call.body.owner)
    return ConversationView.of(conversation)


@routes.post(
    "/conversations/{id}/read",
    unaudited="marks a chat as read",
    returns=ConversationView,
    errors=[ConversationNotFoundError],
)
async def seen(call: Call[None, None]) -> ConversationView:
    """Note that the conversation was read on the page."""
    return ConversationView.of(await call.app[CONVERSATIONS].seen(call.path["id"]))


@routes.get("/messages/{id}/media", media="application/octet-stream", errors=[MessageNotFoundError])
async def media(call: Call[None, None]) -> web.FileResponse:
    """Download the file of a message."""
    found, path = await call.app[CONVERSATIONS].media(call.path["id"])
    shown = found.mime.split(";", 1)[0].strip().lower()
    safe = shown.startswith(SHOWN)
    return web.FileResponse(
        path,
        headers={
            "Content-Type": shown if safe else "application/octet-stream",
            "Content-Disposition": "inline" if safe else "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=86400",
        },
    )


@routes.get("/traces/{id}", returns=TraceView, errors=[TraceNotFoundError])
async def trace(call: Call[None, None]) -> TraceView:
    """Show why an answer was given."""
    return TraceView.of(await call.app[CONVERSATIONS].trace(call.path["id"]))


@debug_routes.get("/debug/langchain/{agentId}", returns=TraceView, errors=[NothingAnsweredError])
async def last_trace(call: Call[None, None]) -> TraceView:
    """Show the trace of the agent's last chain."""
    return TraceView.of(await call.app[CONVERSATIONS].last_trace(call.path["agentId"]))
