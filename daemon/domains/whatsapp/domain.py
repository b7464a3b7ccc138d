"""Sessions and messages of WhatsApp: the data, and the rules that need nothing else."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from daemon.kernel.errors import BadInputError, ConflictError, NotFoundError
from daemon.kernel.events import Event

Method = Literal["qr", "code"]


class SessionState(StrEnum):
    """Where a session is in its life."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    SCAN_QR_CODE = "SCAN_QR_CODE"
    PASSKEY_REQUIRED = "PASSKEY_REQUIRED"
    WORKING = "WORKING"
    RECONNECTING = "RECONNECTING"
    LOGGED_OUT = "LOGGED_OUT"
    FAILED = "FAILED"


ENDED = frozenset(
    {
        SessionState.STOPPED,
        SessionState.PASSKEY_REQUIRED,
        SessionState.LOGGED_OUT,
        SessionState.FAILED,
    }
)
"""States that a session leaves only when a person asks for it."""

BEST_FIRST = (
    SessionState.WORKING,
    SessionState.RECONNECTING,
    SessionState.SCAN_QR_CODE,
    SessionState.STARTING,
    SessionState.PASSKEY_REQUIRED,
    SessionState.FAILED,
    SessionState.LOGGED_OUT,
    SessionState.STOPPED,
)
"""Which of several sessions speaks for an agent."""


@dataclass(frozen=True)
class Session:
    """One number of the box, or the place for one. `wanted`: it is to be up."""

    id: str
    agent_id: str
    name: str
    state: SessionState
    since: datetime
    reason_code: str
    method: Method
    wanted: bool
    created_at: datetime
    asked_phone: str | None = None
    phone: str | None = None
    lid: str | None = None
    close_code: int | None = None
    restricted_until: datetime | None = None


@dataclass(frozen=True)
class Offer:
    """A QR or a pairing code on show; lives in memory only, for as long as it can be used."""

    expires_at: datetime
    text: str | None = None
    svg: str | None = None
    pairing_code: str | None = None


@dataclass(frozen=True)
class Abilities:
    """What a session can show a customer natively, as the bridge reports it."""

    poll: bool = True
    list: bool = False
    buttons: bool = False


@dataclass(frozen=True)
class IncomingMedia:
    """A file that came with a message. Without a path, `error` says why there is none."""

    type: str
    mime: str
    bytes: int
    path: str | None
    sha256: str | None
    name: str | None = None
    seconds: int | None = None
    ptt: bool = False
    error: str | None = None


@dataclass(frozen=True)
class IncomingMessage:
    """A message that somebody wrote in a chat of ours, as the bridge hands it over.

    `chat` is the JID that was used, `chat_lid` the identity and `chat_phone_jid` its alias, where
    known. `from_me`: typed on the phone. `late`: too old to be answered by itself, as all `history`
    is. `target_id` is the message that a reaction, an edit, a revoke or a vote is about. `details`
    holds what only some kinds have: location, contacts, emoji, chosen options, quoted text.
    """

    session_id: str
    agent_id: str
    wa_message_id: str
    chat: str
    chat_kind: str
    at: datetime
    kind: str
    text: str
    from_me: bool
    chat_lid: str | None = None
    chat_phone_jid: str | None = None
    participant: str | None = None
    push_name: str | None = None
    media: IncomingMedia | None = None
    quoted_id: str | None = None
    target_id: str | None = None
    history: bool = False
    late: bool = False
    offline: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OutgoingMedia:
    """A file to send; it must lie below the media folder."""

    path: str
    mime: str
    name: str | None = None
    seconds: int | None = None
    ptt: bool = False


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to send. `wa_message_id` was made with it and is the same in every try.

    `paced`: written by a program, so it is seen, typed and sent at a person's pace, and is not sent
    any more when it has grown too old. What a person wrote goes out as it is. `details` holds what
    only some kinds have, see `contents.py`; `target_id` is the message that a reaction is about.
    """

    id: str
    session_id: str
    agent_id: str
    wa_message_id: str
    chat: str
    kind: str
    text: str
    created_at: datetime
    paced: bool
    media: OutgoingMedia | None = None
    quoted_id: str | None = None
    quoted_from_me: bool = False
    quoted_text: str = ""
    target_id: str | None = None
    target_from_me: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewContent:
    """What an integrator, an operator or a program wants to say; `contents.py` makes them.

    Of the kind `choice`, `text` is the question and `options` are what to choose from; it goes out
    as a poll or as numbered text. `quoted_id` and `target_id` are WhatsApp ids of the same chat.
    """

    kind: str
    text: str = ""
    media: OutgoingMedia | None = None
    options: tuple[str, ...] = ()
    quoted_id: str | None = None
    target_id: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Composed:
    """A message that was stored and queued: our id, and WhatsApp's."""

    id: str
    wa_message_id: str


@dataclass(frozen=True)
class SessionUpdated(Event):
    """A session has a new state, or a new code to show."""

    name: ClassVar[str] = "session.updated"
    id: str
    agent_id: str
    session_name: str
    state: str
    since: str
    reason_code: str
    phone: str | None
    qr: dict[str, str] | None
    pairing_code: str | None


class SessionNotFoundError(NotFoundError):
    """No such session at this agent."""

    code = "session_not_found"
    template = "There is no WhatsApp session {id} at this agent."
    template_pt = "Não existe a sessão de WhatsApp {id} neste agente."


class UnknownAgentError(NotFoundError):
    """No such agent."""

    code = "agent_not_found"
    template = "There is no agent {id}."
    template_pt = "Não existe o agente {id}."


class SessionLimitError(ConflictError):
    """The box holds as many numbers as it may."""

    code = "session_limit"
    template = "This box may hold {limit} WhatsApp sessions (whatsapp.max_sessions). Remove one."
    template_pt = (
        "Esta caixa comporta {limit} sessões de WhatsApp (whatsapp.max_sessions). Remova uma."
    )


class NoSessionError(ConflictError):
    """There is no number to send from."""

    code = "no_session"
    template = "This agent has no WhatsApp number yet. Connect one first."
    template_pt = "Este agente ainda não tem um número de WhatsApp. Conecte um primeiro."


class WhatsappDisabledError(ConflictError):
    """WhatsApp is switched off in the settings."""

    code = "whatsapp_disabled"
    template = "WhatsApp is switched off on this box (whatsapp.enabled)."
    template_pt = "O WhatsApp está desligado nesta caixa (whatsapp.enabled)."


def phone_digits(text: str | None, *, field_name: str = "phone") -> str:
    """Return the digits of an international number, or raise with what is wrong with it."""
    digits = "".join(character for character in text or "" if character.isdecimal())
    if not digits.isascii() or not 8 <= len(digits) <= 15:  # noqa: PLR2004 - E.164
        raise BadInputError(
            field=field_name,
            problem="must be a phone number with country code, such as +5511987654321",
            problem_pt="deve ser um telefone com DDI e DDD, como +5511987654321",
        )
    return digits


def phone_of(jid: str | None) -> str | None:
    """Return the number of a phone JID, with or without a device: `5511...:3@s.whatsapp.net`."""
    if jid is None or not jid.endswith("@s.whatsapp.net"):
        return None
    return jid.partition("@")[0].partition(":")[0]
