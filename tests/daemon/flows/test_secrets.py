"""Secrets of flows: sealed, named in graphs, used in calls, and never told to anybody."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from daemon.domains.flows.domain.secret_words import drawn_out, hidden, pieces, revealed
from daemon.domains.flows.store import flows as store
from daemon.infra.database import Connection

from .conftest import Client, Rig
from .drawings import ask, codes, drawing, end, say

TOKEN = "tok-4f7d1c-sigiloso"


def calling(url: str, **headers: str) -> dict[str, Any]:
    call = {
        "id": "h",
        "kind": "http",
        "method": "POST",
        "url": f"{url}/pedidos",
        "headers": headers,
        "body": '{"nome": "{{nome}}"}',
        "map": [{"variable": "eco", "path": "eco"}],
        "to": {"next": "fim", "error": "erro"},
    }
    return drawing(
        ask("nome", "Nome?"), call, end("erro", "Não deu."), end(text="Eco: {{eco}}"),
        triggers=[{"kind": "keyword", "words": ["oi"]}],
    )  # fmt: skip


class Other:
    """Another system, which repeats what it was sent."""

    def __init__(self) -> None:
        self.seen: list[tuple[str | None, str]] = []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.seen.append((request.headers.get("Authorization"), body))
        return web.json_response({"eco": f"{request.headers.get('Authorization')} {body}"})


@pytest.fixture
async def other() -> AsyncIterator[tuple[Other, str]]:
    made, app = Other(), web.Application()
    app.router.add_post("/pedidos", made.take)
    async with TestServer(app) as server:
        yield made, str(server.make_url("/")).rstrip("/")


async def everything(rig: Rig) -> str:
    """Return all that the flows' tables hold, as text."""
    tables = ("flows", "flow_versions", "flow_runs", "flow_steps", "flow_secrets")
    return str([await rig.rows(f"SELECT * FROM {table}") for table in tables])


async def test_a_credential_is_sealed_as_it_is_saved_and_used_in_the_call_only(
    rig: Rig, client: Client, other: tuple[Other, str]
) -> None:
    system, url = other
    draft = calling(url, Authorization=f"Bearer {TOKEN}")
    body = {"agentId": rig.agent_id, "name": "Pedido", "draft": draft}
    made = await (await client.post("/flows", json=body)).json()
    [node] = [one for one in made["draft"]["nodes"] if one["id"] == "h"]
    assert node["headers"] == {"Authorization": "Bearer {{secret.h_authorization}}"}
    listed = await (await client.get(f"/flows/{made['id']}/secrets")).json()
    [secret] = listed["items"]
    assert (secret["name"], secret["known"], secret["nodes"]) == ("h_authorization", True, ["h"])
    file = await (await client.get(f"/flows/{made['id']}/export")).json()
    assert file["secrets"] == ["h_authorization"]

    await client.post(f"/flows/{made['id']}/publish", json={})
    await rig.say("oi")
    await rig.say("{{secret.h_authorization}}")
    said = await rig.sent()
    assert [token for token, _ in system.seen] == [f"Bearer {TOKEN}"]
    assert TOKEN not in system.seen[0][1]  # what a customer writes is never a secret's name
    assert said[-1].startswith("Eco: Bearer ***")
    assert TOKEN not in str([made, listed, file, said, await everything(rig)])


async def test_a_graph_that_names_a_missing_secret_is_not_published(
    rig: Rig, client: Client
) -> None:
    draft = calling("https://api.exemplo.com", Authorization="Bearer {{secret.chave}}")
    flow = await rig.built.parts.flows.create(rig.agent_id, "Pedido", "", draft)
    refused = await client.post(f"/flows/{flow.id}/publish", json={})
    assert refused.status == 422
    [problem] = (await (await client.get(f"/flows/{flow.id}/check")).json())["problems"]
    place = ("h", "headers", "missing_secret")
    assert (problem["node"], problem["field"], problem["code"]) == place
    secret = {"name": "chave", "value": TOKEN}
    put = await client.post(f"/flows/{flow.id}/secrets", json=secret)
    assert (put.status, (await put.json())["nodes"]) == (201, ["h"])
    assert (await client.post(f"/flows/{flow.id}/publish", json={})).status == 200
    kept = await client.delete(f"/flows/{flow.id}/secrets/chave")
    assert (kept.status, (await kept.json())["code"]) == (409, "flow_secret_in_use")
    await client.post(f"/flows/{flow.id}/unpublish")
    assert (await client.delete(f"/flows/{flow.id}/secrets/chave")).status == 204
    assert (await client.delete(f"/flows/{flow.id}/secrets/chave")).status == 404


