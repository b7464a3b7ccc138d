"""PostgreSQL's schema: the same tables, every one behind forced row-level security.

The login of `database_url` owns the tables; requests run as APP_ROLE, which owns nothing. The
scope of a transaction is set in it: `app.level`, `app.tenant`, `app.reseller`, `app.lookup`.
"""

import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from sync.central.intake import RETENTION
from sync.central.tables import CATALOGUE, EVENTS, INDEXES, TENANT
from sync.central.tables_office import ALTERATIONS, LANGUAGE, OFFICE
from sync.central.tables_office import INDEXES as OFFICE_INDEXES

APP_ROLE = "nextagent_central"
TYPES = {"blob": "BYTEA", "time": "TIMESTAMPTZ", "big": "BIGINT"}
MONTHS_AHEAD = 3
DECEMBER = 12
BATCH_FUNCTION = files("sync.central").joinpath("pg_batch.sql").read_text()

PLATFORM = "current_setting('app.level', true) = 'platform'"
OWN = "tenant_id = current_setting('app.tenant', true)"
SOLD = (
    "current_setting('app.level', true) = 'reseller' AND tenant_id IN (SELECT t.id FROM tenants t)"
)
# A request names a box or a token before its tenant is known: it sees that one row, no more.
LOOKUPS = {"device_keys": "device_id", "tokens": "hash"}
RESOLD = (
    "current_setting('app.level', true) = 'reseller' "
    "AND reseller_id = current_setting('app.reseller', true)"
)
# The platform's prices are seen by those who pay them.
OFFERED = "current_setting('app.level', true) = 'reseller' AND reseller_id = ''"
POLICIES = {
    "tenants": (
        f"{PLATFORM} OR id = current_setting('app.tenant', true) "
        "OR (current_setting('app.level', true) = 'reseller' "
        "AND reseller_id = current_setting('app.reseller', true))"
    ),
    "documents": (
        f"{PLATFORM} OR ({RESOLD}) OR (reseller_id = '' AND tenant_id = '') OR {OWN} "
        "OR (tenant_id = '' AND reseller_id IN (SELECT t.reseller_id FROM tenants t))"
    ),
    "devices": f"{PLATFORM} OR {OWN} OR ({RESOLD}) OR id = current_setting('app.lookup', true)",
    "api_keys": f"{PLATFORM} OR ({RESOLD}) OR hash = current_setting('app.lookup', true)",
    "users": f"{PLATFORM} OR ({RESOLD})",
    "office_log": f"{PLATFORM} OR ({RESOLD})",
    "resellers": f"{PLATFORM} OR id = current_setting('app.reseller', true)",
    **dict.fromkeys(("plans", "plan_versions"), f"{PLATFORM} OR ({RESOLD}) OR ({OFFERED})"),
    **dict.fromkeys(
        ("reseller_settings", "subscription_moves", "tenant_invoices", "moves", "alerts", "blobs"),
        f"{PLATFORM} OR ({RESOLD})",
    ),
    "device_history": f"{PLATFORM} OR {OWN} OR ({RESOLD})",
}


# Where more is seen than may be written.
WRITERS = dict.fromkeys(
    ("documents", "api_keys", "plans", "plan_versions"), f"{PLATFORM} OR ({RESOLD})"
)


def policy(table: str) -> str:
    """Return who sees a row, and may write it unless WRITERS says less."""
    if table in POLICIES:
        return POLICIES[table]
    rule = f"{PLATFORM} OR {OWN} OR ({SOLD})"
    if table in LOOKUPS:
        rule += f" OR {LOOKUPS[table]} = current_setting('app.lookup', true)"
    return rule


def first_step() -> list[str]:
    """Return the statements of the first migration."""
    create_role = (
        f"DO $$ BEGIN CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    let_in = (
        f"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO {APP_ROLE}', "
        "current_schema()); END $$"
    )
    statements = [create_role, f"GRANT {APP_ROLE} TO CURRENT_USER", let_in]
    tables = {**CATALOGUE, **TENANT, "events": EVENTS}
    for name, columns in tables.items():
        suffix = " PARTITION BY RANGE (received_at)" if name == "events" else ""
        statements.append(f"CREATE TABLE {name} ({columns.format_map(TYPES)}){suffix}")
    for name, columns in INDEXES.items():
        statements.append(f"CREATE INDEX {name}_paged ON {name} ({columns})")
    for name in tables:
        writes = WRITERS.get(name, policy(name))
        statements += [
            *guard(name),
            f"CREATE POLICY scope ON {name} USING ({policy(name)}) WITH CHECK ({writes})",
            f"GRANT SELECT, INSERT, UPDATE ON {name} TO {APP_ROLE}",
        ]
    return [*statements, f"GRANT DELETE ON api_keys, users TO {APP_ROLE}", BATCH_FUNCTION]


