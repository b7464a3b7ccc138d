"""What boxes ask of the control plane: enrol, sync, rotate keys, answer audits."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import orjson
from aiohttp import web

from sync.central.audit import judge
from sync.central.desired import Desired
from sync.central.device_auth import admit, replayed
from sync.central.history import remember
from sync.central.intake import Intake, take
from sync.central.parts import Central
from sync.central.pressure import Pressure
from sync.central.problems import json
from sync.central.store import PLATFORM, Applied, Device, NewDevice, Report, Token
from sync.protocol.canonical import canonical
from sync.protocol.messages import (
    AUDIT,
    BLOB,
    DESIRED,
    ENROLL,
    KEY_OVERLAP_DAYS,
    MAX_PACKED,
    MAX_SMALL_BODY,
    ROTATE,
    SYNC,
    VERSION,
    AuditAnswer,
    Batch,
    Enroll,
    Rotate,
    enroll_base,
    malformed,
    parse,
    parse_batch,
    rotate_base,
)
from sync.protocol.problems import SyncError
from sync.signing import (
    KEY_BYTES,
    b64,
    name_of,
    sign_document,
    unb64,
    verified,
)

MAX_HEALTH = 8 * 1024
INLINE_BODY = 8 * 1024  # more than this is checked in a thread


class DeviceApi:
    """The routes of boxes. Every rule that needs the stored state is the store's."""

    def __init__(self, central: Central, pressure: Pressure, desired: Desired) -> None:
        self._store, self._clock, self._key = central.store, central.clock, central.keyring
        self._parameters, self._blobs = central.parameters, central.blobs
        self._pressure, self._desired = pressure, desired

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post(ENROLL, self.enroll),
            web.post(SYNC, self.sync),
            web.post(ROTATE, self.rotate),
            web.post(AUDIT, self.audit),
            web.get(DESIRED, self.desired),
            web.get(BLOB + "{sha256:[0-9a-f]{64}}", self.blob),
        ]

    async def enroll(self, request: web.Request) -> web.Response:
        """Bind a box to the tenant of its token; asked again with the same key, say the same."""
        asked = parse(Enroll, await _small(request))
        if asked.v != VERSION:
            raise SyncError(code="unknown_version", version=asked.v)
        public = unb64(asked.public_key)
        proof = enroll_base(asked.token, asked.device, asked.public_key)
        if len(public) != KEY_BYTES or not verified(public, unb64(asked.proof), proof):
            raise SyncError(code="bad_signature")
        hash_ = token_hash(asked.token)
        token = await self._store.token(hash_)
        if token is None:
            raise SyncError(code="token_unknown")
        if token.device_id is None:
            if token.bound_device not in {"", asked.device}:
                raise SyncError(code="token_unknown")
            if token.expires_at <= self._clock.now():
                raise SyncError(code="token_expired")
            token = await self._store.enroll(
                await self._new_device(
                    asked, public, hash_, token.tenant_id, bound=token.bound_device != ""
                )
            )
            await self._remember_enrolment(asked, token)
        if (token.device_id, token.public_key) != (asked.device, public):
            raise SyncError(code="token_used")
        return web.Response(body=(token.answer or "").encode(), content_type="application/json")

    async def _new_device(
        self, asked: Enroll, public: bytes, hash_: str, tenant: str, *, bound: bool
    ) -> NewDevice:
        now = self._clock.now()
        known = await self._store.device(asked.device, now)
        moved = known is not None and known.tenant_id != tenant
        if known is not None and moved and (not bound or name_of(public) not in known.keys):
            raise SyncError(code="key_taken")
        content = {
            "kind": "enrolment",
            "device": asked.device,
            "tenant": tenant,
            "public_key": asked.public_key,
            "at": now.isoformat(),
        }
        receipt = sign_document(self._key, content)
        if known is not None and not moved:  # the chains of its epochs began with the first receipt
            receipt = orjson.loads(known.receipt)
        answer = {
            "device": asked.device,
            "tenant": tenant,
            "server_keys": {name: b64(key) for name, key in self._key.publics.items()},
            "parameters": self._parameters.model_dump(),
            "receipt": receipt,
            "epoch": 0 if known is None else await self._store.epoch(known),
        }
        return NewDevice(
            token_hash=hash_,
            tenant_id=tenant,
            device_id=asked.device,
            key_id=name_of(public),
            public_key=public,
            version=asked.version,
            receipt=canonical(receipt),
            answer=orjson.dumps(answer).decode(),
            at=now,
            moved_from=known.tenant_id if known is not None and moved else "",
        )

    async def _remember_enrolment(self, asked: Enroll, token: Token) -> None:
        if token.device_id == asked.device:
            kind = "move" if token.bound_device else "enrolled"
            await remember(
                self._store,
                self._clock,
                asked.device,
                kind,
                version=asked.version,
                tenant=token.tenant_id,
                step="done",
            )

    async def sync(self, request: web.Request) -> web.Response:
        """Take a batch and answer with a signed receipt, once the batch is on the disk."""
        async with self._pressure.slot():
            body = await _limited(request, MAX_PACKED)
            device, seq = await admit(request, body, self._store, self._clock)
            batch, intake = await self._understand(device, body)
            now = self._clock.now()
            report = Report(batch.health, batch.desired_have)
            applied = await self._store.apply(device, seq, intake, report, now)
            await self._mark(device, applied)
            _refuse(batch, seq, applied)
        version = await self._desired.version(device)
        receipt = self._receipt(device, applied, version)
        behind = len(batch.events) >= self._parameters.max_events
        receipt["next_after_s"] = self._pressure.next_after_s(behind=behind)
        return json(sign_document(self._key, receipt))

    async def _mark(self, device: Device, applied: Applied) -> None:
        """Note what the office is to be alerted to; it is rare."""
        column = "forked_at" if applied.code == "fork" else ""
        if applied.code is None and applied.quarantined:
            column = "quarantined_at"
        if column:
            await self._store.query(
                PLATFORM,
                f"UPDATE devices SET {column} = $1 WHERE id = $2",
                self._clock.now(),
                device.id,
            )
        if applied.code == "fork":
            await remember(
                self._store,
                self._clock,
                device.id,
                "fork",
                epoch=applied.epoch,
                seq=applied.acked,
            )

    async def _understand(self, device: Device, body: bytes) -> tuple[Batch, Intake]:
        if len(body) <= INLINE_BODY:
            return self._read(device, body)
        return await asyncio.to_thread(self._read, device, body)

    def _read(self, device: Device, body: bytes) -> tuple[Batch, Intake]:
        batch = parse_batch(body)
        if batch.device != device.id:
            raise malformed(field="device", problem="is not the one that signed the request")
        if len(orjson.dumps(batch.health)) > MAX_HEALTH:
            raise malformed(field="health", problem=f"is over {MAX_HEALTH} bytes")
        for key in device.keys.values():
            try:
                return batch, take(batch, key, self._clock.now())
            except SyncError as error:
                if error.code != "batch_signature":
                    raise
        raise SyncError(code="batch_signature")

    def _receipt(self, device: Device, applied: Applied, desired_version: str) -> dict[str, Any]:
        receipt: dict[str, Any] = {
            "kind": "receipt",
            "v": VERSION,
            "device": device.id,
            "epoch": applied.epoch,
            "acked": applied.acked,
            "head": applied.head.hex(),
            "server_time": self._clock.now().isoformat(),
            "desired_ver": desired_version,
        }
        if device.rotate:
            receipt["rotate"] = True
        if device.move:
            receipt["move"] = device.move
        if (audit := applied.audit) is not None:
            receipt["audit"] = {
                "id": audit.id,
                "raw_epoch": audit.raw_epoch,
                "first": audit.first,
                "last": audit.last,
            }
        return receipt

    async def rotate(self, request: web.Request) -> web.Response:
        """Take a new key of a box; the old one stays good for thirty days."""
        body = await _small(request)
        device, seq = await self._admitted(request, body)
        asked = parse(Rotate, body)
        public = unb64(asked.public_key)
        proof = rotate_base(device.id, asked.public_key)
        if len(public) != KEY_BYTES or not verified(public, unb64(asked.proof), proof):
            raise SyncError(code="bad_signature")
        now = self._clock.now()
        until = now + timedelta(days=KEY_OVERLAP_DAYS)
        if not await self._store.add_key(device, name_of(public), public, until):
            raise SyncError(code="key_taken")
        await self._store.query(
            PLATFORM, "UPDATE devices SET rotate_at = NULL WHERE id = $1", device.id
        )
        await remember(self._store, self._clock, device.id, "rotation", step="done")
        content = {
            "kind": "rotation",
            "device": device.id,
            "public_key": asked.public_key,
            "number": seq,
            "old_until": until.isoformat(),
        }
        return json(sign_document(self._key, content))

    async def audit(self, request: web.Request) -> web.Response:
        """Compare raw events with the chain and the sums that were received before."""
        body = await _limited(request, MAX_PACKED * 8)
        device, _ = await self._admitted(request, body)
        answer = parse(AuditAnswer, body)
        order = await self._store.open_audit(device)
        if order is None or order.id != answer.id:
            raise SyncError(code="audit_unknown")
        before, rollups = await self._store.covered(device, order)
        verdict = await asyncio.to_thread(judge, device, order, before, rollups, answer.events)
        await self._store.judge(device, order.id, verdict, self._clock.now())
        content = {"kind": "verdict", "device": device.id, "id": order.id, "verdict": verdict}
        return json(sign_document(self._key, content))

    async def desired(self, request: web.Request) -> web.Response:
        """Return the documents of a box, unless it has them."""
        device, _ = await self._admitted(request, await _small(request))
        version = await self._desired.version(device)
        if request.query.get("have") == version:
            return web.Response(status=304)
        return json({"version": version, "documents": await self._desired.signed(device)})

    async def blob(self, request: web.Request) -> web.StreamResponse:
        """Return a file or a range of it; its name is its hash, and the box checks that."""
        await self._admitted(request, await _small(request))
        path = self._blobs / request.match_info["sha256"]
        if not await asyncio.to_thread(path.is_file):
            raise SyncError(code="blob_unknown")
        size = (await asyncio.to_thread(path.stat)).st_size
        if not _inside(request, size):
            raise SyncError(code="bad_range", size=size)
        return web.FileResponse(path)

    async def _admitted(self, request: web.Request, body: bytes) -> tuple[Device, int]:
        device, seq = await admit(request, body, self._store, self._clock)
        last = await self._store.take_seq(device, seq)
        if last is not None:
            raise replayed(seq, last)
        return device, seq


