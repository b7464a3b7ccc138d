"""What the routes of WhatsApp take and give."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from daemon.kernel.choices import MAX_LABEL, MAX_NUMBERED, MAX_OPTIONS, MAX_QUESTION, MIN_OPTIONS
from daemon.kernel.complaints import WrongValueError
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


class AbilitiesView(ApiModel):
    """What customers of this number can be shown natively; the rest goes out as text.

    `list` and `buttons` are false: WhatsApp does not deliver them from linked devices.
    """

    poll: bool
    list: bool
    buttons: bool


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
    capabilities: AbilitiesView | None = Field(description="null while it is not connected")
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
            capabilities=None
            if shown.can is None
            else AbilitiesView(poll=shown.can.poll, list=shown.can.list, buttons=shown.can.buttons),
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


Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL)]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
PhoneText = Annotated[str, Field(max_length=40)]
WhatsappId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]


class PollInput(ApiModel):
    """A poll. The customer's taps come back as messages of kind `vote`."""

    name: str = Field(min_length=1, max_length=MAX_QUESTION, description="The question")
    options: list[Label] = Field(min_length=MIN_OPTIONS, max_length=MAX_OPTIONS)
    selectable_count: int = Field(
        1, ge=0, le=MAX_OPTIONS, description="How many options may be chosen; 0: any number"
    )


class ChoiceInput(ApiModel):
    """What to choose from, with `text` as the question.

    It goes out as a poll where it fits one, else as numbered text; the answer may be a tap, a
    number or a name.
    """

    options: list[Annotated[str, Field(min_length=1, max_length=500)]] = Field(
        min_length=MIN_OPTIONS, max_length=MAX_NUMBERED
    )


class LocationInput(ApiModel):
    """A place on the map."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    name: Line | None = None
    address: Line | None = None


class CardInput(ApiModel):
    """The card of somebody to write to or to call."""

    name: Line = Field(min_length=1)
    phones: list[PhoneText] = Field(
        min_length=1, max_length=5, description="Numbers with country code"
    )
    email: Line | None = None
    organization: Line | None = None


class ReactionInput(ApiModel):
    """A reaction to a message of the chat."""

    message_id: WhatsappId = Field(description="WhatsApp's id of the message (its `messageId`)")
    emoji: str | None = Field(max_length=16, description="null takes the reaction back")


class SendInput(ApiModel):
    """A message: text, or one of the others.

    `text` is the caption of `media` and the question of `choice`; the rest goes without text.
    """

    to: str = Field(min_length=3, max_length=80, description="Number with country code, or a JID")
    text: str = Field("", max_length=65_536)
    media: MediaInput | None = None
    poll: PollInput | None = None
    choice: ChoiceInput | None = None
    location: LocationInput | None = None
    contact: CardInput | None = None
    reaction: ReactionInput | None = None
    quoted_id: WhatsappId | None = Field(
        None, description="Answers this message of the chat (its `messageId`)"
    )
    session_id: str | None = Field(None, max_length=64, description="Which number sends it")

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Refuse a message that says nothing."""
        if not self.text.strip() and not self.others():
            en, pt = (
                "send text, media, poll, choice, location, contact or reaction",
                "envie text, media, poll, choice, location, contact ou reaction",
            )
            raise WrongValueError(en, pt)
        return self

    def others(self) -> list[str]:
        """Return which contents there are beside text."""
        names = ("media", "poll", "choice", "location", "contact", "reaction")
        return [name for name in names if getattr(self, name) is not None]


class SentView(ApiModel):
    """What was queued. The outcome comes on the WebSocket and with the message."""

    id: str
    message_id: str = Field(description="WhatsApp's id, known before the message is sent")
    status: Literal["queued"] = "queued"


def _qr(offer: Offer | None) -> QrView | None:
    if offer is None or offer.text is None or offer.svg is None:
        return None
    return QrView(text=offer.text, svg=offer.svg, expires_at=offer.expires_at)