def second_step() -> list[str]:
    """Return the statements that add the fleet, operations and billing of the office."""
    statements = [statement.format_map(TYPES) for statement in ALTERATIONS]
    for name, columns in OFFICE.items():
        statements.append(f"CREATE TABLE {name} ({columns.format_map(TYPES)})")
        statements += [
            *guard(name),
            (
                f"CREATE POLICY scope ON {name} USING ({policy(name)}) "
                f"WITH CHECK ({WRITERS.get(name, policy(name))})"
            ),
            f"GRANT SELECT, INSERT ON {name} TO {APP_ROLE}",
        ]
    changed = [name for name in OFFICE if name not in APPENDED]
    return [
        *statements,
        f"GRANT UPDATE ON {', '.join(changed)} TO {APP_ROLE}",
        f"GRANT DELETE ON tokens TO {APP_ROLE}",
        *OFFICE_INDEXES,
        DROP_FUNCTIONS,  # they take and return more than before
        BATCH_FUNCTION,
    ]


# Rows that nobody changes, not even by mistake.
APPENDED = frozenset({"device_history", "plan_versions", "subscription_moves", "tenant_invoices"})
DROP_FUNCTIONS = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace
        AND p.proname IN ('na_apply', 'na_find_device')
    LOOP EXECUTE 'DROP FUNCTION ' || found.name; END LOOP;
END $$"""


def third_step() -> list[str]:
    """Return the statements that let a reseller choose its language."""
    return list(LANGUAGE)


def fourth_step() -> list[str]:
    """Return the statement that counts what follows a gap."""
    return [BATCH_FUNCTION]


STEPS = [first_step, second_step, third_step, fourth_step]


def guard(table: str) -> list[str]:
    """Return what puts a table behind row-level security, its owner too."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]


async def migrate(connection: Any) -> int:
    """Bring the schema up to date as its owner; return how many steps were taken."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(7021994)")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS central_migrations "
            "(step INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"
        )
        done = await connection.fetchval("SELECT count(*) FROM central_migrations")
        for number, step in enumerate(STEPS[done:], start=done + 1):
            for statement in step():
                await connection.execute(statement)
            await connection.execute("INSERT INTO central_migrations (step) VALUES ($1)", number)
    return len(STEPS) - int(done)


async def make_partitions(connection: Any, now: datetime) -> list[str]:
    """Make this month's partition and those ahead; drop those past retention; name the latter."""
    month = datetime(now.year, now.month, 1, tzinfo=UTC)
    for _ in range(MONTHS_AHEAD + 1):
        following = _next(month)
        name = f"events_{month:%Y_%m}"
        if not await connection.fetchval("SELECT to_regclass($1)", name):
            await connection.execute(
                f"CREATE TABLE {name} PARTITION OF events FOR VALUES "
                f"FROM ('{month.isoformat()}') TO ('{following.isoformat()}')"
            )
            for statement in guard(name):
                await connection.execute(statement)
            await connection.execute(
                f"CREATE POLICY scope ON {name} USING ({policy('events')}) "
                f"WITH CHECK ({policy('events')})"
            )
        month = following
    return await _drop_old(connection, now - RETENTION)


async def _drop_old(connection: Any, limit: datetime) -> list[str]:
    rows = await connection.fetch(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = 'events'::regclass"
    )
    dropped = []
    for row in rows:
        found = re.fullmatch(r"events_(\d{4})_(\d{2})", row["relname"])
        if found is None:
            continue
        month = datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC)
        if _next(month) <= limit:
            await connection.execute(f"DROP TABLE {row['relname']}")
            dropped.append(str(row["relname"]))
    return dropped


def _next(month: datetime) -> datetime:
    if month.month == DECEMBER:
        return month.replace(year=month.year + 1, month=1)
    return month.replace(month=month.month + 1)
