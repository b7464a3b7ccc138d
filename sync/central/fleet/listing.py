"""The fleet's list, made so that a hundred thousand boxes are no slower than ten.

A page is cut by an index before anything is joined to it. What depends on the time (silent,
licence ending) is asked of the clock, not stored.
"""

import base64
import copy
import re
from datetime import datetime, timedelta
from typing import Any

import orjson

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.fleet.models import Filters, FleetPage, Whose
from sync.central.routing import Row, page
from sync.central.store import Store, folded
from sync.protocol.events import moment, stamp
from sync.protocol.messages import malformed

SILENT_AFTER = timedelta(hours=24)
LICENCE_ENDS_WITHIN = timedelta(days=14)
FEW_TENANTS = 200
HEX = re.compile(r"[0-9a-f-]{1,36}\Z")
COLUMNS = {"id": "id", "seenAt": "seen_at", "version": "version", "label": "label"}
BOX = (
    "SELECT d.id, d.label, d.tenant_id, t.name AS tenant, d.reseller_id, d.status, d.condition, "
    "d.version, d.wanted_version, d.whatsapp, d.licence_ends_at, d.model, d.queue_age_s, "
    "d.disk_free_percent, d.queue_p95_ms, d.enrolled_at, d.seen_at, d.clock_suspect, "
    "(SELECT count(*) FROM alerts a WHERE a.device_id = d.id AND a.state <> 'resolved') AS alerts "
    "FROM ({page}) AS d JOIN tenants t ON t.id = d.tenant_id"
)


Place = tuple[Any, str]


class Where:
    """Conditions on boxes with their values; those of a person's reseller come first."""

    def __init__(self, who: Person, whose: Whose, now: datetime) -> None:
        self.values: list[Any] = []
        self.conditions: list[str] = []
        self._now = now
        reseller = who.reseller_id or whose.reseller_id
        if who.reseller_id and whose.reseller_id not in {"", who.reseller_id}:
            self.conditions.append("1 = 0")
        if reseller:
            self.add("reseller_id = {}", reseller)
        if whose.tenant_id:
            self.add("tenant_id = {}", whose.tenant_id)

    def copy(self) -> "Where":
        """Return the same conditions, to which others may be added."""
        twin = copy.copy(self)
        twin.values, twin.conditions = [*self.values], [*self.conditions]
        return twin

    def add(self, condition: str, *values: Any) -> None:
        """Add a condition; each `{}` stands for the next value."""
        marks = [f"${len(self.values) + number}" for number in range(1, len(values) + 1)]
        self.values.extend(values)
        self.conditions.append(condition.format(*marks))

    @property
    def text(self) -> str:
        """The condition of all."""
        return " AND ".join(self.conditions) or "1 = 1"

    def filter(self, asked: Filters) -> None:
        """Add what the list is filtered by."""
        for column in ("version", "whatsapp", "status"):
            if value := getattr(asked, column):
                self.add(f"{column} = {{}}", value)
        self._health(asked.health)
        self._licence(asked.licence)

    def search(self, text: str, tenants: list[str] | None) -> None:
        """Add what is searched for; `tenants` are those that fit, None if they are many.

        Few hits are fetched by their own indexes. Many are met soon by going through the list.
        """
        name = f"%{_like(text)}%"
        own = f"{_like(text)}%" if HEX.match(text) else "-"
        if tenants is None:
            self.add(
                "(id LIKE {} ESCAPE '!' OR lower(label) LIKE {} ESCAPE '!' OR tenant_id IN "
                "(SELECT id FROM tenants WHERE folded LIKE {} ESCAPE '!'))",
                own,
                name,
                name,
            )
            return
        by_tenant = ", ".join("{}" for _ in tenants) or "''"
        self.add(
            "id IN (SELECT id FROM devices WHERE id LIKE {} ESCAPE '!' UNION ALL "
            "SELECT id FROM devices WHERE label > '' AND lower(label) LIKE {} ESCAPE '!' "
            f"UNION ALL SELECT id FROM devices WHERE tenant_id IN ({by_tenant}))",
            own,
            name,
            *tenants,
        )

    def _health(self, health: str) -> None:
        silent = self._now - SILENT_AFTER
        if health == "revoked":
            self.add("status = {}", "revoked")
        elif health:
            self.add("status = {}", "active")
        if health == "never":
            self.conditions.append("seen_at IS NULL")
        elif health == "silent":
            self.add("seen_at < {}", silent)
        elif health in {"ok", "degraded", "down"}:
            self.conditions.append(f"condition = '{health}'")
            self.add("seen_at >= {}", silent)

    def _licence(self, licence: str) -> None:
        soon = self._now + LICENCE_ENDS_WITHIN
        if licence == "none":
            self.conditions.append("licence_ends_at IS NULL")
        elif licence == "active":
            self.add("licence_ends_at >= {}", soon)
        elif licence == "ending":
            self.add("licence_ends_at >= {} AND licence_ends_at < {}", self._now, soon)
        elif licence == "expired":
            self.add("licence_ends_at < {}", self._now)

    def after(self, place: Place, column: str, *, down: bool) -> None:
        """Go on behind a place of the list."""
        sign = "<" if down else ">"
        if column == "id":
            self.add(f"id {sign} {{}}", place[1])
        else:
            self.add(f"({column}, id) {sign} ({{}}, {{}})", *place)


