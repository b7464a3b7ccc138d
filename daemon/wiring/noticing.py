"""What the rules of notifications look at: the real state of every part of the box."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from daemon.domains.knowledge.domain import REASONS
from daemon.domains.notifications.domain import Reading, Readings, RuleId, Severity
from daemon.domains.system.domain import PartState
from daemon.domains.whatsapp.domain import SessionState
from daemon.domains.whatsapp.reasons import words as session_words
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from sync.status import Status

from .ground import Ground

log = structlog.get_logger(__name__)

MEBIBYTE = 1024 * 1024
Source = Callable[[], Awaitable[Sequence[Reading]]]
# A number that was linked and is not there; what a person stopped or unlinked here is meant so.
DOWN = (
    SessionState.STARTING,
    SessionState.SCAN_QR_CODE,
    SessionState.PASSKEY_REQUIRED,
    SessionState.RECONNECTING,
    SessionState.LOGGED_OUT,
    SessionState.FAILED,
)
SESSIONS = (
    "SELECT id, agent_id, name, phone, state, since, reason_code FROM wa_sessions "
    f"WHERE phone IS NOT NULL AND state IN ({', '.join('?' * len(DOWN))}) "
    "AND reason_code <> 'logged_out_here'"
)
# The oldest job that could run; one behind another that waits for its next try is not late itself.
LATE = (
    "SELECT run_at FROM jobs AS job WHERE state = 'waiting' AND run_at <= ?1 AND (lock IS NULL "
    "OR NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.lock = job.lock "
    "AND (other.state = 'leased' OR (other.state = 'waiting' AND other.reason IS NOT NULL)))) "
    "ORDER BY run_at LIMIT 1"
)
PARKED = (
    "SELECT kind, count(*) AS number, max(id) AS id, reason FROM jobs "
    "WHERE state = 'parked' GROUP BY kind"
)
# The plus keeps the planner from reading every invoice there is by its kind.
OVERDUE = (
    "SELECT invoice.client_id, client.name, count(*) AS number, min(invoice.due_on) AS due, "
    "sum(invoice.total - invoice.paid - invoice.credited) AS balance, invoice.currency "
    "FROM finance_invoices AS invoice JOIN finance_clients AS client "
    "ON client.id = invoice.client_id WHERE invoice.status = 'open' "
    "AND +invoice.kind = 'invoice' AND invoice.due_on < ? GROUP BY invoice.client_id"
)
FAILED = "SELECT id, agent_id, name, error FROM documents WHERE status = 'failed' LIMIT 200"
DISABLED = "SELECT id, name, reason FROM webhooks WHERE status = 'disabled'"
PARTS = {
    "bridge": ("Ponte do WhatsApp", "WhatsApp bridge"),
    "language": ("Modelo de linguagem", "Language model"),
    "retrieval": ("Busca", "Search"),
}
GONE = {
    "gone": (
        "O destino respondeu 410: não quer mais eventos.",
        "It answered 410: it wants no more events.",
    ),
    "failing": (
        "Nenhuma entrega deu certo por dias.",
        "No delivery has worked for days.",
    ),
}
LICENCES: dict[str, tuple[Severity, str, str]] = {
    "active": ("info", "perto do fim", "about to end"),
    "grace": ("warning", "em carência", "in its grace period"),
    "restricted": ("critical", "restrita", "restricted"),
}


class Noticing:
    """Reads everything at each look. What is down stays down until it was seen well again."""

    def __init__(
        self,
        base: Ground,
        zone: ZoneInfo,
        *,
        parts: Callable[[], Sequence[PartState]],
        sync: Callable[[], Awaitable[Status]],
    ) -> None:
        self._base, self._zone, self._parts, self._sync = base, zone, parts, sync
        # A part that comes and goes changes its state all the time, and is down all the same.
        self._down: dict[str, datetime] = {}
        self._sources: dict[RuleId, Source] = {
            "session_down": self._sessions,
            "queue_late": self._queue,
            "disk_low": self._disk,
            "licence": self._licence,
            "model_down": self._models,
            "payment_overdue": self._overdue,
            "webhook_disabled": self._webhooks,
            "sync_frozen": self._frozen,
            "job_parked": self._parked,
            "document_failed": self._documents,
        }

    async def look(self) -> Readings:
        """Return what there is to see, by rule; None where nothing could be seen."""
        found: dict[RuleId, Sequence[Reading] | None] = {}
        for rule, source in self._sources.items():
            try:
                found[rule] = await source()
            except Exception as error:  # noqa: BLE001 - one that is blind must not blind the others
                log.warning("notice_source_failed", rule=rule, error=type(error).__name__)
                found[rule] = None
        return found

    async def _rows(self, query: str, *values: Any) -> list[Mapping[str, Any]]:
        def read(tx: Connection) -> list[Mapping[str, Any]]:
            return [dict(row) for row in tx.conn.execute(query, values)]

        return await self._base.database.read(read)

    def _lasting(self, kind: str, now_down: Mapping[str, datetime]) -> dict[str, datetime]:
        """Return since when each of these has been down without having been seen well between."""
        for key in [key for key in self._down if key.startswith(f"{kind}:")]:
            if key.partition(":")[2] not in now_down:
                del self._down[key]
        for name, since in now_down.items():
            self._down.setdefault(f"{kind}:{name}", since)
        return {name: self._down[f"{kind}:{name}"] for name in now_down}

    async def _sessions(self) -> Sequence[Reading]:
        rows = {row["id"]: row for row in await self._rows(SESSIONS, *DOWN)}
        since = self._lasting(
            "session", {key: datetime.fromisoformat(row["since"]) for key, row in rows.items()}
        )
        found = []
        for key, row in rows.items():
            pt, en = (session_words(row["reason_code"], code) for code in ("pt-BR", "en"))
            facts = {
                "sessionId": key,
                "agentId": row["agent_id"],
                "name": row["name"],
                "phone": row["phone"],
                "state": row["state"],
                "since": stamp(since[key]),
                "reason": {"pt": pt.reason, "en": en.reason},
                "step": {"pt": pt.step, "en": en.step},
            }
            found.append(Reading(key, self._age(since[key]), facts))
        return found

    async def _queue(self) -> Sequence[Reading]:
        rows = await self._rows(LATE, stamp(self._base.clock.now()))
        if not rows:
            return []
        since = datetime.fromisoformat(rows[0]["run_at"])
        return [Reading("queue", self._age(since), {"since": stamp(since)})]

    async def _disk(self) -> Sequence[Reading]:
        free = (await asyncio.to_thread(shutil.disk_usage, self._base.paths.state)).free // MEBIBYTE
        return [Reading("disk", free, {"free_mb": free})]

    async def _licence(self) -> Sequence[Reading]:
        licence = (await self._sync()).licence
        if licence.state not in LICENCES:
            return []
        severity, pt, en = LICENCES[licence.state]
        left = None
        if licence.state == "active":
            if licence.until is None:
                return []
            left = (licence.until - self._base.clock.now()).days
        facts: dict[str, Any] = {"state": licence.state, "state_pt": pt, "state_en": en}
        facts |= {"until_pt": "", "until_en": ""}
        if licence.until is not None:
            day = f"{licence.until.astimezone(self._zone):%d/%m/%Y}"
            facts |= {"until": stamp(licence.until)}
            facts |= {"until_pt": f" até {day}", "until_en": f" until {day}"}
        return [Reading("licence", left, facts, severity)]

    async def _models(self) -> Sequence[Reading]:
        parts = {part.name: part for part in self._parts() if part.state != "running"}
        since = self._lasting(
            "part", {name: datetime.fromisoformat(part.since) for name, part in parts.items()}
        )
        found = []
        for name, part in parts.items():
            pt, en = PARTS.get(name, (name, name))
            facts = {
                "part": name,
                "part_pt": pt,
                "part_en": en,
                "state": part.state,
                "since": stamp(since[name]),
                "reason": part.reason or "",
            }
            gave_up = part.state in {"tripped", "stopped"}
            found.append(Reading(name, None if gave_up else self._age(since[name]), facts))
        return found

    async def _overdue(self) -> Sequence[Reading]:
        today = self._base.clock.now().astimezone(self._zone).date()
        return [
            Reading(
                row["client_id"],
                (today - date.fromisoformat(row["due"])).days,
                {
                    "clientId": row["client_id"],
                    "name": row["name"],
                    "count": row["number"],
                    "amount": money(row["balance"], row["currency"]),
                    "balanceCentavos": row["balance"],
                    "due": f"{date.fromisoformat(row['due']):%d/%m/%Y}",
                },
            )
            for row in await self._rows(OVERDUE, today.isoformat())
        ]

    async def _webhooks(self) -> Sequence[Reading]:
        found = []
        for row in await self._rows(DISABLED):
            pt, en = GONE.get(row["reason"] or "", ("", ""))
            facts = {"webhookId": row["id"], "name": row["name"], "reason": {"pt": pt, "en": en}}
            found.append(Reading(row["id"], None, facts))
        return found

    async def _frozen(self) -> Sequence[Reading]:
        status = await self._sync()
        if status.state not in {"frozen", "refused", "parked"}:
            return []
        text = {"pt": status.text("pt-BR"), "en": status.text("en")}
        return [Reading("sync", None, {"state": status.state, "text": text})]

    async def _parked(self) -> Sequence[Reading]:
        return [
            Reading(
                row["kind"],
                row["number"],
                {
                    "kind": row["kind"],
                    "count": row["number"],
                    "reason": (row["reason"] or "")[:200],
                },
            )
            for row in await self._rows(PARKED)
        ]

    async def _documents(self) -> Sequence[Reading]:
        found = []
        for row in await self._rows(FAILED):
            en, pt = REASONS.get(row["error"] or "", (row["error"] or "", row["error"] or ""))
            facts = {
                "documentId": row["id"],
                "agentId": row["agent_id"],
                "name": row["name"],
                "error": row["error"],
                "reason": {"pt": pt, "en": en},
            }
            found.append(Reading(row["id"], None, facts))
        return found

    def _age(self, since: datetime) -> float:
        return (self._base.clock.now() - since).total_seconds()


def money(centavos: int, currency: str) -> str:
    """Write an amount as Brazilians read it; whole numbers only."""
    sign = "R$" if currency == "BRL" else currency
    return f"{sign} {centavos // 100:,}".replace(",", ".") + f",{centavos % 100:02d}"
