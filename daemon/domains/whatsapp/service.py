"""The numbers of the box: connected, watched, explained, removed."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog

from config.ipc import Link, LinkClosedError, RemoteError
from config.settings import Whatsapp
from daemon.infra.bridge import Bridge
from daemon.infra.child_state import ChildUnavailableError
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id

from .domain import (
    BEST_FIRST,
    ENDED,
    Abilities,
    Method,
    NoSessionError,
    Offer,
    Session,
    SessionLimitError,
    SessionState,
    SessionUpdated,
    UnknownAgentError,
    WhatsappDisabledError,
    phone_digits,
    phone_of,
)
from .ports import AgentExists, RecordLog
from .qr import svg_of
from .store import sessions
from .store.sealed import SealedRows

log = structlog.get_logger(__name__)

FIRST_NAME = "principal"
OFFER_WAIT_S = 4.0
NOTABLE = frozenset({SessionState.WORKING, *ENDED})
HARMLESS = frozenset({"qr_expired", "stopped", "logged_out_here"})


@dataclass(frozen=True)
class Shown:
    """A session with the code that is on show, and what it can show customers, if known."""

    session: Session
    offer: Offer | None
    can: Abilities | None = None


class Sessions:
    """All sessions of the box. The rows say what is wanted and known; the bridge does it."""

    def __init__(
        self,
        database: Database,
        rows: SealedRows,
        outbox: Outbox,
        clock: Clock,
        *,
        settings: Whatsapp,
        tenant_id: str,
        agent_exists: AgentExists,
        record_log: RecordLog,
        made: Callable[[Connection, str], None] = lambda *_: None,
    ) -> None:
        """`made(tx, agent_id)` hears of a new session and may refuse it."""
        self._db, self._rows, self._outbox, self._clock = database, rows, outbox, clock
        self._settings, self._tenant = settings, tenant_id
        self._agent_exists, self._record_log = agent_exists, record_log
        self._made = made
        self._offers: dict[str, Offer] = {}
        self._changes: dict[str, asyncio.Event] = {}
        self._can: dict[str, Abilities] = {}
        self._bridge: Bridge | None = None

    def use(self, bridge: Bridge) -> None:
        """Work with this bridge: it needs our handlers to be built, so it comes second."""
        self._bridge = bridge

    @property
    def bridge(self) -> Bridge:
        """The bridge. Raises WhatsappDisabledError when the settings leave it out."""
        if self._bridge is None:
            raise WhatsappDisabledError
        return self._bridge

    def can_poll(self, session_id: str) -> bool:
        """Say whether a choice may go out as a poll; so until the bridge or WhatsApp says no."""
        return self._can.get(session_id, Abilities()).poll

    def no_polls(self, session_id: str) -> None:
        """Hear that WhatsApp refuses this session's polls; good until it connects again."""
        known = self._can.get(session_id, Abilities())
        self._can[session_id] = replace(known, poll=False)

    # -- use cases

    async def init(
        self, agent_id: str, *, name: str | None, method: Method, phone: str | None
    ) -> Shown:
        """Connect a number; asked again, it is the same session. Waits a moment for the code."""
        digits = phone_digits(phone) if method == "code" else None
        bridge = self.bridge

        def commit(tx: Connection) -> tuple[Session, SessionState]:
            self._check_agent(tx, agent_id)
            found = sessions.named(tx, agent_id, name or FIRST_NAME)
            session = found or self._create(tx, agent_id, name or FIRST_NAME, method)
            before = session.state
            if before in ENDED:
                self._move(tx, session, SessionState.STARTING, "starting")
            sessions.change(tx, session.id, wanted=1, method=method, asked_phone=digits)
            return sessions.get(tx, session.id), before

        session, before = await self._db.write(commit)
        changed = self._changes.setdefault(session.id, asyncio.Event())
        changed.clear()
        offer = self._offers.get(session.id)
        recode = offer is not None and offer.pairing_code is None and method == "code"
        up = await self._start(bridge, session, recode=recode)
        if up and (before in ENDED or recode):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(OFFER_WAIT_S):
                    await self._past_starting(session, changed)
        return await self.get(agent_id, session.id)

    async def get(self, agent_id: str, session_id: str) -> Shown:
        """Return one session of the agent."""
        session = await self._db.read(lambda tx: sessions.get(tx, session_id, agent_id))
        return self._shown(session)

    async def listed(self, agent_id: str) -> list[Shown]:
        """Return the sessions of the agent, oldest first."""

        def query(tx: Connection) -> list[Session]:
            self._check_agent(tx, agent_id)
            return sessions.of_agent(tx, agent_id)

        return [self._shown(session) for session in await self._db.read(query)]

    async def counts(self) -> dict[str, int]:
        """Return how many sessions there are by state."""
        return await self._db.read(sessions.counts)

    async def linked(self) -> dict[str, int]:
        """Return how many numbers there are by state; places where none was linked yet left out."""
        return await self._db.read(sessions.linked_counts)

    async def speaker(self, agent_id: str, session_id: str | None) -> Session:
        """Return the session to send from: the one named, else the agent's best."""
        if session_id is not None:
            return (await self.get(agent_id, session_id)).session
        found = [shown.session for shown in await self.listed(agent_id)]
        if not found:
            raise NoSessionError(field="sessionId")
        return min(found, key=lambda session: BEST_FIRST.index(session.state))

    async def remove(self, agent_id: str, session_id: str) -> None:
        """Take the device off the account, as well as possible, and forget the session."""
        await self.get(agent_id, session_id)
        if self._bridge is not None:
            with contextlib.suppress(ChildUnavailableError, RemoteError, TimeoutError):
                await self._bridge.logout_session(session_id)
        await self._db.write(lambda tx: sessions.remove(tx, session_id))
        self._offers.pop(session_id, None)
        self._changes.pop(session_id, None)
        self._can.pop(session_id, None)

    # -- the bridge comes and goes

    async def resume(self, link: Link) -> None:
        """Start every wanted session on a new link."""
        for session in await self._db.read(sessions.wanted):
            data = {
                "session": session.id,
                "method": session.method,
                "phone": session.asked_phone,
            }
            try:
                await link.request("session.start", data)
            except RemoteError as error:
                log.warning("session_not_started", session=session.id, code=error.code)

    async def bridge_lost(self) -> None:
        """Say of every wanted session that it is not connected now."""
        self._offers.clear()

        def commit(tx: Connection) -> None:
            for session in sessions.wanted(tx):
                linked = session.phone is not None
                state = SessionState.RECONNECTING if linked else SessionState.STARTING
                self._move(tx, session, state, "bridge_restarting")

        await self._db.write(commit)

    # -- events of the bridge, inside the transaction of their batch

    def updated(self, tx: Connection, data: dict[str, Any]) -> Callable[[], None] | None:
        """Take in what the bridge says of a session."""
        session = sessions.find(tx, str(data["session"]))
        if session is None:
            return None
        state = SessionState(data["state"])
        me = data.get("me") or {}
        values: dict[str, Any] = {"close_code": data.get("code")}
        if me.get("id"):
            values |= {"phone": phone_of(me["id"]), "lid": me.get("lid")}
        if data.get("forget"):
            self._rows.forget(tx, session.id)
            values |= {"phone": None, "lid": None}
        if state in ENDED:
            values["wanted"] = 0
        sessions.change(tx, session.id, **values)
        offer, can = _offer(data), data.get("can")
        self._move(tx, sessions.get(tx, session.id), state, str(data["reason"]), offer)

        def after() -> None:
            self._show(session.id, offer)
            if can is not None:
                self._can[session.id] = Abilities(can["poll"], can["list"], can["buttons"])

        return after

    def restricted(self, tx: Connection, data: dict[str, Any]) -> None:
        """Take in that WhatsApp limits whom the number may write to."""
        session = sessions.find(tx, str(data["session"]))
        if session is None:
            return
        until = data.get("until")
        limited = bool(data["restricted"])
        moment = datetime.fromtimestamp(until / 1000, UTC) if until and limited else None
        sessions.change(tx, session.id, restricted_until=moment)
        self._record_log(
            tx,
            agent_id=session.agent_id,
            level="warning" if limited else "info",
            kind="event",
            event="session_restricted" if limited else "session_unrestricted",
            facts={"sessionId": session.id, "until": moment.isoformat() if moment else None},
        )

    # -- the parts of it

    def _check_agent(self, tx: Connection, agent_id: str) -> None:
        if not self._agent_exists(tx, agent_id):
            raise UnknownAgentError(id=agent_id)

    def _create(self, tx: Connection, agent_id: str, name: str, method: Method) -> Session:
        limit = self._settings.max_sessions
        if sum(sessions.counts(tx).values()) >= limit:
            raise SessionLimitError(field="name", limit=limit)
        now = self._clock.now()
        session = Session(
            id=new_id(),
            agent_id=agent_id,
            name=name,
            state=SessionState.STOPPED,
            since=now,
            reason_code="created",
            method=method,
            wanted=False,
            created_at=now,
        )
        sessions.add(tx, self._tenant, session)
        self._made(tx, agent_id)
        return session

    async def _past_starting(self, session: Session, changed: asyncio.Event) -> None:
        while True:
            await changed.wait()
            changed.clear()
            shown = await self.get(session.agent_id, session.id)
            if shown.session.state is not SessionState.STARTING:
                return

    async def _start(self, bridge: Bridge, session: Session, *, recode: bool) -> bool:
        """Start it now; False when the bridge is not up and does it as soon as it is."""
        try:
            await bridge.start_session(session.id, session.method, session.asked_phone)
            if recode and session.asked_phone is not None:
                await bridge.pairing_code(session.id, session.asked_phone)
        except (ChildUnavailableError, LinkClosedError):
            await self._db.write(
                lambda tx: self._move(tx, session, SessionState.STARTING, "bridge_starting")
            )
            return False
        return True

    def _move(
        self,
        tx: Connection,
        session: Session,
        state: SessionState,
        reason_code: str,
        offer: Offer | None = None,
    ) -> None:
        same = state is session.state and reason_code == session.reason_code
        if same and offer is None:
            return
        since = session.since if same else self._clock.now()
        sessions.change(tx, session.id, state=state.value, reason_code=reason_code, since=since)
        moved = replace(session, state=state, reason_code=reason_code, since=since)
        self._outbox.record(tx, _event(moved, offer))
        if not same and state in NOTABLE:
            level = "info" if state is SessionState.WORKING or reason_code in HARMLESS else "error"
            facts = {"sessionId": session.id, "state": state.value, "reason_code": reason_code}
            self._record_log(
                tx,
                agent_id=session.agent_id,
                level=level,
                kind="event",
                event="session_updated",
                facts=facts,
            )

    def _shown(self, session: Session) -> Shown:
        if session.state is SessionState.WORKING:
            return Shown(session, None, self._can.get(session.id))
        offer = self._offers.get(session.id)
        if offer is None or session.state is not SessionState.SCAN_QR_CODE:
            return Shown(session, None)
        return Shown(session, offer if offer.expires_at > self._clock.now() else None)

    def _show(self, session_id: str, offer: Offer | None) -> None:
        if offer is None:
            self._offers.pop(session_id, None)
        else:
            self._offers[session_id] = offer
        if (changed := self._changes.get(session_id)) is not None:
            changed.set()


def _offer(data: dict[str, Any]) -> Offer | None:
    text, code = data.get("qr"), data.get("pairingCode")
    if text is None and code is None:
        return None
    expires_at = datetime.fromtimestamp(data["expiresAt"] / 1000, UTC)
    return Offer(expires_at, text, text and svg_of(text), code)


def _event(session: Session, offer: Offer | None) -> SessionUpdated:
    qr = None
    if offer is not None and offer.text is not None and offer.svg is not None:
        expires_at = offer.expires_at.isoformat()
        qr = {"text": offer.text, "svg": offer.svg, "expires_at": expires_at}
    return SessionUpdated(
        id=session.id,
        agent_id=session.agent_id,
        session_name=session.name,
        state=session.state.value,
        since=session.since.isoformat(),
        reason_code=session.reason_code,
        phone=session.phone,
        qr=qr,
        pairing_code=None if offer is None else offer.pairing_code,
    )
