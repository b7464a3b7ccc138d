"""Golden questions: what passes, and a run that really asks."""

from typing import Any

import pytest

from daemon.domains.templates import store
from daemon.domains.templates.domain import Expectation, verdict
from daemon.domains.templates.golden import GoldenQuestions
from daemon.domains.templates.ports import Heard, Ports
from daemon.infra.database import Database
from daemon.kernel.clock import FakeClock
from daemon.kernel.jobs import Job, RetryLaterError
from tests.daemon.templates.rigging import Agents, Client, read


@pytest.mark.parametrize(
    ("expect", "mode", "answer", "passes"),
    [
        ({"words": ["8h|8:00"]}, "extractive", "Abrimos às 8:00", True),
        ({"words": ["clínica"]}, "extractive", "A CLINICA abre", True),
        ({"words": ["9h"]}, "extractive", "Abrimos às 8h", False),
        ({"words": ["8h"]}, "refusal", "Não sei se 8h", False),
        ({"refusal": True}, "refusal", "Não sei", True),
        ({"refusal": True}, "generative", "Camberra", False),
        ({"sources": ["precos"]}, "extractive", "R$ 3", True),
        ({"sources": ["outro"]}, "extractive", "R$ 3", False),
    ],
)
def test_the_rule_of_a_golden_question(
    expect: dict[str, Any], mode: str, answer: str, *, passes: bool
) -> None:
    missing = verdict(Expectation.model_validate(expect), mode, answer, ["preços.md"])
    assert (missing == []) is passes


async def test_a_run_really_asks_and_says_what_is_missing(
    client: Client, db: Database, agents: Agents, golden: GoldenQuestions
) -> None:
    await db.write(lambda tx: agents.create(tx, "A", "", "", {}))
    for question, expect in (("Abre?", {"words": ["8h"]}), ("Preço?", {"words": ["R$"]})):
        body = {"question": question, "expect": expect}
        await read(await client.post("/agents/a1/golden", json=body), 201)
    agents.answers["Abre?"] = Heard("extractive", "Às 8h.", [], "t1")
    started = await read(await client.post("/agents/a1/golden/run"), 202)
    assert started["state"] == "running"

    payload = {"agent_id": "a1", "run_id": started["id"]}
    await golden.perform(Job("j1", "templates.golden", payload, None, 1))

    run = await read(await client.get(f"/agents/a1/golden/runs/{started['id']}"))
    assert (run["state"], run["passed"], run["failed"]) == ("done", 1, 1)
    assert [one["missing"] for one in run["results"]] == [[], ["answer"]]
    page = await read(await client.get("/agents/a1/golden/runs"))
    assert [one["id"] for one in page["items"]] == [started["id"]]


async def test_a_run_waits_until_the_agent_can_find_what_it_was_taught(
    client: Client,
    db: Database,
    agents: Agents,
    golden: GoldenQuestions,
    clock: FakeClock,
) -> None:
    await db.write(lambda tx: agents.create(tx, "A", "", "", {}))
    body = {"question": "Abre?", "expect": {"refusal": True}}
    await read(await client.post("/agents/a1/golden", json=body), 201)
    started = await read(await client.post("/agents/a1/golden/run"), 202)
    job = Job("j1", "x", {"agent_id": "a1", "run_id": started["id"]}, None, 1)
    agents.ready = False
    with pytest.raises(RetryLaterError, match="not ready"):
        await golden.perform(job)

    clock.advance(600)  # an embedder that is down keeps nobody waiting for ever
    await golden.perform(job)
    run = await read(await client.get(f"/agents/a1/golden/runs/{started['id']}"))
    assert run["passed"] == 1


async def test_an_agent_without_golden_questions_has_nothing_to_run(
    client: Client, db: Database, agents: Agents
) -> None:
    await db.write(lambda tx: agents.create(tx, "A", "", "", {}))
    assert (await client.post("/agents/a1/golden/run")).status == 409
    assert (await client.post("/agents/none/golden/run")).status == 404
    assert (await client.get("/agents/none/golden")).status == 404


@pytest.mark.parametrize("query", [store.GOLDEN_OF, store.RUNS_OF])
async def test_every_list_reads_an_index_in_order(ports: Ports, db: Database, query: str) -> None:
    assert ports is not None
    plan = await db.read(
        lambda tx: [r[3] for r in tx.conn.execute(f"EXPLAIN QUERY PLAN {query}", ("a", "x", 9))]
    )
    assert len(plan) == 1
    assert plan[0].startswith("SEARCH")
