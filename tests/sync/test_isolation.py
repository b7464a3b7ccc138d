"""Nobody sees another's: tenants, resellers, readers; in HTTP and in the database itself."""

from pathlib import Path

import asyncpg
import pytest

from sync.central.pg_schema import APP_ROLE, make_partitions
from sync.central.pg_store import PostgresStore
from sync.central.tables import CATALOGUE, TENANT
from tests.sync.central_fixtures import Plane, a_plane, an_enrolled_box
from tests.sync.cluster import Cluster
from tests.sync.doubles import StillClock

SPAN = "start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z"


async def test_a_reseller_meets_only_not_found_at_anothers(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.use(2)
    plane.clock.advance(hours=1)
    await box.client.cycle()
    device = box.client.ledger.device_id
    await plane.token("other", "sul")
    own, strange = await plane.key("reseller", "norte"), await plane.key("reseller", "sul")
    _, published = await plane.call(
        "POST", "/api/documents", own, {"kind": "brand", "body": {"name": "N"}}
    )
    calls: list[tuple[str, str, object]] = [
        ("GET", "/api/tenants/acme", None),
        ("POST", "/api/tenants/acme/tokens", None),
        ("GET", f"/api/tenants/acme/usage?{SPAN}", None),
        ("POST", "/api/tenants/acme/close", {"before": "2026-01-01T00:00:00Z"}),
        ("GET", f"/api/devices/{device}", None),
        ("GET", f"/api/devices/{device}/usage?{SPAN}", None),
        ("GET", f"/api/devices/{device}/audits", None),
        ("GET", f"/api/devices/{device}/quarantine", None),
        ("POST", f"/api/devices/{device}/audits", {"rawEpoch": 1, "first": 1, "last": 2}),
        ("POST", "/api/documents", {"kind": "brand", "body": {}, "tenantId": "acme"}),
        ("POST", "/api/documents", {"kind": "brand", "body": {}, "deviceId": device}),
        ("POST", f"/api/documents/{published['id']}/withdraw", None),
        ("POST", f"/api/devices/{device}/activate", None),
        ("POST", f"/api/devices/{device}/revoke", None),
    ]
    for method, path, body in calls:
        status, answer = await plane.call(method, path, strange, body)
        assert (status, answer["code"]) == (404, "not_found"), path
    for path in ("/api/devices", "/api/documents"):
        assert (await plane.call("GET", path, strange))[1]["items"] == []
    tenants = (await plane.call("GET", "/api/tenants", strange))[1]["items"]
    assert [tenant["id"] for tenant in tenants] == ["other"]
    for method, path, body in calls:
        status, _ = await plane.call(method, path, own, body)
        assert status < 300, path


async def test_a_tenant_of_another_reseller_cannot_be_taken_over(plane: Plane) -> None:
    await plane.token("acme", "norte")
    await plane.token("other", "sul")
    strange = await plane.key("reseller", "sul")

    status, answer = await plane.call(
        "POST", "/api/tenants", strange, {"id": "acme", "name": "Mine"}
    )

    assert (status, answer["code"]) == (409, "id_taken")


async def test_a_reader_changes_nothing_and_a_reseller_makes_no_platform_keys(
    plane: Plane,
) -> None:
    await plane.token("acme", "norte")
    reader, own = await plane.key("reader", "norte"), await plane.key("reseller", "norte")

    assert (await plane.call("GET", "/api/tenants/acme", reader))[0] == 200
    for path, body in (
        ("/api/tenants/acme/tokens", None),
        ("/api/tenants", {"id": "new", "name": "New"}),
        ("/api/keys", {"name": "k", "role": "reader"}),
        ("/api/documents", {"kind": "brand", "body": {}}),
    ):
        assert (await plane.call("POST", path, reader, body))[0] == 403
    status, _ = await plane.call("POST", "/api/keys", own, {"name": "k", "role": "platform"})
    assert status == 403
    status, made = await plane.call(
        "POST", "/api/keys", own, {"name": "k", "role": "reseller", "resellerId": "sul"}
    )
    assert status == 201
    _, seen = await plane.call("GET", "/api/tenants", made["key"])
    assert [tenant["resellerId"] for tenant in seen["items"]] == ["norte"]
    _, keys = await plane.call("GET", "/api/keys", own)
    assert {key["resellerId"] for key in keys["items"]} == {"norte"}
    assert (await plane.call("POST", "/api/resellers", own, {"id": "x", "name": "X"}))[0] == 403


async def test_without_a_valid_key_there_is_nothing(plane: Plane) -> None:
    key = await plane.key()
    for bad in ("", "nac_wrong", key[:-1]):
        status, answer = await plane.call("GET", "/api/tenants", bad)
        assert (status, answer["code"]) == (401, "unauthorized")
    plane.clock.advance(days=366)
    assert (await plane.call("GET", "/api/tenants", key))[0] == 401


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/tenants?limit=0", "limit"),
        ("/api/tenants?nope=1", "nope"),
        ("/api/devices?status=lost", "status"),
        ("/api/devices/%00/usage", "id"),
        ("/api/devices/01900000-0000-7000-8000-000000000000/usage?start=2026-01-01", "start"),
        ("/api/tenants/acme/usage?start=2026-01-01T00:00:00Z", "end"),
        (r"/api/tenants?after=%5Cx00", "after"),
    ],
)
async def test_bad_input_names_its_field(plane: Plane, path: str, field: str) -> None:
    key = await plane.key()

    status, answer = await plane.call("GET", path, key)

    assert (status, answer["code"], answer["field"]) == (400, "malformed", field)


