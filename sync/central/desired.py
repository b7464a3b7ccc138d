"""What each box should run: the closest document of a kind wins, new ones go out in stages.

A document is signed for one box when it first gets it, with a version that only rises there;
taking one back means that the earlier content is issued again under a higher version. Where there
is none before it, a withdrawal is issued: a signed document of its own without a content, which
returns the box to its own settings. What is held stays with the boxes that have it, and goes to no
others.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from sync.central.clock import Clock
from sync.central.history import remember
from sync.central.store import PLATFORM, VERSION, Device, Scope, Store
from sync.protocol.events import moment
from sync.signing import PrivateKey, sign_document

KINDS = ("entitlements", "models", "brand", "config", "channel")
WITHDRAWN = "-"  # before the id of the publication that a withdrawal takes back
WITHDRAWN_DAYS = 3650  # it ends with the next publication, not by time
STAGES = (1, 10, 50, 100)
STAGE_LASTS = timedelta(hours=24)
FRESH_S = 5.0
LEAST_REPORTS = 3
MOST_FAILING = 0.1


@dataclass(frozen=True)
class Document:
    """A published document. Empty ids mean all of that level."""

    id: str
    reseller_id: str
    tenant_id: str
    device_id: str
    kind: str
    body: dict[str, Any]
    expires_days: int
    percent: int
    state: str
    created_at: datetime

    def meant_for(self, device: Device, reseller_id: str) -> bool:
        """Say whether it reaches a box, its stage of the roll-out considered."""
        fits = (
            self.reseller_id in ("", reseller_id)
            and self.tenant_id in ("", device.tenant_id)
            and self.device_id in ("", device.id)
        )
        return fits and bucket(self.id, device.id) < self.percent

    @property
    def closeness(self) -> tuple[int, datetime, str]:
        """Order documents: the one for fewer boxes first, then the newer one."""
        levels = (self.reseller_id, self.tenant_id, self.device_id)
        return sum(map(bool, levels)), self.created_at, self.id


@dataclass(frozen=True)
class Issue:
    """A version of a kind for one box; without a document it takes the last one back."""

    kind: str
    version: int
    source: str
    document: Document | None

    def content(self, device_id: str, now: datetime) -> dict[str, Any]:
        """Return what is signed."""
        days = WITHDRAWN_DAYS if self.document is None else self.document.expires_days
        content = {
            "kind": self.kind,
            "version": self.version,
            "device": device_id,
            "issued": now.isoformat(),
            "expires": (now + timedelta(days=days)).isoformat(),
            "body": None if self.document is None else self.document.body,
        }
        return {**content, "withdrawn": True} if self.document is None else content


def bucket(document_id: str, device_id: str) -> int:
    """Return a box's place, 0 to 99, in the roll-out of a document."""
    return int.from_bytes(hashlib.sha256(f"{document_id}|{device_id}".encode()).digest()[:8]) % 100


def _time(text: Any) -> datetime | None:
    try:
        return moment(text)
    except (TypeError, ValueError):
        return None


def _refuses(health: dict[str, Any], kind: str, version: int) -> bool:
    """Say whether a box reports that it would not put this version in force."""
    refused = health.get("refused")
    one = refused.get(kind) if isinstance(refused, dict) else None
    return isinstance(one, dict) and one.get("version") == version