class Listing:
    """Answers lists and counts, within what a person may see."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def page(self, who: Person, asked: FleetPage) -> Row:
        """Return a page of boxes."""
        rows, cursor = await self.rows(who, asked)
        return page(rows, cursor)

    async def rows(self, who: Person, asked: FleetPage) -> tuple[list[Row], str | None]:
        """Return boxes and where the list goes on."""
        now = self._clock.now()
        down, column = asked.sort.startswith("-"), COLUMNS[asked.sort.lstrip("-")]
        place = _uncursor(asked.cursor, column) if asked.cursor else None
        where = Where(who, asked, now)
        where.filter(asked)
        if asked.q:
            text = folded(asked.q)
            where.search(text, await self._tenants(who, text))
        found = await self._part(who, where, column, place, (down, asked.limit + 1))
        rows = [boxed(row, now) for row in found[: asked.limit]]
        more = len(found) > asked.limit
        return rows, _cursor(found[asked.limit - 1], column) if more else None

    async def _part(
        self, who: Person, where: Where, column: str, place: Place | None, how: tuple[bool, int]
    ) -> list[Row]:
        """Return boxes from a place on; those never seen come last in both directions.

        They are asked for apart: stores differ in where an index keeps what has no value.
        """
        down, most = how
        if column != "seen_at":
            return await self._cut(who, where.copy(), column, place, how)
        found: list[Row] = []
        if place is None or place[0] is not None:
            seen = where.copy()
            seen.conditions.append("seen_at IS NOT NULL")
            found = await self._cut(who, seen, column, place, how)
            place = None
        if len(found) < most:
            never = where.copy()
            never.conditions.append("seen_at IS NULL")
            found += await self._cut(who, never, "id", place, (down, most - len(found)))
        return found

    async def _cut(
        self, who: Person, where: Where, column: str, place: Place | None, how: tuple[bool, int]
    ) -> list[Row]:
        down, most = how
        if place is not None:
            where.after(place, column, down=down)
        way = "DESC" if down else "ASC"
        order = [f"id {way}"] if column == "id" else [f"{column} {way}", f"id {way}"]
        cut = f"SELECT * FROM devices WHERE {where.text} ORDER BY {', '.join(order)} LIMIT {most}"
        outer = ", ".join(f"d.{part}" for part in order)
        sql = f"{BOX.format(page=cut)} ORDER BY {outer}"
        return await self._store.query(who.scope, sql, *where.values)

    async def _tenants(self, who: Person, text: str) -> list[str] | None:
        found = await self._store.query(
            who.scope,
            "SELECT id FROM tenants WHERE (folded LIKE $1 ESCAPE '!' OR id = $2) "
            f"AND ($3 = '' OR reseller_id = $3) LIMIT {FEW_TENANTS + 1}",
            f"%{_like(text)}%",
            text,
            who.reseller_id,
        )
        return None if len(found) > FEW_TENANTS else [row["id"] for row in found]

    async def one(self, who: Person, id_: str) -> list[Row]:
        """Return the box of that id, if there is one for this person."""
        now = self._clock.now()
        where = Where(who, Whose.model_validate({}), now)
        where.add("id = {}", id_)
        cut = f"SELECT * FROM devices WHERE {where.text}"
        found = await self._store.query(who.scope, BOX.format(page=cut), *where.values)
        return [boxed(row, now) for row in found]


def boxed(row: Row, now: datetime) -> Row:
    """Return a box as lists show it: what depends on the time is worked out."""
    row = dict(row)
    ends, seen = row.pop("licence_ends_at"), row["seen_at"]
    condition = row.pop("condition")
    row["licence_until"] = ends
    row["licence"] = _licence(ends, now)
    if row["status"] != "active":
        row["health"] = "revoked"
    elif seen is None:
        row["health"] = "never"
    else:
        row["health"] = "silent" if seen < now - SILENT_AFTER else condition
    row["clock_suspect"] = bool(row["clock_suspect"])
    return row


def _licence(ends: datetime | None, now: datetime) -> str:
    if ends is None:
        return "none"
    if ends < now:
        return "expired"
    return "ending" if ends < now + LICENCE_ENDS_WITHIN else "active"


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _cursor(row: Row, column: str) -> str:
    value = row[column]
    if isinstance(value, datetime):
        value = stamp(value)
    text = orjson.dumps([column, value, row["id"]])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _uncursor(cursor: str, column: str) -> tuple[Any, str]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        kind, value, id_ = orjson.loads(raw)
        if column == "seen_at" and value is not None:
            value = moment(value)
    except (ValueError, TypeError) as error:
        raise malformed(field="cursor", problem="is not one of this list") from error
    fits = kind == column and isinstance(id_, str) and isinstance(value, str | datetime | None)
    if not fits or "\x00" in f"{value}{id_}":
        raise malformed(field="cursor", problem="is not one of this list")
    return value, id_