@pytest.mark.parametrize(("name", "value", "field"), [
    ("1abc", "x", "name"), ("a-b", "x", "name"), ("a", "x\ny", "value"), ("a", "   ", "value"),
])  # fmt: skip
async def test_a_secret_that_cannot_be_one_is_refused_naming_the_field(
    rig: Rig, client: Client, name: str, value: str, field: str
) -> None:
    flow = await rig.built.parts.flows.create(rig.agent_id, "Pedido", "", drawing(end()))
    secret = {"name": name, "value": value}
    refused = await client.post(f"/flows/{flow.id}/secrets", json=secret)
    assert (refused.status, (await refused.json())["field"]) == (400, field)


async def test_a_copy_has_the_secrets_and_an_import_asks_for_them(
    rig: Rig, client: Client, other: tuple[Other, str]
) -> None:
    system, url = other
    draft = calling(url, Authorization=TOKEN)
    flow = await rig.built.parts.flows.create(rig.agent_id, "Pedido", "", draft)
    copy = await (await client.post(f"/flows/{flow.id}/copy", json={})).json()
    await client.post(f"/flows/{copy['id']}/publish", json={})
    start = {"flowId": copy["id"], "variables": {}}
    begun = await (await client.post(f"/ia/flow/{rig.agent_id}/start", json=start)).json()
    said = {"runId": begun["runId"], "text": "Ana"}
    await client.post(f"/ia/flow/{rig.agent_id}/continue", json=said)
    assert [token for token, _ in system.seen] == [TOKEN]

    file = await (await client.get(f"/flows/{flow.id}/export")).json()
    body = {"agentId": rig.agent_id, "file": file}
    brought = await (await client.post("/flows/import", json=body)).json()
    [secret] = (await (await client.get(f"/flows/{brought['id']}/secrets")).json())["items"]
    assert (secret["name"], secret["known"]) == ("h_authorization", False)


async def test_another_value_in_a_draft_leaves_the_published_one_as_it_is(
    rig: Rig, client: Client
) -> None:
    draft = calling("https://api.exemplo.com", Authorization="Bearer um-token-antigo")
    flow = await rig.draw(draft)
    newer = calling("https://api.exemplo.com", Authorization="Bearer um-token-novo")
    changed = await (await client.patch(f"/flows/{flow}", json={"draft": newer})).json()
    assert "{{secret.h_authorization_2}}" in str(changed["draft"])
    opened = await rig.built.parts.secrets.opened(flow, {"h_authorization", "h_authorization_2"})
    assert opened == {"h_authorization": "um-token-antigo", "h_authorization_2": "um-token-novo"}


async def test_graphs_from_before_there_were_secrets_are_sealed(rig: Rig) -> None:
    flow = await rig.draw(drawing(end()))
    old = calling("https://api.exemplo.com", Authorization=TOKEN)

    def before(tx: Connection) -> None:
        store.rewrite(tx, flow, 0, old)
        store.rewrite(tx, flow, 1, old)

    await rig.base.database.write(before)
    await rig.built.parts.secrets.seal_old()
    assert TOKEN not in await everything(rig)
    assert (await rig.built.parts.secrets.opened(flow, {"h_authorization"})) == {
        "h_authorization": TOKEN
    }


def test_a_secret_stands_in_headers_and_bodies_only() -> None:
    shown = drawing(say("a", "Veja: {{secret.chave}}"), end())
    assert ("a", "secret_exposed") in codes(shown)
    address = calling("https://api.exemplo.com/{{secret.chave}}")
    assert ("h", "secret_exposed") in codes(address)


def test_only_credentials_are_drawn_out() -> None:
    headers = {
        "Authorization": "Basic abc",
        "X-Api-Key": "k",
        "Cookie": "{{sessao}}",
        "Accept": "application/json",
    }
    cleaned = drawn_out(calling("https://a.b", **headers), lambda name, _: name)
    [node] = [one for one in cleaned["nodes"] if one["id"] == "h"]
    assert node["headers"] == {
        "Authorization": "Basic {{secret.h_authorization}}",
        "X-Api-Key": "{{secret.h_x_api_key}}",
        "Cookie": "{{sessao}}",
        "Accept": "application/json",
    }


def test_a_secret_in_a_json_body_is_escaped_and_one_in_an_answer_is_hidden() -> None:
    body = pieces(
        '{"chave": "{{secret.a}}", "x": "{{b}}"}', lambda text: text.replace("{{b}}", "?")
    )
    sent = revealed({"headers": {}, "body": body, "json": True}, {"a": 'as"pas'})
    assert sent["body"] == '{"chave": "as\\"pas", "x": "?"}'
    assert hidden({"a": ["x segredo y"]}, ["segredo"]) == {"a": ["x *** y"]}