class Desired:
    """Answers what a box should run."""

    def __init__(self, store: Store, clock: Clock, key: PrivateKey) -> None:
        self._store, self._clock, self._key = store, clock, key
        self._read_at: float | None = None
        self._documents: list[Document] = []
        self._resellers: dict[str, str] = {}

    async def version(self, device: Device) -> str:
        """Return a name for the set of documents of a box; it changes when the set does."""
        chosen = await self._chosen(device)
        if not chosen:
            return ""
        names = "|".join(f"{kind}={document.id}" for kind, document in sorted(chosen.items()))
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    async def signed(self, device: Device) -> list[dict[str, Any]]:
        """Return the documents of a box, signed for it."""
        scope = Scope("tenant", tenant_id=device.tenant_id)
        rows = await self._store.query(
            scope,
            "SELECT kind, version, source_id, document FROM device_documents "
            "WHERE tenant_id = $1 AND device_id = $2",
            device.tenant_id,
            device.id,
        )
        held = {row["kind"]: row for row in rows}
        chosen = await self._chosen(device)
        signed = []
        for kind in sorted(chosen.keys() | held.keys()):
            row, document = held.get(kind), chosen.get(kind)
            source = WITHDRAWN + row["source_id"].lstrip(WITHDRAWN) if row else ""
            if document is not None:
                source = document.id
            if row is not None and row["source_id"] == source:
                signed.append(orjson.loads(row["document"]))
                continue
            issue = Issue(kind, 1 if row is None else row["version"] + 1, source, document)
            signed.append(await self._issue(device, scope, issue))
        return signed

    async def _issue(self, device: Device, scope: Scope, issue: Issue) -> dict[str, Any]:
        now = self._clock.now()
        content = sign_document(self._key, issue.content(device.id, now))
        await self._store.query(
            scope,
            "INSERT INTO device_documents (tenant_id, device_id, kind, version, source_id, "
            "document) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, device_id, kind) "
            "DO UPDATE SET version = excluded.version, source_id = excluded.source_id, "
            "document = excluded.document",
            device.tenant_id,
            device.id,
            issue.kind,
            issue.version,
            issue.source,
            orjson.dumps(content).decode(),
        )
        await self._note(device, issue, now)
        return content

    async def _note(self, device: Device, issue: Issue, now: datetime) -> None:
        """Keep what the fleet is listed by: till when a licence runs, which version is wanted."""
        facts: dict[str, Any] = {"document": issue.source.lstrip(WITHDRAWN)}
        if issue.document is None:
            facts["withdrawn"] = True
        await remember(
            self._store,
            self._clock,
            device.id,
            "document",
            **facts,
            document_kind=issue.kind,
            version=issue.version,
        )
        body = {} if issue.document is None else issue.document.body
        ends, wanted = body.get("valid_until"), body.get("version", "")
        if issue.kind == "entitlements":
            await self._store.query(
                PLATFORM,
                "UPDATE devices SET licence_ends_at = $1 WHERE id = $2",
                _time(ends),
                device.id,
            )
        elif issue.kind == "channel":
            wanted = wanted if isinstance(wanted, str) and VERSION.match(wanted) else ""
            await self._store.query(
                PLATFORM,
                "UPDATE devices SET wanted_version = $1, wanted_at = $2 WHERE id = $3",
                wanted,
                now,
                device.id,
            )

    async def _chosen(self, device: Device) -> dict[str, Document]:
        await self._refresh()
        if self._documents and device.tenant_id not in self._resellers:
            await self.forget()
            await self._refresh()
        reseller = self._resellers.get(device.tenant_id, "")
        fitting = [one for one in self._documents if one.meant_for(device, reseller)]
        if any(one.state == "paused" for one in fitting):
            has = await self._has(device)
            fitting = [one for one in fitting if one.state != "paused" or one.id in has]
        return {one.kind: one for one in sorted(fitting, key=lambda one: one.closeness)}

    async def _has(self, device: Device) -> set[str]:
        rows = await self._store.query(
            Scope("tenant", tenant_id=device.tenant_id),
            "SELECT source_id FROM device_documents WHERE tenant_id = $1 AND device_id = $2",
            device.tenant_id,
            device.id,
        )
        return {row["source_id"] for row in rows}

    async def forget(self) -> None:
        """Read again at the next question: something was published."""
        self._read_at = None

    async def _refresh(self) -> None:
        now = self._clock.monotonic()
        if self._read_at is not None and now - self._read_at < FRESH_S:
            return
        rows = await self._store.query(
            PLATFORM,
            "SELECT id, reseller_id, tenant_id, device_id, kind, body, expires_days, percent, "
            "state, created_at FROM documents WHERE state IN ('running', 'paused')",
        )
        self._documents = [Document(**{**row, "body": orjson.loads(row["body"])}) for row in rows]
        if self._documents:  # without documents nobody's reseller matters
            tenants = await self._store.query(PLATFORM, "SELECT id, reseller_id FROM tenants")
            self._resellers = {row["id"]: row["reseller_id"] for row in tenants}
        self._read_at = now

    # -- roll-outs

    async def steer(self) -> None:
        """Widen each roll-out that does well for a day; stop each that does harm."""
        now = self._clock.now()
        rows = await self._store.query(
            PLATFORM,
            "SELECT id, percent, staged_at FROM documents "
            "WHERE state = 'running' AND percent < 100",
        )
        for row in rows:
            good, bad = await self.reports(row["id"], row["staged_at"])
            if good + bad >= LEAST_REPORTS and bad > MOST_FAILING * (good + bad):
                await self._stop(row["id"], f"{bad} of {good + bad} boxes report trouble")
            elif good and now - row["staged_at"] >= STAGE_LASTS:
                percent = next(stage for stage in STAGES if stage > row["percent"])
                await self._store.query(
                    PLATFORM,
                    "UPDATE documents SET percent = $1, staged_at = $2 WHERE id = $3",
                    percent,
                    now,
                    row["id"],
                )
                await self.forget()

    async def reports(self, document_id: str, since: datetime) -> tuple[int, int]:
        """Count boxes that run the document and said so since: well, and not well."""
        rows = await self._store.query(
            PLATFORM,
            "SELECT d.health, f.kind, f.version FROM device_documents f JOIN devices d "
            "ON d.tenant_id = f.tenant_id AND d.id = f.device_id "
            "WHERE f.source_id = $1 AND d.seen_at >= $2",
            document_id,
            since,
        )
        good = bad = 0
        for row in rows:
            health = orjson.loads(row["health"])
            if _refuses(health, row["kind"], row["version"]):
                bad += 1
                continue
            running = health.get("documents")
            if not isinstance(running, dict) or running.get(row["kind"]) != row["version"]:
                continue
            if health.get("ok", True):
                good += 1
            else:
                bad += 1
        return good, bad

    async def _stop(self, document_id: str, reason: str) -> None:
        await self._store.query(
            PLATFORM,
            "UPDATE documents SET state = 'stopped', reason = $1 WHERE id = $2",
            reason,
            document_id,
        )
        await self.forget()
