"""Agents made of templates, and files: refused whole when something is wrong."""

from typing import Any

import orjson
import pytest

from daemon.infra.database import Database
from tests.daemon.templates.rigging import SHIPPED, Agents, Client, read, rows


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
