"""The box's end of the sync: enrols, uploads, takes documents, and never stands in the way.

`cycle` does one round and says how long to wait; `run` repeats it. Nothing here raises for a
control plane that is away, slow, or refuses: the box goes on serving, and `status` says why.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any

import orjson
import structlog

from sync import desired, moving, running, upload
from sync.errors import NotEnrolledError, UntrustedError
from sync.evidence import Evidence, look, waiting
from sync.exchange import NOT_MODIFIED, OK, SlowDownError, refusal, retry_after
from sync.fetch import fetch
from sync.hooks import Alarm, Applied, Health, no_health, nothing, only_log
from sync.ledger import keep_mark, witness
from sync.licence import Licence, judge
from sync.pauses import Pauses
from sync.ports import Clock, Database, Sealer, Transport, TransportError
from sync.protocol.chain import RAW, SYNCED
from sync.protocol.messages import (
    AUDIT,
    DESIRED,
    ENROLL,
    LIVE,
    PACKED_TYPE,
    SYNC,
    VERSION,
    AuditOrder,
    Enrolled,
    Receipt,
    enroll_base,
    parse,
)
from sync.protocol.problems import SyncError
from sync.rotation import rotate
from sync.signing import ServerKeys, b64, unb64
from sync.state import Opened, save, save_enrolment
from sync.status import Status, state_of
from sync.talk import Talk

log = structlog.get_logger(__name__)

BATCHES_AT_ONCE = 10
LINK_DOWN_AFTER = 3
HEALED = frozenset({"replayed", "clock_skew"})
REFUSED = frozenset({401, 403})
CONFLICT, TOO_LARGE, UNPROCESSABLE = 409, 413, 422


class Client:
    """One box. Calls to `cycle`, `enroll` and `rotate` wait for one another.

    `mark` is a file outside the database and its backups; `verify` compares the ledger with it.
    """

    def __init__(
        self,
        opened: Opened,
        *,
        db: Database,
        sealer: Sealer,
        transport: Transport,
        clock: Clock,
        version: str,
        health: Health = no_health,
        on_alarm: Alarm = only_log,
        judge: running.Judge = running.accept,
        on_documents: Applied = nothing,
        pauses: Pauses | None = None,
        mark: Path | None = None,
    ) -> None:
        self.ledger = opened.ledger
        self._memory = opened.memory
        self._db, self._sealer, self._transport, self._clock = db, sealer, transport, clock
        self._version, self._health = version, health
        self._on_alarm, self._on_documents, self._judge = on_alarm, on_documents, judge
        self._pauses = pauses or Pauses(SystemRandom())
        self._time = opened.time
        self._talk = Talk(self._memory, transport, self._time)
        self._busy = asyncio.Lock()
        self._woken, self._urged = asyncio.Event(), False
        self._mark = mark
        self._failures = 0
        self._most = self._memory.parameters.max_events
        self._trouble = self._detail = ""
        self._next_try_at: datetime | None = None

    # -- what others ask

    @property
    def enrolled(self) -> bool:
        """Say whether the box has a control plane."""
        return self._memory.enrolled is not None

    async def licence(self) -> Licence:
        """Return what the box may do now, by trusted time."""
        bodies = await self._db.read(running.in_force)
        return judge(
            self._time.now(),
            enrolled=self.enrolled,
            entitlements=bodies.get("entitlements"),
            refused_since=self._memory.refused_since,
        )

    async def keep_time(self) -> None:
        """Note what time it is known to be, so that a start with another clock knows it, too."""
        self._time.now()
        await self._save()

    async def status(self) -> Status:
        """Return the state in facts and words, for the page and for support."""
        memory = self._memory
        left = await self._db.read(lambda tx: waiting(self.ledger, tx, memory))
        return Status(
            state=state_of(memory, failures=self._failures, trouble=self._trouble),
            device_id=memory.device_id,
            tenant=memory.enrolled.tenant if memory.enrolled else None,
            epoch=memory.epoch,
            acked=memory.acked,
            waiting=left,
            failures=self._failures,
            trouble=self._trouble,
            last_receipt_at=memory.last_receipt_at,
            licence=await self.licence(),
            detail=self._detail,
            next_try_at=self._next_try_at,
            clock=self._time.trust,
            now=self._time.now(),
            documents=tuple(await self._db.read(running.overview)),
        )

    async def evidence(self, receipts: int) -> Evidence:
        """Return the ends of both chains and the last receipts, for whoever must look closely."""
        return await self._db.read(lambda tx: look(self.ledger, tx, self._memory, receipts))

    def wake(self, *, at_once: bool = False) -> None:
        """Go soon: the link is back, or there is something new; `at_once` if a person asks."""
        self._urged = self._urged or at_once
        self._woken.set()

    # -- life

    async def run(self) -> None:
        """Repeat cycles until cancelled."""
        delay = self._pauses.at_start(self._memory.parameters.interval_s)
        while True:
            self._next_try_at = self._clock.now() + timedelta(seconds=delay)
            if await self._sleep(delay):
                # Every box of a region hears of the link at once: none may come at once.
                await asyncio.sleep(self._pauses.at_start(self._memory.parameters.interval_s))
            try:
                delay = await self.cycle()
            except Exception:  # the box must go on syncing, whatever one round met
                log.exception("sync_round_failed")
                delay = self._pauses.parked()

    async def _sleep(self, seconds: float) -> bool:
        self._woken.clear()
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        urged, self._urged = self._urged, False
        return self._failures > 0 and not urged

    async def enroll(self, token: str) -> Enrolled:
        """Join the tenant of a token. Raises SyncError if refused, TransportError if unheard."""
        async with self._busy:
            enrolled = await self._enroll(token)
        self._failures, self._trouble, self._detail = 0, "", ""
        self._most = enrolled.parameters.max_events
        self.wake()
        return enrolled

    async def _enroll(self, token: str) -> Enrolled:
        memory, public = self._memory, b64(self._memory.key.public)
        proof = b64(memory.key.sign(enroll_base(token, memory.device_id, public)))
        known = {"v": VERSION, "device": memory.device_id, "version": self._version}
        asked = {**known, "token": token, "public_key": public, "proof": proof}
        headers, body = {"Content-Type": "application/json"}, orjson.dumps(asked)
        reply = await self._transport.send("POST", ENROLL, headers, body)
        if reply.status != OK:
            raise refusal(reply)
        enrolled = parse(Enrolled, reply.body)
        keys = ServerKeys({name: unb64(key) for name, key in enrolled.server_keys.items()})
        if not keys.trusts(enrolled.receipt) or enrolled.device != memory.device_id:
            msg = "the enrolment receipt is not signed, or is for another box"
            raise UntrustedError(msg)
        await self._db.write(lambda tx: self._begin(tx, enrolled))
        return enrolled

    def _begin(self, tx: Any, enrolled: Enrolled) -> None:
        memory = self._memory
        again = memory.enrolled is not None and memory.enrolled.receipt == enrolled.receipt
        memory.enrolled = enrolled
        save_enrolment(tx, self.ledger.tenant_id, enrolled)
        if not again or self.ledger.head(tx, SYNCED).epoch < enrolled.epoch or memory.frozen:
            self.ledger.open_epoch(tx, memory.receipt, "enrolled", least=enrolled.epoch + 1)
            moving.carry(self.ledger, tx, memory)
        memory.frozen, memory.refused_since = "", None
        save(tx, self.ledger.tenant_id, memory)

    async def restored(self) -> None:
        """Note that the database came from a backup: what follows goes into a new epoch."""

        def commit(tx: Any) -> None:
            if self.enrolled:
                self.ledger.open_epoch(tx, self._memory.receipt, "restored")

        await self._db.write(commit)

    async def fetch(self, sha256: str, path: Path) -> None:
        """Bring a model or update file; see `sync.fetch`. Raises NotEnrolledError before that."""
        if not self.enrolled:
            raise NotEnrolledError
        await fetch(self._transport, self._talk, self._busy, sha256, path)

    async def rotate(self) -> None:
        """Change the device key. Raises like `ask`; may be repeated until it succeeds."""
        async with self._busy:
            await self._rotate()

    async def _rotate(self) -> None:
        if not self.enrolled:
            raise NotEnrolledError
        await rotate(self._memory, self._talk, self._db, self._sealer, self.ledger.tenant_id)

    async def _move(self, token: str) -> None:
        """Hand in what was used so far, the running hour too, then belong to another tenant."""
        await self._db.write(lambda tx: self.ledger.roll_up(tx, None))
        while (await self._send_batch())[1]:
            pass
        await moving.begin(self._db, self.ledger.tenant_id, token)
        await moving.finish(self._db, self._enroll)

    # -- one round

    async def cycle(self) -> float:
        """Roll up, upload, take documents; return the seconds to wait before the next round."""
        async with self._busy:
            await self._keep_house()
            if not self.enrolled:
                return self._pauses.regular(self._memory.parameters.interval_s)
            if self._memory.frozen:
                return self._pauses.parked()
            return await self._guarded_round()

    async def _keep_house(self) -> None:
        now = self._clock.now()
        while await self._db.write(lambda tx: self.ledger.roll_up(tx, now)):
            pass
        while await self._db.write(lambda tx: self.ledger.prune(tx, now)):
            pass
        if self._mark is not None:
            content = await self._db.read(lambda tx: witness(self.ledger, tx))
            await asyncio.to_thread(keep_mark, self._mark, content)

    async def _guarded_round(self) -> float:
        try:
            if self._failures >= LINK_DOWN_AFTER and await self._link_is_back():
                return self._pauses.at_start(self._memory.parameters.interval_s)
            await moving.finish(self._db, self._enroll)
            receipt = await self._upload()
            await self._after(receipt)
        except TransportError as error:
            return self._failed(str(error), None)
        except SlowDownError as error:
            return self._failed("busy", error.retry_after_s)
        except UntrustedError as error:
            return self._park("untrusted", str(error))
        except SyncError as error:
            return await self._refused(error)
        self._failures, self._trouble, self._detail = 0, "", ""
        return self._pauses.regular(receipt.next_after_s)

    async def _link_is_back(self) -> bool:
        """Knock before coming in: after an outage a whole fleet would come at twice its pace.

        Who finds the door open waits its U(0, interval), as after a start, and syncs then.
        """
        if (reply := await self._transport.send("GET", LIVE, {}, b"")).status != OK:
            raise SlowDownError(retry_after(reply))
        self._failures = 0
        return True

    def _failed(self, reason: str, retry_after_s: float | None) -> float:
        pause = self._pauses.after_failure(self._failures, retry_after_s)
        self._failures, self._detail = self._failures + 1, reason
        log.info("sync_failed", reason=reason, failures=self._failures, pause_s=round(pause))
        return pause

    def _park(self, code: str, detail: str) -> float:
        if self._trouble != code:
            self._on_alarm(code, detail)
        self._trouble, self._detail = code, detail
        return self._pauses.parked()

    async def _refused(self, error: SyncError) -> float:
        memory = self._memory
        if error.status in REFUSED and error.code not in HEALED:
            if memory.refused_since is None:
                memory.refused_since = self._time.now()
                self._on_alarm(error.code, str(error))
                await self._save()
            return self._pauses.refused()
        if error.status == UNPROCESSABLE:
            memory.frozen = error.code
            self._on_alarm(error.code, str(error))
            await self._save()
            return self._pauses.parked()
        if error.status == TOO_LARGE and self._most > 1:
            self._most = max(1, self._most // 2)
            return self._pauses.after_failure(0)
        return self._park(error.code, str(error))

    async def _save(self) -> None:
        self._memory.anchor, self._memory.high_water = self._time.anchor, self._time.high_water
        await self._db.write(lambda tx: save(tx, self.ledger.tenant_id, self._memory))

    async def _upload(self) -> Receipt:
        """Send up to ten batches, one in flight; return the last receipt."""
        for left in range(BATCHES_AT_ONCE - 1, -1, -1):
            receipt, more = await self._send_batch()
            if not more or left == 0:
                break
        return receipt

    async def _send_batch(self) -> tuple[Receipt, bool]:
        health = {**await self._health(), "version": self._version}
        health |= await self._db.read(running.report)
        sent = await self._make(health)
        try:
            reply = await self._talk.ask("POST", SYNC, sent.body, PACKED_TYPE)
        except SyncError as error:
            if error.status != CONFLICT:
                raise
            conflict = error
            await self._db.write(lambda tx: self._go_back(tx, conflict))
            sent = await self._make(health)
            reply = await self._talk.ask("POST", SYNC, sent.body, PACKED_TYPE)

        def commit(tx: Any) -> tuple[Receipt, bool]:
            self._memory.anchor, self._memory.high_water = self._time.anchor, self._time.high_water
            return upload.take_receipt(self.ledger, tx, self._memory, sent, reply.body)

        receipt, more = await self._db.write(commit)
        self._time.correct(receipt.server_time)
        return receipt, more

    async def _make(self, health: dict[str, Any]) -> upload.Outgoing:
        return await self._db.read(
            lambda tx: upload.make(
                self.ledger, tx, self._memory, self._clock, most=self._most, health=health
            )
        )

    def _go_back(self, tx: Any, error: SyncError) -> None:
        if error.code == "epoch_closed":
            upload.overtake(self.ledger, tx, self._memory, int(error.facts["present"]))
        elif error.code == "gap":
            upload.rewind(self.ledger, tx, self._memory, error.facts)
        else:
            raise error

    async def _after(self, receipt: Receipt) -> None:
        if receipt.desired_ver != self._memory.desired_have:
            await self._take_documents()
        if receipt.audit is not None:
            await self._answer_audit(receipt.audit)
        if receipt.rotate:
            await self._rotate()
        if receipt.move:
            await self._move(receipt.move)

    async def _take_documents(self) -> None:
        reply = await self._talk.ask("GET", f"{DESIRED}?have={self._memory.desired_have}")
        if reply.status == NOT_MODIFIED:
            return
        answer = orjson.loads(reply.body)
        if changed := await self._db.write(
            lambda tx: desired.take(
                self.ledger, tx, self._memory, answer, self._time.now(), judge=self._judge
            )
        ):
            await self._on_documents(changed)

    async def _answer_audit(self, order: AuditOrder) -> None:
        count = order.last - order.first + 1
        rows = await self._db.read(
            lambda tx: self.ledger.bodies(tx, RAW, order.raw_epoch, order.first, count)
        )
        events = [orjson.Fragment(body) for _, body, _ in rows]
        await self._talk.ask("POST", AUDIT, orjson.dumps({"id": order.id, "events": events}))