async def test_every_table_is_behind_forced_row_level_security(
    cluster: Cluster, clock: StillClock
) -> None:
    url = await cluster.database()
    store = await PostgresStore.open(url, clock.now())
    owner = await asyncpg.connect(url)
    tables = await owner.fetch(
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relowner = r.oid AS owned, "
        "(SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname "
        "AND p.qual IS NOT NULL AND p.with_check IS NOT NULL) AS policies "
        "FROM pg_class c, pg_roles r WHERE c.relnamespace = 'public'::regnamespace "
        "AND c.relkind IN ('r', 'p') AND c.relname <> 'central_migrations' AND r.rolname = $1",
        APP_ROLE,
    )
    role = await owner.fetchrow(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1", APP_ROLE
    )

    names = {row["relname"] for row in tables}
    assert names >= {*CATALOGUE, *TENANT, "events", "events_2026_03", "events_2026_06"}
    assert all(row["relrowsecurity"] and row["relforcerowsecurity"] for row in tables)
    assert all(row["policies"] == 1 and not row["owned"] for row in tables)
    assert tuple(role) == (False, False)
    await owner.close()
    await store.close()


async def test_the_database_itself_keeps_tenants_and_resellers_apart(
    cluster: Cluster, clock: StillClock, tmp_path: Path
) -> None:
    store = await PostgresStore.open(await cluster.database(), clock.now())
    async with a_plane(store, clock, tmp_path) as plane:
        for tenant in ("acme", "beta"):
            box = await an_enrolled_box(plane, tmp_path / f"{tenant}.db", tenant)
            await box.use(2)
            clock.advance(hours=1)
            await box.client.cycle()
    seen: dict[tuple[str, str], list[list[str]]] = {}
    for level, tenant, reseller in (
        ("tenant", "acme", ""),
        ("tenant", "nobody", ""),
        ("reseller", "", "norte"),
        ("reseller", "", "sul"),
        ("", "", ""),
    ):
        async with store._scope(level, tenant, reseller=reseller) as tx:  # noqa: SLF001 - raw SQL
            for table in ("events", "usage_hours", "devices", "device_keys", "epochs", "tokens"):
                rows = await tx.fetch(f"SELECT DISTINCT tenant_id FROM {table}")
                found = sorted(row["tenant_id"] for row in rows)
                seen.setdefault((level, tenant or reseller), []).append(found)
    assert seen.pop(("tenant", "acme")) == [["acme"]] * 6
    assert seen.pop(("reseller", "norte")) == [["acme", "beta"]] * 6
    assert all(rows == [[]] * 6 for rows in seen.values())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with store._scope("tenant", "acme") as tx:  # noqa: SLF001 - raw SQL
            await tx.execute(
                "INSERT INTO usage_hours VALUES ('beta', 'd', now(), 'messages_in', 1)"
            )
    await store.close()


async def test_partitions_are_made_ahead_and_dropped_after_thirteen_months(
    cluster: Cluster, clock: StillClock
) -> None:
    url = await cluster.database()
    store = await PostgresStore.open(url, clock.now())
    owner = await asyncpg.connect(url)
    clock.advance(days=430)

    dropped = await make_partitions(owner, clock.now())

    assert dropped == ["events_2026_03"]
    assert await owner.fetchval("SELECT to_regclass('events_2027_08')") is not None
    await owner.close()
    await store.close()
