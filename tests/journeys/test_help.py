"""A technician's first hour: a template, its golden questions, help, diagnostics, the audit log."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from tests.journeys.box import Box

SETTINGS = {
    "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "off",
    "NEXTAGENT_WHATSAPP__ENABLED": "false",
    "NEXTAGENT_FINANCE__PIX_KEY": "canary-pix-key",
}
TEMPLATE = "clinic.pt-BR"


async def test_a_template_becomes_an_agent_that_passes_its_golden_questions(
    tmp_path: Path,
) -> None:
    async with Box.running(tmp_path, **SETTINGS) as box:
        template = await box.get(f"/templates/{TEMPLATE}")
        blanks = {one["name"]: one["example"] or "Clínica Vida" for one in template["blanks"]}
        made = await box.post(
            f"/templates/{TEMPLATE}/instantiate", {"name": "Clara", "blanks": blanks}
        )
        agent = made["agentId"]
        flow = await box.post(f"/flows/{made['flowId']}/publish", {})
        assert (flow["agentId"], flow["version"]) == (agent, 1)
        assert len(await box.all(f"/agents/{agent}/faqs")) == made["faqs"]

        run = await box.post(f"/agents/{agent}/golden/run")
        done = await box.until(
            lambda: box.get(f"/agents/{agent}/golden/runs/{run['id']}"),
            lambda found: found["state"] == "done",
        )
        failed = [one for one in done["results"] if not one["passed"]]
        assert failed == []

        await _flows(box, agent, made["flowId"])
        await _is_audited(box, agent)
        await _is_diagnosed(box)
        found = await box.get("/support/faq", search="backup", language="en")
        assert found["items"][0]["id"] == "backup.en"
        assert "íntegro" in await box.command("audit", "verify")


async def _flows(box: Box, agent: str, flow: str) -> None:
    """Ask the way through the published flow: the answer is the FAQ's, said once."""
    run = await box.post(f"/ia/flow/{agent}/start", {"flowId": flow})
    assert [said["node"] for said in run["messages"]] == ["hello", "menu"]
    for text in ("Tirar uma dúvida", "Com quanto tempo de antecedência posso desmarcar?"):
        said = {"runId": run["runId"], "text": text}
        run = await box.post(f"/ia/flow/{agent}/continue", said)
    assert "24 horas" in run["messages"][0]["text"]
    assert run["node"] == "question_more"


async def _is_audited(box: Box, agent: str) -> None:
    (act,) = (await box.get("/audit", act="templates.instantiate"))["items"]
    assert (act["whoName"], act["whoKind"], act["outcome"]) == ("journey", "key", "done")
    assert act["facts"] == {"agent": agent}
    (act,) = (await box.get("/audit", act="cli.token_create"))["items"]
    assert act["whoKind"] == "cli"
    async with box.raw(
        "POST", "/auth/login", json={"username": "ghost", "password": "wrong password"}
    ) as response:
        assert response.status == 401
    (act,) = (await box.get("/audit", act="auth.login"))["items"]
    assert (act["whoKind"], act["outcome"], act["facts"]) == (
        "anonymous",
        "refused",
        {"code": "login_failed"},
    )
    (line,) = (await box.get("/logs", kind="security"))["items"]
    async with box.raw("DELETE", f"/logs/{line['id']}") as response:
        assert response.status == 409
    (line, *_) = (await box.get("/logs", kind="event"))["items"]
    await box.delete(f"/logs/{line['id']}")
    (deleted, *_) = (await box.get("/audit", object=line["id"]))["items"]
    assert deleted["facts"]["kind"] == "event"


async def _is_diagnosed(box: Box) -> None:
    async with box.raw("POST", "/support/diagnostics") as response:
        assert response.status == 200
        data = await response.read()
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = file.namelist()
        read: dict[str, Any] = {
            name: json.loads(file.read(name)) for name in names if name.endswith(".json")
        }
        text = "".join(file.read(name).decode() for name in names)
    assert not [name for name, found in read.items() if "error" in found]
    assert read["database.json"]["quick_check"] == ["ok"]
    assert read["sync.json"]["state"] == "unenrolled"
    assert {"README.txt", "logs.ndjson", "audit.ndjson", "children.json"} <= set(names)
    assert "canary-pix-key" not in text
    assert "Clara" not in text
