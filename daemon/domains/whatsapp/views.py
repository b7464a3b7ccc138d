"""What the routes of WhatsApp take and give."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from daemon.web.schema import ApiModel, Name

from .domain import BEST_FIRST, Method, Offer, SessionState
from .reasons import words
from .service import Shown

MAX_BASE64 = 2_000_000


class InitInput(ApiModel):
    """How to connect a number. Asked again with the same name, it is the same session."""

    name: Name | None = Field(None, description="Tells several numbers of an agent apart")
    method: Method = Field("qr", description="qr: scan; code: type a code on the phone")
    phone: str | None = Field(None, max_length=40, description="Number to link, for method code")


class QrView(ApiModel):
    """A QR code on show."""

    text: str
    svg: str
    expires_at: datetime


class SessionView(ApiModel):
    """A session, why it is as it is, and what a person can do about it."""

    id: str
    agent_id: str
    name: str
    state: SessionState
    since: datetime
    reason_code: str = Field(alias="reason_code")
    reason: str
    next_step: str
    phone: str | None
    qr: QrView | None
    pairing_code: str | None
    expires_at: datetime | None
    restricted_until: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, shown: Shown, language: str) -> Self:
        """Describe a session in the reader's language."""
        session, offer = shown.session, shown.offer
        said = words(session.reason_code, language)
        return cls(
            id=session.id,
            agent_id=session.agent_id,
            name=session.name,
            state=session.state,
            since=session.since,
            reason_code=session.reason_code,
            reason=said.reason,
            next_step=said.step,
            phone=session.phone,
            qr=_qr(offer),
            pairing_code=None if offer is None else offer.pairing_code,
            expires_at=None if offer is None else offer.expires_at,
            restricted_until=session.restricted_until,
            created_at=session.created_at,
        )


class SessionsView(ApiModel):
    """The sessions of an agent."""

    items: list[SessionView]
    next_cursor: str | None = None


class StatusView(ApiModel):
    """How an agent stands with WhatsApp: its best session speaks for it."""

    agent_id: str
    state: SessionState
    since: datetime | None
    reason_code: str | None = Field(alias="reason_code")
    reason: str | None
    next_step: str | None
    sessions: list[SessionView]

    @classmethod
    def of(cls, agent_id: str, sessions: list[SessionView]) -> Self:
        """Sum several sessions up."""
        ranked = sorted(sessions, key=lambda session: BEST_FIRST.index(session.state))
        best = ranked[0] if ranked else None
        return cls(
            agent_id=agent_id,
            state=SessionState.STOPPED if best is None else best.state,
            since=best and best.since,
            reason_code=best and best.reason_code,
            reason=best and best.reason,
            next_step=best and best.next_step,
            sessions=sessions,
        )


class MediaInput(ApiModel):
    """A small file to send; larger ones go to `/send-media`."""

    base64: str = Field(min_length=1, max_length=MAX_BASE64, description="The bytes, in base64")
    mime: str | None = Field(None, max_length=120, pattern=r"^[\w.+-]+/[\w.+-]+(;.*)?$")
    name: str | None = Field(None, max_length=200, description="File name shown to the customer")
    voice: bool = Field(False, description="Send audio as a voice note (OGG/Opus)")
    seconds: int | None = Field(None, ge=0, le=36_000, description="Length of audio")


class SendInput(ApiModel):
    """A message: text, or a file with the text as its caption."""

    to: str = Field(min_length=3, max_length=80, description="Number with country code, or a JID")
    text: str = Field("", max_length=65_536)
    media: MediaInput | None = None
    session_id: str | None = Field(None, max_length=64, description="Which number sends it")

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a message without text and file."""
        if not self.text.strip() and self.media is None:
            msg = "send text, media, or both"
            raise ValueError(msg)
        return self


class SentView(ApiModel):
    """What was queued. The outcome comes on the WebSocket and with the message."""

    id: str
    message_id: str = Field(description="WhatsApp's id, known before the message is sent")
    status: Literal["queued"] = "queued"


def _qr(offer: Offer | None) -> QrView | None:
    if offer is None or offer.text is None or offer.svg is None:
        return None
    return QrView(text=offer.text, svg=offer.svg, expires_at=offer.expires_at)
