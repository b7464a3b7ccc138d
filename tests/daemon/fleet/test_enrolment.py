"""A box joins a real control plane by the command line, and what it then says of itself."""

from pathlib import Path

import pytest

from tests.daemon.fleet.conftest import Central
from tests.journeys.box import ApiError, Box

QUIET = {"NEXTAGENT_MODELS__LANGUAGE__ENGINE": "off", "NEXTAGENT_WHATSAPP__ENABLED": "false"}


async def test_a_box_joins_by_the_command_line_and_says_that_it_is_synced(
    tmp_path: Path, central: Central
) -> None:
    async with Box.running(tmp_path, NEXTAGENT_SYNC__URL=central.url, **QUIET) as box:
        assert (await box.get("/sync"))["state"] == "unenrolled"

        said = await box.command("enroll", central.token, "--lang", "en")

        assert "Everything is synced" in said
        state = await box.get("/sync")
        assert (state["state"], state["tenant"]) == ("ok", "padaria")
        names = [key["name"] for key in (await box.get("/auth/keys"))["items"]]
        assert "nextagent enroll" not in names
        told = await central.office("GET", f"/api/devices/{state['deviceId']}/overview")
        report = told["report"]
        assert report["ok"] is True
        assert 0 <= report["disk"]["free_percent"] <= 100
        assert report["queue"]["wait_p95_ms"] is None  # nobody asked anything yet
        assert report["unanswered"] == {"topics": 0}


async def test_without_a_control_plane_the_box_says_which_setting_is_missing(
    tmp_path: Path,
) -> None:
    async with Box.running(tmp_path, **QUIET) as box:
        with pytest.raises(ApiError) as refused:
            await box.post("/sync/enroll", {"token": "a-token-of-nobody"})

    assert refused.value.status == 409
    assert refused.value.problem["field"] == "sync.url"


async def test_a_wrong_token_is_refused_with_its_own_code(tmp_path: Path, central: Central) -> None:
    async with Box.running(tmp_path, NEXTAGENT_SYNC__URL=central.url, **QUIET) as box:
        with pytest.raises(ApiError) as refused:
            await box.post("/sync/enroll", {"token": "not-the-token-at-all"})

        assert 400 <= refused.value.status < 500
        assert refused.value.problem["code"] != "internal"
        assert (await box.get("/sync"))["state"] == "unenrolled"