def _refuse(batch: Batch, seq: int, applied: Applied) -> None:
    if applied.code is None:
        return
    if applied.code == "replayed":
        raise replayed(seq, applied.last_seq)
    facts = {
        "epoch": applied.epoch,
        "present": applied.present,
        "acked": applied.acked,
        "head": applied.head.hex(),
        "expected": applied.acked + 1,
        "seq": min(batch.to, applied.acked),
    }
    raise SyncError(code=applied.code, **facts)


def _inside(request: web.Request, size: int) -> bool:
    """Say whether the range that is asked for, if one is, begins inside a file."""
    try:
        first = request.http_range.start
    except ValueError:
        return False
    return first is None or first < size


def token_hash(token: str) -> str:
    """Return what is stored of an enrolment token."""
    return hashlib.sha256(token.strip().upper().encode()).hexdigest()


async def _small(request: web.Request) -> bytes:
    return await _limited(request, MAX_SMALL_BODY)


async def _limited(request: web.Request, limit: int) -> bytes:
    """Read the body, and no more than is allowed of it."""
    if (request.content_length or 0) > limit:
        raise SyncError(code="too_large", what="body", limit=f"{limit} bytes")
    parts, size = [], 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > limit:
            raise SyncError(code="too_large", what="body", limit=f"{limit} bytes")
        parts.append(part)
    return b"".join(parts)
