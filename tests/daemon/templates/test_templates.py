"""The library and its files: whole, bilingual, and refused whole when something is wrong."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.agents.domain import effective
from daemon.domains.templates import routes as http
from daemon.domains.templates import store
from daemon.domains.templates.domain import (
    CATEGORIES,
    Expectation,
    Template,
    fill,
    flat,
    texts_of,
    verdict,
)
from daemon.domains.templates.golden import GoldenQuestions
from daemon.domains.templates.library import shipped
from daemon.domains.templates.ports import Heard, Ports, Source
from daemon.domains.templates.service import Templates
from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.clock import FakeClock
from daemon.kernel.errors import BadInputError, NotFoundError
from daemon.kernel.jobs import Job, RetryLaterError
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount

SHIPPED = shipped()
Client = TestClient[Any, Any]


class Agents:
    """What the ports were asked to make; it is in the database, so a rollback undoes it."""

    def __init__(self) -> None:
        self.answers: dict[str, Heard] = {}
        self.fail_at: str | None = None
        self.ready = True

    def create(
        self, tx: Connection, name: str, niche: str, instructions: str, settings: Mapping[str, Any]
    ) -> str:
        values = (name, niche, instructions, orjson.dumps(dict(settings)))
        tx.conn.execute("INSERT INTO made VALUES ('a1', ?, ?, ?, ?)", values)
        return "a1"

    def pair(self, tx: Connection, agent_id: str, question: str, answer: str) -> None:
        if question == self.fail_at:
            raise BadInputError(field="question", problem="no")
        tx.conn.execute("INSERT INTO pairs VALUES (?, ?, ?)", (agent_id, question, answer))

    def flow(self, tx: Connection, agent_id: str, name: str, graph: Mapping[str, Any]) -> str:
        tx.conn.execute("INSERT INTO drawn VALUES (?, ?, ?)", (agent_id, name, orjson.dumps(graph)))
        return "f1"

    def read(self, tx: Connection, agent_id: str) -> Source:
        self.require(tx, agent_id)
        row = tx.conn.execute("SELECT * FROM made").fetchone()
        pairs = [tuple(one)[1:] for one in tx.conn.execute("SELECT * FROM pairs")]
        return Source(row[1], row[2], row[3], "pt-BR", orjson.loads(row[4]), pairs, None)

    def require(self, tx: Connection, agent_id: str) -> None:
        if tx.conn.execute("SELECT 1 FROM made WHERE id = ?", (agent_id,)).fetchone() is None:
            raise NotFoundError(kind="agent", id=agent_id)

    async def ask(self, _: str, question: str) -> Heard:
        return self.answers.get(question, Heard("refusal", "Não sei.", [], "t0"))


def _check(settings: Mapping[str, Any]) -> None:
    if "nonsense" in settings:
        raise BadInputError(field="settings.nonsense", problem="unknown")


@pytest.fixture
def agents() -> Agents:
    return Agents()


@pytest.fixture
async def golden(db: Database, jobs: Queue, clock: FakeClock, ports: Ports) -> GoldenQuestions:
    return GoldenQuestions(db, jobs, clock, "local", ports)


@pytest.fixture
async def ports(db: Database, agents: Agents) -> Ports:
    def prepare(tx: Connection) -> None:
        store.migrations.apply(tx)
        tx.conn.execute("CREATE TABLE made (id, name, niche, instructions, settings)")
        tx.conn.execute("CREATE TABLE pairs (agent, question, answer)")
        tx.conn.execute("CREATE TABLE drawn (agent, name, graph)")

    await db.write(prepare)
    return Ports(
        create_agent=agents.create,
        add_pair=agents.pair,
        draft_flow=agents.flow,
        read_agent=agents.read,
        require_agent=agents.require,
        is_ready=lambda _, __: agents.ready,
        check_settings=_check,
        check_flow=lambda graph: None,  # noqa: ARG005 - the port's name
        ask=agents.ask,
    )


@pytest.fixture
async def client(
    db: Database, clock: FakeClock, ports: Ports, golden: GoldenQuestions
) -> AsyncIterator[Client]:
    async def owner(_: web.Request) -> Identity:
        return Identity("local", "u1", "owner", "Ana")

    app = web.Application(middlewares=[last_resort, problems])
    app[http.TEMPLATES] = Templates(db, clock, "local", ports)
    app[http.GOLDEN] = golden
    mount(app, [*http.routes.items, *http.golden_routes.items], owner, "local")
    headers = {"x-tenant-id": "local", "Accept-Language": "en"}
    async with TestClient(TestServer(app), headers=headers) as made:
        yield made


async def read(response: Any, status: int = 200) -> Any:
    assert response.status == status, await response.text()
    return await response.json()


async def rows(db: Database, table: str) -> list[tuple[Any, ...]]:
    return await db.read(lambda tx: [tuple(r) for r in tx.conn.execute(f"SELECT * FROM {table}")])


# -- the library


def test_every_category_is_there_in_both_languages() -> None:
    found = {(one.template.category, one.template.language) for one in SHIPPED.values()}
    wanted = {(name, lang) for name in CATEGORIES if name != "other" for lang in ("pt-BR", "en")}
    assert found == wanted


@pytest.mark.parametrize("number", SHIPPED)
def test_a_shipped_template_is_ready_for_a_business(number: str) -> None:
    template = SHIPPED[number].template
    effective({}, template.settings)
    assert len(template.faqs) >= 10
    assert len(template.golden) >= 6
    assert template.flow is not None
    assert len(template.persona.instructions) > 400
    assert [blank.name for blank in template.blanks if blank.required] == ["business_name"]
    questions = [flat(pair.question) for pair in template.faqs]
    assert len(set(questions)) == len(questions)
    assert any(one.expect.refusal for one in template.golden)


@pytest.mark.parametrize("number", SHIPPED)
def test_every_golden_fact_stands_in_an_answer_of_the_seed(number: str) -> None:
    """What the template itself promises to answer must be in its own FAQ."""
    template = SHIPPED[number].template
    values = {blank.name: blank.example or "X" for blank in template.blanks}
    filled = fill(template, "Ana", values)
    answers = flat(" ".join(pair.answer for pair in filled.faqs))
    for golden in filled.golden:
        for word in golden.expect.words:
            assert flat(word) in answers, (golden.question, word)


@pytest.mark.parametrize("number", [one for one in SHIPPED if one.endswith(".pt-BR")])
def test_the_sister_in_english_has_the_same_blanks_steps_and_pairs(number: str) -> None:
    here, there = SHIPPED[number].template, SHIPPED[number.replace("pt-BR", "en")].template
    assert [b.name for b in here.blanks] == [b.name for b in there.blanks]
    assert (len(here.faqs), len(here.golden)) == (len(there.faqs), len(there.golden))
    assert here.flow is not None
    assert there.flow is not None
    assert [n["id"] for n in here.flow.graph["nodes"]] == [
        n["id"] for n in there.flow.graph["nodes"]
    ]
    assert not {text for _, text in texts_of(there)} & {
        pair.answer for pair in here.faqs if len(pair.answer) > 20
    }


@pytest.mark.parametrize("number", SHIPPED)
def test_every_shipped_flow_can_be_published(number: str) -> None:
    checks = pytest.importorskip("daemon.domains.flows.domain.checks")
    template = SHIPPED[number].template
    filled = fill(template, "Ana", {"business_name": "Empresa"})
    assert filled.flow is not None
    found = checks.Checked(
        filled.flow.graph, flow=lambda _: False, file=lambda _: False, cron=lambda _: False
    )
    assert [(one.node, one.en) for one in found.problems] == []


# -- blanks


def test_what_a_blank_leaves_empty_is_not_said_at_all() -> None:
    template = SHIPPED["clinic.pt-BR"].template
    filled = fill(template, "Clara", {"business_name": "Clínica Vida", "price": "R$ 300"})
    answers = [pair.answer for pair in filled.faqs]
    assert "A consulta particular custa R$ 300." in answers
    assert not [text for text in answers if "[[" in text or "convênios atendidos são" in text]
    assert "Clínica Vida" in filled.instructions
    assert "[[" not in orjson.dumps(filled.flow.graph if filled.flow else {}).decode()


@pytest.mark.parametrize(
    ("blanks", "field"), [({}, "blanks.business_name"), ({"x": "y"}, "blanks.x")]
)
async def test_a_missing_or_strange_blank_is_named(
    client: Client, db: Database, blanks: dict[str, str], field: str
) -> None:
    body = {"name": "Clara", "blanks": blanks}
    problem = await read(await client.post("/templates/clinic.pt-BR/instantiate", json=body), 400)
    assert problem["field"] == field
    assert await rows(db, "made") == []


# -- agents made of templates


async def test_an_agent_is_made_with_all_that_belongs_to_it(client: Client, db: Database) -> None:
    body = {"name": "Clara", "blanks": {"business_name": "Clínica Vida", "hours": "das 8h às 18h"}}
    made = await read(await client.post("/templates/clinic.pt-BR/instantiate", json=body), 201)

    assert (made["agentId"], made["flowId"]) == ("a1", "f1")
    assert len(await rows(db, "pairs")) == made["faqs"]
    page = await read(await client.get("/agents/a1/golden"))
    assert len(page["items"]) == made["golden"]
    ((_, name, niche, _, settings),) = await rows(db, "made")
    assert (name, niche) == ("Clara", "Clínica médica")
    assert orjson.loads(settings)["language"] == "pt-BR"


async def test_the_sister_is_taken_where_another_language_is_asked_for(
    client: Client, db: Database
) -> None:
    body = {"name": "Clara", "language": "en", "blanks": {"business_name": "Life"}}
    await read(await client.post("/templates/clinic.pt-BR/instantiate", json=body), 201)
    assert (await rows(db, "made"))[0][2] == "Medical clinic"


async def test_one_pair_that_fails_leaves_nothing_behind(
    client: Client, db: Database, agents: Agents
) -> None:
    agents.fail_at = SHIPPED["gym.en"].template.faqs[5].question
    body = {"name": "Leo", "blanks": {"business_name": "Gym"}}
    await read(await client.post("/templates/gym.en/instantiate", json=body), 400)
    assert [await rows(db, table) for table in ("made", "pairs", "golden")] == [[], [], []]


# -- lists


async def test_templates_are_found_by_category_language_and_words(client: Client) -> None:
    page = await read(await client.get("/templates?limit=200"))
    assert len(page["items"]) == 20
    page = await read(await client.get("/templates?category=gym&language=pt-BR"))
    assert [one["id"] for one in page["items"]] == ["gym.pt-BR"]
    page = await read(await client.get("/templates?search=imobiliaria"))
    assert [one["id"] for one in page["items"]] == ["real_estate.pt-BR"]


async def test_pages_of_templates_follow_one_another(client: Client) -> None:
    file = SHIPPED["gym.en"].template.model_dump(mode="json", by_alias=True)
    await read(await client.post("/templates/import", json=file), 201)
    seen, query = list[str](), "?limit=8"
    while True:
        page = await read(await client.get(f"/templates{query}"))
        seen += [one["id"] for one in page["items"]]
        if page["nextCursor"] is None:
            break
        query = f"?limit=8&cursor={page['nextCursor']}"
    assert len(seen) == len(set(seen)) == 21
    assert seen[:20] == sorted(SHIPPED)


# -- files


async def test_a_file_comes_back_as_it_went(client: Client) -> None:
    file = await read(await client.get("/templates/law.pt-BR/export"))
    kept = await read(await client.post("/templates/import", json=file), 201)
    again = await read(await client.get(f"/templates/{kept['id']}/export"))
    assert again == file
    assert kept["own"] is True


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("faqs", 3, "answer"), "", "faqs.3.answer"),
        (("version",), 2, "version"),
        (("blanks", 0, "name"), "Bad Name", "blanks.0.name"),
        (("golden", 0, "expect"), {}, "golden.0.expect"),
        (("settings",), {"nonsense": 1}, "settings.nonsense"),
        (("extra",), 1, "extra"),
    ],
)
async def test_a_file_that_is_wrong_is_refused_whole_and_the_place_named(
    client: Client, db: Database, path: tuple[Any, ...], value: Any, field: str
) -> None:
    file = SHIPPED["gym.en"].template.model_dump(mode="json", by_alias=True)
    inner = file
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    problem = await read(await client.post("/templates/import", json=file), 400)
    assert problem["field"] == field
    assert await rows(db, "templates") == []


async def test_a_blank_that_is_not_declared_is_named_with_its_place(client: Client) -> None:
    file = SHIPPED["gym.en"].template.model_dump(mode="json", by_alias=True)
    file["faqs"][2]["answer"] = "[[nowhere]]"
    problem = await read(await client.post("/templates/import", json=file), 400)
    assert "faqs.2.answer" in problem["detail"]
    assert "nowhere" in problem["detail"]


async def test_an_own_template_is_made_of_an_agent_with_blanks_where_its_texts_stood(
    client: Client,
) -> None:
    body = {"name": "Clara", "blanks": {"business_name": "Clínica Vida"}}
    await read(await client.post("/templates/clinic.pt-BR/instantiate", json=body), 201)
    blank = {"name": "business_name", "label": "Nome", "value": "Clínica Vida"}
    own = {"agentId": "a1", "title": "Minha", "category": "clinic", "blanks": [blank]}
    saved = await read(await client.post("/templates", json=own), 201)

    assert "[[business_name]]" in saved["persona"]["instructions"]
    assert "Clínica Vida" not in orjson.dumps(saved["persona"]).decode()
    assert saved["golden"]
    assert (await client.delete(f"/templates/{saved['id']}")).status == 204
    assert (await client.get(f"/templates/{saved['id']}")).status == 404


async def test_the_library_stays(client: Client) -> None:
    problem = await read(await client.delete("/templates/gym.en"), 409)
    assert problem["code"] == "template_shipped"


# -- golden questions


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


def test_a_template_says_which_blank_may_not_stay_empty() -> None:
    file = SHIPPED["gym.en"].template.model_dump(mode="json", by_alias=True)
    file["persona"]["instructions"] = "[[plans]]"
    with pytest.raises(ValueError, match="may stay empty"):
        Template.model_validate(file)
