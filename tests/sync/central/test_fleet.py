"""The fleet's list, map, timeline, charts and files, on both stores."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sync.central import sqlite_rows
from sync.central.store import PLATFORM
from tests.bench.fleet.page import fill
from tests.sync.central_fixtures import Plane, an_enrolled_box

Body = dict[str, Any]
BOXES = 230


@pytest.fixture
async def filled(plane: Plane) -> Plane:
    await fill(plane.store, plane.clock, BOXES)
    return plane


async def get(plane: Plane, path: str, key: str = "") -> Body:
    status, answer = await plane.call("GET", path, key or await plane.key())
    assert status == 200, (path, answer)
    return answer


async def walk(plane: Plane, path: str, key: str) -> list[Body]:
    found: list[Body] = []
    cursor = ""
    while True:
        page = await get(plane, f"{path}&limit=47&cursor={cursor}", key)
        found += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("sort", ["id", "-id", "seenAt", "-seenAt", "version", "-version", "label"])
async def test_every_order_shows_every_box_once(filled: Plane, sort: str) -> None:
    key = await filled.key()
    unseen = "UPDATE devices SET seen_at = NULL WHERE version = '1.3'"
    await filled.store.query(PLATFORM, unseen)
    found = await walk(filled, f"/api/fleet?sort={sort}", key)

    assert len({box["id"] for box in found}) == len(found) == BOXES
    name = sort.lstrip("-")
    values = [(box[name], box["id"]) for box in found if box[name] is not None]
    assert values == sorted(values, reverse=sort.startswith("-"))
    if name == "seenAt":
        assert 0 < len(values) < BOXES
        assert all(box["seenAt"] is None for box in found[len(values) :])


async def test_filters_agree_with_the_map_and_the_map_with_itself(filled: Plane) -> None:
    key = await filled.key()
    shown = await get(filled, "/api/fleet/map", key)

    assert shown["total"] == BOXES == sum(shown["health"].values())
    assert sum(cell["total"] for cell in shown["cells"]) == BOXES
    for health, count in shown["health"].items():
        assert len(await walk(filled, f"/api/fleet?health={health}", key)) == count
    for name, member, word in (
        ("versions", "version", "version"),
        ("whatsapp", "whatsapp", "state"),
        ("licences", "licence", "state"),
    ):
        assert sum(one["count"] for one in shown[name]) == BOXES
        for one in shown[name]:
            found = await walk(filled, f"/api/fleet?{member}={one[word]}", key)
            assert len(found) == one["count"], one
    for kind in ("tenant", "reseller"):
        cells = (await get(filled, f"/api/fleet/map?cells={kind}", key))["cells"]
        assert sum(cell["total"] for cell in cells) == BOXES
    one = await get(filled, "/api/fleet/map?resellerId=r3", key)
    own = await filled.key("reader", "r3")
    assert (await get(filled, "/api/fleet/map", own))["total"] == one["total"] > 0
    assert (await get(filled, "/api/fleet/map?resellerId=r4", own))["total"] == 0


async def test_a_search_finds_by_tenant_by_label_and_by_the_beginning_of_an_id(
    filled: Plane,
) -> None:
    key = await filled.key()
    box = (await get(filled, "/api/fleet?limit=1", key))["items"][0]
    label = {"label": "Padaria São João"}
    status, changed = await filled.call("PATCH", f"/api/devices/{box['id']}", key, label)
    assert (status, changed["label"]) == (200, "Padaria São João")

    for text in ("padaria", box["id"][:30]):
        found = (await get(filled, f"/api/fleet?q={text}", key))["items"]
        assert [one["id"] for one in found] == [box["id"]], text
    tenant = (await get(filled, "/api/fleet?q=CLIENTE+17", key))["items"]
    assert {one["tenant"] for one in tenant} == {"Cliente 17"}
    assert len(await walk(filled, "/api/fleet?q=cliente", key)) == BOXES
    assert (await get(filled, "/api/fleet?q=100%25", key))["items"] == []


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJpZCIsMSwyXQ", "WyJsYWJlbCIsImEiLCJiIl0"])
async def test_a_cursor_of_another_list_is_refused(plane: Plane, cursor: str) -> None:
    status, answer = await plane.call("GET", f"/api/fleet?cursor={cursor}", await plane.key())
    assert (status, answer["field"]) == (400, "cursor")


def test_no_page_of_the_fleet_reads_all_boxes_or_sorts_them(tmp_path: Path) -> None:
    tx = sqlite_rows.connect(tmp_path / "catalogue.db", sqlite_rows.CATALOGUE_STEPS)

    def explained(sql: str) -> str:
        return " ".join(row[3] for row in tx.execute(f"EXPLAIN QUERY PLAN {sql}"))

    page = "SELECT * FROM devices WHERE {} ORDER BY {} LIMIT 51"
    for where, order in (
        ("1 = 1", "id ASC"),
        ("reseller_id = 'r'", "id ASC"),
        ("seen_at IS NOT NULL", "seen_at DESC, id DESC"),
        ("reseller_id = 'r' AND seen_at IS NOT NULL", "seen_at DESC, id DESC"),
        ("(seen_at, id) < ('2026', 'x')", "seen_at DESC, id DESC"),
        ("1 = 1", "version ASC, id ASC"),
        ("1 = 1", "label ASC, id ASC"),
    ):
        plan = explained(page.format(where, order))
        assert "INDEX" in plan, plan
        assert "TEMP B-TREE" not in plan, plan
    counting = (
        "SELECT reseller_id, status, condition, whatsapp, version, model, count(*) FROM devices "
        "GROUP BY reseller_id, status, condition, whatsapp, version, model"
    )
    plan = explained(counting)
    assert "COVERING INDEX devices_map" in plan
    assert "TEMP B-TREE" not in plan
    tx.close()


async def test_a_boxs_page_tells_its_life_and_its_usage(plane: Plane, tmp_path: Path) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    device = box.client.ledger.device_id
    for _ in range(3):
        await box.use(2)
        plane.clock.advance(hours=24)
        await box.client.cycle()
    path = f"/api/devices/{device}"

    series = await get(
        plane, f"{path}/series?start=2026-03-01T00:00:00Z&end=2026-03-08T00:00:00Z", key
    )
    assert series["meters"] == [
        {"meter": "messages_in", "total": 6, "values": [0, 0, 2, 2, 2, 0, 0, 0]}
    ]
    assert series["buckets"][0] == "2026-02-28", "a day begins by the clocks of its zone"
    hours = await get(
        plane,
        f"{path}/series?by=hour&zone=UTC&start=2026-03-02T09:00:00Z&end=2026-03-02T12:00:00Z",
        key,
    )
    assert hours["meters"][0]["values"] == [2, 0, 0]
    long = f"{path}/series?by=hour&start=2026-01-01T00:00:00Z&end=2026-03-02T12:00:00Z"
    assert (await plane.call("GET", long, key))[0] == 400
    whole = (await get(plane, f"{path}/timeline", key))["items"]
    parts: list[Body] = []
    cursor = ""
    while cursor is not None:
        page = await get(plane, f"{path}/timeline?limit=2&cursor={cursor}", key)
        parts += page["items"]
        cursor = page["nextCursor"]
    assert parts == whole
    assert [row["kind"] for row in whole].count("sync") == 3
    assert {"enrolled", "epoch"} <= {row["kind"] for row in whole}
    shown = await get(plane, f"{path}/overview", key)
    assert (shown["box"]["health"], shown["epoch"], shown["quarantined"]) == ("ok", 1, 0)


async def test_lists_come_as_files_that_a_spreadsheet_opens_and_does_not_run(
    filled: Plane,
) -> None:
    key = await filled.key()
    box = (await get(filled, "/api/fleet?limit=1", key))["items"][0]["id"]
    await filled.call("PATCH", f"/api/devices/{box}", key, {"label": '=1+1;"x"'})
    headers = {"Authorization": f"Bearer {key}"}

    async def fetch(path: str) -> tuple[int, bytes]:
        async with filled.session.get(filled.base + path, headers=headers) as response:
            return response.status, await response.read()

    status, text = await fetch("/api/exports/fleet")
    lines = text.decode("utf-8-sig").splitlines()
    assert (status, len(lines)) == (200, BOXES + 1)
    assert text.startswith(b"\xef\xbb\xbf")
    assert f'{box};"\'=1+1;""x""";' in text.decode()
    status, book = await fetch("/api/exports/fleet?format=xlsx&resellerId=r3")
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    assert sheet.max_row == 1 + len(await walk(filled, "/api/fleet?resellerId=r3", key))
    for path in (
        "usage?start=2026-03-01&end=2026-03-31",
        "mrr?start=2026-01&end=2026-03",
        "margin?period=2026-03",
        "invoices",
    ):
        for form in ("csv", "xlsx"):
            joint = "&" if "?" in path else "?"
            assert (await fetch(f"/api/exports/{path}{joint}format={form}"))[0] == 200, path
    for path in ("usage", "mrr?start=2026-02-31&end=2026-03-01", "margin", "usage?start=x"):
        assert (await fetch(f"/api/exports/{path}"))[0] == 400, path
    assert (await fetch("/api/exports/nothing"))[0] == 404
