"""What the control plane wants of a box: in force at once and as a whole, or refused by name."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.fleet.conftest import Central
from tests.journeys.box import ApiError, Box

QUIET = {"NEXTAGENT_MODELS__LANGUAGE__ENGINE": "off", "NEXTAGENT_WHATSAPP__ENABLED": "false"}
PNG = b"\x89PNG\r\n\x1a\n" + b"logo of the reseller"


async def until(look: Callable[[], Awaitable[Any]], within_s: float = 30) -> Any:
    async with asyncio.timeout(within_s):
        while not (found := await look()):  # noqa: ASYNC110 - another process moves it
            await asyncio.sleep(0.1)
    return found


async def document(box: Box, kind: str, state: str, version: int = 1) -> Any:
    """Sync until a version of a document stands as expected."""

    async def look() -> Any:
        found = {one["kind"]: one for one in (await box.get("/sync"))["documents"]}
        one = found.get(kind)
        return one if one and (one["state"], one["version"]) == (state, version) else None

    await box.post("/sync/now")
    return await until(look)


async def enrolled(box: Box, central: Central) -> None:
    await box.post("/sync/enroll", {"token": central.token})


def settings(central: Central) -> dict[str, str]:
    return {"NEXTAGENT_SYNC__URL": central.url, **QUIET}


async def test_a_brand_shows_everywhere_once_its_pictures_are_here_and_survives_a_start(
    tmp_path: Path, central: Central
) -> None:
    logo = central.blob(PNG)
    pack = {"name": "Atende Bem", "accent": "#aa3355", "logo": logo, "footer": "Revenda Norte"}
    async with Box.running(tmp_path, **settings(central)) as box:
        await enrolled(box, central)
        before = (await box.get("/auth/state"))["brand"]
        await central.publish("brand", pack)
        await document(box, "brand", "applied")

        brand = (await box.get("/auth/state"))["brand"]
        async with box.raw("GET", brand["logoUrl"]) as response:
            assert (response.content_type, await response.read()) == ("image/png", PNG)
        await box.stop()
        await box.start()
        await box.ready()

        assert before["name"] == "NextAgent"
        assert (brand["name"], brand["accent"], brand["footer"]) == (
            "Atende Bem",
            "#aa3355",
            "Revenda Norte",
        )
        assert (await box.get("/auth/state"))["brand"] == brand
        async with box.raw("GET", "/auth/favicon") as response:
            assert response.content_type == "image/svg+xml"


async def test_a_remote_limit_holds_at_once_and_what_may_not_change_is_refused_whole(
    tmp_path: Path, central: Central
) -> None:
    async with Box.running(tmp_path, **settings(central)) as box:
        await enrolled(box, central)
        await central.publish("config", {"limits": {"agents": 1}, "log": {"level": "debug"}})
        await document(box, "config", "applied")
        await box.post("/agents", {"name": "Ana", "niche": "padaria", "instructions": "Oi"})
        with pytest.raises(ApiError) as refused:
            await box.post("/agents", {"name": "Bia", "niche": "padaria", "instructions": "Oi"})
        assert refused.value.problem["code"] == "agent_limit"

        await central.publish("config", {"limits": {"agents": 9}, "http": {"host": "0.0.0.0"}})  # noqa: S104 - what must not be taken
        bad = await document(box, "config", "refused", 2)
        assert bad["applied"] == 1
        assert "http: may not be changed from afar" in bad["reason"]
        await central.publish("config", {"limits": {"agents": 0}})
        assert "limits.agents" in (await document(box, "config", "refused", 3))["reason"]
        with pytest.raises(ApiError):
            await box.post("/agents", {"name": "Bia", "niche": "padaria", "instructions": "Oi"})
        await box.post("/sync/now")

        async def told() -> Any:
            devices = (await central.office("GET", "/api/devices"))["items"]
            health = (await central.office("GET", f"/api/devices/{devices[0]['id']}"))["health"]
            refused = health.get("refused", {}).get("config", {})
            return health if refused.get("version") == 3 else None

        health = await until(told)
        assert health["documents"]["config"] == 1
        assert "limits.agents" in health["refused"]["config"]["reason"]


async def test_a_kill_while_a_picture_is_on_its_way_leaves_the_old_brand_then_the_new_one(
    tmp_path: Path, central: Central
) -> None:
    async with Box.running(tmp_path, **settings(central)) as box:
        await enrolled(box, central)
        await central.publish("brand", {"name": "Primeira"})
        await document(box, "brand", "applied")
        late = central.blob(PNG)
        (central.blobs / late).rename(central.blobs / "away")
        await central.publish("brand", {"name": "Segunda", "logo": late})
        await document(box, "brand", "pending", 2)
        assert (await box.get("/auth/state"))["brand"]["name"] == "Primeira"

        await box.kill("daemon")
        await box.ready()
        half = (await box.get("/auth/state"))["brand"]
        (central.blobs / "away").rename(central.blobs / late)
        await box.kill("daemon")
        await box.ready()
        await document(box, "brand", "applied", 2)

        assert (half["name"], half["logoUrl"]) == ("Primeira", None)
        whole = (await box.get("/auth/state"))["brand"]
        assert whole["name"] == "Segunda"
        assert whole["logoUrl"] is not None


async def test_a_model_of_the_catalogue_is_installed_by_its_hash_only(
    tmp_path: Path, central: Central
) -> None:
    model = {"id": "norte-7b", "name": "Norte", "size_mb": 1, "languages": ["pt"]}
    async with Box.running(tmp_path, **settings(central)) as box:
        await enrolled(box, central)
        right = central.blob(b"GGUF" + bytes(5_000))
        wrong = central.blob(b"GGUF" + bytes(6_000))
        (central.blobs / wrong).write_bytes(b"another file")
        listed = [{**model, "sha256": right}, {**model, "id": "falso", "sha256": wrong}]
        await central.publish("models", {"models": listed})
        await document(box, "models", "applied")
        with pytest.raises(ApiError) as unknown:
            await box.post("/sync/models/none")
        assert (unknown.value.status, unknown.value.problem["code"]) == (404, "model_unknown")

        for name in ("norte-7b", "falso"):
            await box.post(f"/sync/models/{name}")

        async def settled() -> Any:
            found = {one["id"]: one for one in (await box.get("/sync/models"))["items"]}
            waits = {one["state"] for one in found.values()} & {"available", "downloading"}
            return None if waits else found

        found = await until(settled)
        assert found["norte-7b"]["state"] == "installed"
        assert found["falso"]["state"] == "failed"
        assert "norte-7b" in await box.command("models", "list")


async def test_the_words_are_the_same_on_the_page_and_on_the_command_line(
    tmp_path: Path, central: Central
) -> None:
    async with Box.running(tmp_path, **settings(central)) as box:
        with pytest.raises(ApiError) as refused:
            await box.post("/sync/now")
        assert refused.value.problem["code"] == "not_enrolled"
        await enrolled(box, central)
        await central.publish("channel", {"channel": "beta", "version": "9.9.9"})
        await document(box, "channel", "applied")

        said = await box.command("sync", "status", "--lang", "en")
        shown = await box.get("/sync")
        before = (await box.get("/debug/sync"))["key"]
        await box.command("sync", "rotate-key")
        close = await box.get("/debug/sync")

        assert "Everything is synced." in said
        assert "beta 9.9.9" in said
        assert shown["release"]["wanted"] == "9.9.9"
        assert not shown["release"]["upToDate"]
        assert close["key"] != before
        assert {head["stream"] for head in close["heads"]} == {"raw", "sync"}
        assert close["receipts"][0]["acked"] == close["sync"]["acked"]


async def test_what_the_sync_sends_is_in_the_account_of_what_left_the_box(
    tmp_path: Path, central: Central
) -> None:
    async with Box.running(tmp_path, **settings(central)) as box:
        await enrolled(box, central)
        await central.publish("channel", {"channel": "stable"})
        await document(box, "channel", "applied")

        [row] = (await box.get("/egress"))["items"]
        named = (await box.get("/egress/destinations"))["items"]

        assert (row["host"], row["purpose"]) == ("127.0.0.1", "sync")
        assert row["times"] >= 2
        assert row["sent"] > 300
        assert {one["purpose"] for one in named if one["on"]} == {"sync"}
