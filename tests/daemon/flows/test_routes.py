"""Flows over real HTTP: drawn, published, run, steered, simulated, counted, brought in."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestServer

from daemon.domains.flows.domain.run import Run
from daemon.domains.flows.store import runs
from daemon.infra.database import Connection

from .conftest import Client, Rig
from .drawings import BOOKING, ask, choose, drawing, end, say

ENGLISH = {"Accept-Language": "en"}


class Api:
    """The routes, as an integrator calls them."""

    def __init__(self, client: Client, rig: Rig) -> None:
        self.client, self.rig = client, rig

    async def ask(
        self, method: str, path: str, body: Any = None, status: int = 200, **more: Any
    ) -> Any:
        response = await self.client.request(method, path, json=body, **more)
        answer = None if response.status == 204 else await response.json()
        assert response.status == status, answer
        return answer

    async def draw(self, draft: dict[str, Any], *, publish: bool = True) -> str:
        body = {"agentId": self.rig.agent_id, "name": "Fluxo", "draft": draft}
        flow = await self.ask("POST", "/flows", body, 201)
        if publish:
            await self.ask("POST", f"/flows/{flow['id']}/publish", {})
        return str(flow["id"])

    async def start(self, flow: str | None = None, status: int = 201, **body: Any) -> Any:
        path = f"/ia/flow/{self.rig.agent_id}/start"
        return await self.ask("POST", path, {"flowId": flow, **body}, status)

    async def say(self, run: str, text: str, status: int = 200) -> Any:
        path = f"/ia/flow/{self.rig.agent_id}/continue"
        return await self.ask("POST", path, {"runId": run, "text": text}, status)


@pytest.fixture
def api(client: Client, rig: Rig) -> Api:
    return Api(client, rig)


def texts(talk: Any) -> list[str]:
    return [one["text"] for one in talk["messages"]]


async def test_a_flow_is_run_by_api_from_start_to_end(api: Api) -> None:
    await api.draw(BOOKING)
    talk = await api.start(contact={"name": "Ana"})
    assert texts(talk) == ["Olá! Vamos marcar.", "Qual é o seu nome?"]
    talk = await api.say(talk["runId"], "Ana")
    talk = await api.say(talk["runId"], "Vocês abrem no sábado?")
    assert "9h às 13h" in texts(talk)[0]
    assert texts(talk)[1] == "Qual é o seu e-mail?"
    talk = await api.say(talk["runId"], "ana@exemplo.com.br")
    assert talk["messages"][0]["options"] == ["Manhã", "Tarde"]
    talk = await api.say(talk["runId"], "tarde")
    assert (talk["state"], talk["outcome"]) == ("ended", "completed")
    problem = await api.say(talk["runId"], "oi", 409)
    assert (problem["code"], problem["field"]) == ("flow_run_state", "runId")


async def test_a_broken_draft_is_not_published_and_says_where_in_both_languages(api: Api) -> None:
    draft = drawing(say("a", "{{nada}}"), say("b", "x"))
    flow = await api.draw(draft, publish=False)
    refused = await api.ask("POST", f"/flows/{flow}/publish", {}, 422)
    assert refused["code"] == "flow_invalid"
    assert {(one["node"], one["code"]) for one in refused["errors"]} == {
        ("a", "unknown_variable"),
        ("b", "dead_end"),
    }
    assert "beco sem saída" in refused["detail"]
    english = await api.ask("POST", f"/flows/{flow}/publish", {}, 422, headers=ENGLISH)
    assert "dead end" in english["detail"]
    checked = await api.ask("GET", f"/flows/{flow}/check")
    assert [one["detail"] for one in checked["problems"]] == [
        one["detailPt"] for one in checked["problems"]
    ]
    assert (await api.start(flow, 409))["code"] == "flow_not_published"
    assert (await api.start(flow, 422, draft=True))["code"] == "flow_invalid"


async def test_versions_stand_for_ever_and_can_run_again(api: Api) -> None:
    flow = await api.draw(drawing(end(text="um")))
    running = await api.draw(drawing(ask("a", "?"), end(text="velho")))
    old = await api.start(running)
    for text in ("dois", "três"):
        await api.ask("PATCH", f"/flows/{flow}", {"draft": drawing(end(text=text))})
        await api.ask("POST", f"/flows/{flow}/publish", {"note": text})
    assert texts(await api.start(flow)) == ["três"]
    listed = await api.ask("GET", f"/flows/{flow}/versions?limit=2")
    assert [one["version"] for one in listed["items"]] == [3, 2]
    more = await api.ask("GET", f"/flows/{flow}/versions?cursor={listed['nextCursor']}")
    assert [one["version"] for one in more["items"]] == [1]
    third = await api.ask("GET", f"/flows/{flow}/versions/3")
    assert third["graph"]["nodes"][0]["text"] == "três"
    back = await api.ask("POST", f"/flows/{flow}/rollback", {"version": 1})
    assert (back["version"], back["latest"]) == (1, 3)
    assert texts(await api.start(flow)) == ["um"]
    await api.ask("POST", f"/flows/{flow}/rollback", {"version": 9}, 404)
    # A run keeps the version that it began with.
    await api.ask("PATCH", f"/flows/{running}", {"draft": drawing(end(text="novo"))})
    await api.ask("POST", f"/flows/{running}/publish", {})
    assert texts(await api.say(old["runId"], "x")) == ["velho"]


async def test_a_draft_is_tried_without_leaving_anything(api: Api) -> None:
    flow = await api.draw(BOOKING, publish=False)
    body = {"inputs": ["Ana", "sábado vocês abrem?", "ana@x.com.br", "1", "sobra"]}
    done = await api.ask("POST", f"/flows/{flow}/simulate", body)
    assert (done["outcome"], done["unusedInputs"]) == ("completed", 1)
    assert done["rounds"][0]["path"] == ["oi", "nome"]
    assert await api.rig.rows("SELECT id FROM flow_runs") == []
    talk = await api.start(flow, draft=True)
    assert talk["run"]["channel"] == "simulator"
    for text in ("Ana", "ana@x.com.br", "2"):
        talk = await api.say(talk["runId"], text)
    assert talk["outcome"] == "completed"
    assert (await api.ask("GET", f"/flows/{flow}/figures"))["started"] == 0


async def test_figures_show_where_customers_give_up(api: Api) -> None:
    flow = await api.draw(BOOKING)
    for answers in (["Ana", "ana@x.com.br", "1"], ["Ana", "cancelar"], ["Ana", "cancelar"]):
        talk = await api.start(flow)
        for text in answers:
            talk = await api.say(talk["runId"], text)
    figures = await api.ask("GET", f"/flows/{flow}/figures")
    assert (figures["started"], figures["outcomes"]) == (3, {"cancelled": 2, "completed": 1})
    by_node = {one["node"]: one for one in figures["nodes"]}
    email = by_node["email"]
    assert (email["entered"], email["left"], email["abandoned"]) == (3, 1, 2)
    assert (by_node["turno"]["entered"], by_node["fim"]["entered"]) == (1, 1)
    assert (await api.ask("GET", f"/flows/{flow}/figures?version=7"))["nodes"] == []


async def test_runs_are_listed_held_ended_and_taken_up_again(api: Api) -> None:
    flow = await api.draw(BOOKING)
    made = [(await api.start(flow))["runId"] for _ in range(3)]
    page = await api.ask("GET", f"/flows/{flow}/runs?limit=2")
    assert [one["id"] for one in page["items"]] == made[:0:-1]
    rest = await api.ask("GET", f"/flows/{flow}/runs?cursor={page['nextCursor']}")
    assert [one["id"] for one in rest["items"]] == made[:1]
    run = f"/flows/runs/{made[0]}"
    assert (await api.ask("POST", f"{run}/pause"))["state"] == "paused"
    await api.say(made[0], "Ana", 409)
    await api.ask("POST", f"{run}/pause", None, 409)
    assert (await api.ask("POST", f"{run}/resume"))["state"] == "asking"
    assert (await api.ask("POST", f"{run}/close"))["outcome"] == "closed"
    assert (await api.ask("POST", f"{run}/reopen"))["state"] == "asking"
    await api.say(made[0], "Ana")
    asking = await api.ask("GET", f"/flows/{flow}/runs?state=asking")
    assert len(asking["items"]) == 3
    lines = (await api.ask("GET", f"{run}/history?limit=200"))["items"]
    assert [one["what"] for one in lines].count("said") >= 4
    assert {"paused", "resumed", "ended", "reopened"} <= {one["what"] for one in lines}
    await api.ask("DELETE", f"/flows/{flow}", None, 204)
    assert (await api.ask("GET", run))["outcome"] == "closed"
    await api.ask("GET", f"/flows/{flow}/runs", None, 404)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("POST", "/flows", {"agentId": "nobody", "name": "x"}, 400, "agentId"),
        ("POST", "/flows", {"name": "x"}, 400, "agentId"),
        ("GET", "/flows/none", None, 404, None),
        ("PATCH", "/flows/none", {"name": "x"}, 404, None),
        ("POST", "/flows/none/publish", {}, 404, None),
        ("GET", "/flows/none/versions/1", None, 404, None),
        ("GET", "/flows/none/versions/x", None, 404, None),
        ("GET", "/flows/runs/none", None, 404, None),
        ("GET", "/flows/none/figures?version=0", None, 400, "version"),
        ("POST", "/ia/flow/nobody/start", {}, 404, None),
        ("POST", "/flows/import", {"agentId": "a", "file": {}}, 422, "file"),
        ("POST", "/flows/import/typebot", {"agentId": "a", "file": {}}, 422, "file"),
    ],
)
async def test_what_is_wrong_is_named(  # noqa: PLR0917 - one for each column of the table
    api: Api, method: str, path: str, body: Any, status: int, field: str | None
) -> None:
    problem = await api.ask(method, path, body, status)
    if field:
        assert problem["field"] == field


async def test_start_and_continue_name_what_is_missing(api: Api) -> None:
    assert (await api.start(status=400))["field"] == "flowId"
    flow = await api.draw(BOOKING)
    assert (await api.start(flow, 400, channel="whatsapp"))["field"] == "phone"
    assert (await api.start("none", 404))["code"] == "flow_not_found"
    body = {"runId": "x"}
    path = f"/ia/flow/{api.rig.agent_id}/continue"
    assert (await api.ask("POST", path, body, 400))["field"] == "text"
    assert (await api.say("none", "oi", 404))["code"] == "flow_run_not_found"
    talk = await api.start(flow, channel="whatsapp", contact={"phone": "5511987654321"})
    assert talk["state"] == "asking"
    assert (await api.say(talk["runId"], "Ana", 409))["code"] == "flow_run_state"


async def test_an_exported_flow_comes_back_the_same_on_another_agent(api: Api) -> None:
    flow = await api.draw(BOOKING)
    file = await api.ask("GET", f"/flows/{flow}/export")
    body = {"agentId": api.rig.agent_id, "name": "De volta", "file": file}
    made = await api.ask("POST", "/flows/import", body, 201)
    assert (made["name"], made["draft"]) == ("De volta", BOOKING)
    broken = {**file, "graph": {"nodes": [{"id": "a"}, 7], "edges": []}}
    refused = await api.ask("POST", "/flows/import", {**body, "file": broken}, 422)
    assert [one["node"] for one in refused["errors"]] == ["a", "#2"]
    copy = await api.ask("POST", f"/flows/{flow}/copy", {}, 201)
    assert (copy["name"], copy["status"]) == ("Fluxo (2)", "draft")
    listed = await api.ask("GET", f"/flows?agentId={api.rig.agent_id}&limit=2")
    assert [one["name"] for one in listed["items"]] == ["Fluxo (2)", "De volta"]
    assert listed["nextCursor"]


@pytest.fixture
async def shop() -> AsyncIterator[tuple[str, list[Any]]]:
    """Another system: answers orders, and remembers what it was asked."""
    asked: list[Any] = []

    async def order(request: web.Request) -> web.Response:
        asked.append((dict(request.headers), await request.text()))
        if "falha" in request.path:
            return web.json_response({"error": "no"}, status=500)
        return web.json_response({"pedido": {"itens": [{"nome": "Bolo"}]}})

    app = web.Application()
    app.router.add_route("*", "/{name}", order)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/"), asked


def ordering(url: str) -> dict[str, Any]:
    return drawing(
        ask("pedido", "Qual o pedido?"),
        {
            "id": "h",
            "kind": "http",
            "method": "POST",
            "url": f"{url}/{{{{pedido}}}}",
            "body": '{"id": "{{pedido}}"}',
            "map": [{"variable": "item", "path": "pedido.itens[0].nome"}],
            "to": {"next": "ok", "error": "erro"},
        },
        end("erro", "Não deu ({{http_status}})."),
        end("ok", "É um {{item}}."),
    )


async def test_a_call_maps_its_answer_and_takes_its_error_branch(
    api: Api, shop: tuple[str, list[Any]]
) -> None:
    url, asked = shop
    flow = await api.draw(ordering(url))
    talk = await api.start(flow)
    assert texts(await api.say(talk["runId"], "12")) == ["É um Bolo."]
    headers, body = asked[0]
    assert body == '{"id": "12"}'
    assert headers["Idempotency-Key"].startswith(talk["runId"])
    talk = await api.start(flow)
    assert texts(await api.say(talk["runId"], "falha")) == ["Não deu (500)."]


async def test_a_call_to_the_inside_takes_its_error_branch(api: Api) -> None:
    flow = await api.draw(ordering("http://169.254.169.254"))
    talk = await api.start(flow)
    assert texts(await api.say(talk["runId"], "12")) == ["Não deu ()."]


async def test_a_simulation_calls_nobody_unless_it_is_told_to(
    api: Api, shop: tuple[str, list[Any]]
) -> None:
    url, asked = shop
    flow = await api.draw(ordering(url))
    given = {"h": {"status": 200, "body": {"pedido": {"itens": [{"nome": "Pão"}]}}}}
    body = {"inputs": ["12"], "responses": given}
    done = await api.ask("POST", f"/flows/{flow}/simulate", body)
    assert done["rounds"][-1]["messages"][0]["text"] == "É um Pão."
    assert asked == []
    await api.ask("POST", f"/flows/{flow}/simulate", {"inputs": ["12"], "live": True})
    assert len(asked) == 1


async def test_a_run_goes_on_after_a_crash_in_the_middle_of_a_call(
    api: Api, shop: tuple[str, list[Any]]
) -> None:
    """The caller's request dies with the process; the job of the effect takes the run up."""
    rig, (url, asked) = api.rig, shop
    flow = await api.draw(ordering(url))
    talk = await api.start(flow)

    def heard(tx: Connection) -> Run:
        run = runs.get(tx, talk["runId"])
        mover = rig.built.parts.runs._mover  # noqa: SLF001 - the move alone, as before a crash
        return mover.move(tx, run, lambda e, g: e.heard(g, run, "12", rig.clock.now()))

    assert (await rig.base.database.write(heard)).state == "working"
    await rig.work()
    assert asked == []
    await rig.pass_time(minutes=4)
    run = await api.ask("GET", f"/flows/runs/{talk['runId']}")
    assert (run["state"], run["outcome"], len(asked)) == ("ended", "completed", 1)
    await rig.pass_time(minutes=10)
    assert len(asked) == 1


async def test_the_same_answer_twice_at_once_moves_the_run_once(api: Api) -> None:
    flow = await api.draw(drawing(ask("a", "A?", "number"), choose("b", "B?", "X", "Y"), end()))
    talk = await api.start(flow)
    path = f"/ia/flow/{api.rig.agent_id}/continue"
    body = {"runId": talk["runId"], "text": "7"}
    answers = await asyncio.gather(*(api.ask("POST", path, body) for _ in range(2)))
    assert sorted(answer["node"] for answer in answers) == ["b", "b"]
    run = await api.ask("GET", f"/flows/runs/{talk['runId']}")
    assert (run["variables"]["a"], run["tries"]) == ("7", 1)


async def test_a_file_is_uploaded_once_and_sent(api: Api, rig: Rig) -> None:
    made = []
    for _ in range(2):
        form = FormData()
        form.add_field("files", b"%PDF-1.4 cardapio", filename="cardapio.pdf",
                       content_type="application/pdf")  # fmt: skip
        response = await api.client.post("/flows/media", data=form)
        assert response.status == 201
        made.append(await response.json())
    assert made[0] == made[1]
    assert (made[0]["kind"], made[0]["name"]) == ("document", "cardapio.pdf")
    await rig.draw(
        drawing(
            say("a", "O cardápio", media={"id": made[0]["id"]}),
            end(),
            triggers=[{"kind": "keyword", "words": ["cardapio"]}],
        )
    )
    await rig.say("Cardápio")
    [sent] = await rig.rows("SELECT kind, text, media FROM messages WHERE from_me = 1")
    assert (sent["kind"], sent["text"]) == ("document", "O cardápio")
    assert made[0]["id"] in sent["media"]
    empty = await api.client.post("/flows/media", data=FormData({"x": "y"}))
    assert empty.status == 400
