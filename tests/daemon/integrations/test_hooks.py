"""Other programs call in: by a secret address, signed if asked for, each call done once."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from daemon.domains.integrations.domain.hooks import Bucket
from daemon.domains.integrations.domain.webhooks import new_secret
from daemon.domains.integrations.ports import StartFlow
from daemon.kernel.errors import NotFoundError
from tests.daemon.integrations.conftest import Office

ORDER = {"customer": {"phone": "(11) 98765-4321", "name": "Marina"}, "order": {"id": 42}}
MAPPING = {
    "to": "/customer/phone",
    "text": "Olá {{/customer/name|cliente}}, o pedido {{/order/id}} está pronto.",
}


async def a_hook(office: Office, **more: Any) -> Any:
    body = {"name": "Loja", "action": "send_message", "agentId": "a1", "mapping": MAPPING, **more}
    return await office.post("/integrations/hooks", 201, **body)


async def hits(office: Office, hook: Any) -> Any:
    return (await office.get(f"/integrations/hooks/{hook['id']}/hits"))["items"]


async def test_a_call_sends_a_message_as_the_mapping_says(office: Office) -> None:
    hook = await a_hook(office)

    answer = await office.ask("POST", hook["path"], 202, json=ORDER)

    assert office.phone.said == [("5511987654321", "Olá Marina, o pedido 42 está pronto.")]
    assert answer["messageId"] == "m1"
    [hit] = await hits(office, hook)
    assert (hit["outcome"], hit["messageId"]) == ("done", "m1")


async def test_a_form_is_a_payload_too(office: Office) -> None:
    hook = await a_hook(office, mapping={"to": "/phone", "text": "/words"})

    await office.ask("POST", hook["path"], 202, data={"phone": "11987654321", "words": "Oi"})

    assert office.phone.said == [("5511987654321", "Oi")]


async def test_the_same_call_is_done_once(office: Office) -> None:
    hook = await a_hook(office)
    headers = {"webhook-id": "order-42"}

    first = await office.ask("POST", hook["path"], 202, json=ORDER, headers=headers)
    again = await office.ask("POST", hook["path"], 202, json=ORDER, headers=headers)

    assert len(office.phone.said) == 1
    assert (first["known"], again["known"], again["messageId"]) == (False, True, "m1")


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"customer": {"phone": "none"}, "order": {"id": 1}}, "to"),
        ({"customer": {}, "order": {"id": 1}}, "to"),
        ({"customer": {"phone": "11987654321"}}, "text"),
        ([], "to"),
        ("text", "to"),
    ],
)
async def test_a_payload_without_what_is_needed_is_refused_by_name(
    office: Office, payload: Any, field: str
) -> None:
    hook = await a_hook(office)
    problem = await office.ask("POST", hook["path"], 422, json=payload)
    assert problem["field"] == field
    assert office.phone.said == []
    assert [hit["code"] for hit in await hits(office, hook)] == ["hook_payload"]


async def test_a_signed_hook_hears_nobody_else(office: Office) -> None:
    secret = new_secret()
    hook = await a_hook(office, secret=secret)
    raw, now = json.dumps(ORDER), datetime.now(UTC)

    def headers(key: str, at: datetime) -> dict[str, str]:
        return {
            "webhook-id": "x1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(key).sign("x1", at, raw),
            "content-type": "application/json",
        }

    old = datetime.fromtimestamp(now.timestamp() - 3600, UTC)
    for bad in ({}, headers(new_secret(), now), headers(secret, old), {"webhook-signature": "v1"}):
        await office.ask("POST", hook["path"], 401, data=raw, headers=bad)
    assert office.phone.said == []
    await office.ask("POST", hook["path"], 202, data=raw, headers=headers(secret, now))
    assert len(office.phone.said) == 1


async def test_only_the_right_address_is_one_and_it_can_be_renewed(office: Office) -> None:
    hook = await a_hook(office)
    assert hook["token"] not in json.dumps(await office.get(f"/integrations/hooks/{hook['id']}"))
    raw = office.desk.database.path.read_bytes()
    raw += office.desk.database.path.with_suffix(".db-wal").read_bytes()
    assert hook["token"].encode() not in raw

    renewed = await office.ask("POST", f"/integrations/hooks/{hook['id']}/token")
    for path in (hook["path"], "/hooks/hook_nobody"):
        await office.ask("POST", path, 404, json=ORDER)
    await office.ask("POST", renewed["path"], 202, json=ORDER)
    await office.ask("PATCH", f"/integrations/hooks/{hook['id']}", json={"status": "paused"})
    await office.ask("POST", renewed["path"], 404, json=ORDER)


async def test_calls_are_limited_and_bounded(office: Office) -> None:
    hook = await a_hook(office)
    for body, status in ((b"{", 400), (b"x" * 300_000, 413), (b"\xff\xfe", 400)):
        await office.ask("POST", hook["path"], status, data=body)
    for _ in range(57):
        await office.ask("POST", hook["path"], 202, json=ORDER)

    async with office.client.post(hook["path"], json=ORDER) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "1")
    office.clock.advance(2)
    await office.ask("POST", hook["path"], 202, json=ORDER)


def test_a_bucket_fills_up_again() -> None:
    bucket = Bucket(60)
    assert [bucket.wait_s("a", 0.0) for _ in range(60)] == [0] * 60
    assert bucket.wait_s("a", 0.0) == 1
    assert bucket.wait_s("b", 0.0) == 0
    assert bucket.wait_s("a", 1.1) == 0


async def test_an_agent_without_a_number_says_so(office: Office) -> None:
    hook = await a_hook(office)
    office.phone.linked = False
    await office.ask("POST", hook["path"], 409, json=ORDER, headers={"webhook-id": "x"})
    office.phone.linked = True
    answer = await office.ask("POST", hook["path"], 202, json=ORDER, headers={"webhook-id": "x"})
    assert answer["known"] is False


async def test_a_box_without_flows_refuses_hooks_that_start_them(office: Office) -> None:
    body = {"action": "start_flow", "flowId": "f1", "mapping": {"to": "/p"}}
    problem = await office.post("/integrations/hooks", 422, name="x", agentId="a1", **body)
    assert problem["code"] == "flows_unavailable"


class TestFlows:
    """A box that runs flows."""

    started: list[tuple[str, str, str, Mapping[str, Any]]]

    @pytest.fixture
    def start_flow(self) -> StartFlow:
        self.started = []

        async def start(agent: str, flow: str, phone: str, variables: Mapping[str, Any]) -> str:
            if flow == "gone":
                raise NotFoundError(kind="flow", id=flow)
            self.started.append((agent, flow, phone, variables))
            return "run-1"

        return start

    async def test_a_call_starts_a_flow_with_its_variables(self, office: Office) -> None:
        mapping = {
            "to": "/customer/phone",
            "variables": {"pedido": "/order/id", "nome": "Sra. {{/customer/name}}", "x": "/none"},
        }
        hook = await a_hook(office, action="start_flow", flowId="f1", mapping=mapping)

        headers = {"webhook-id": "order-42"}
        for _ in range(2):
            await office.ask("POST", hook["path"], 202, json=ORDER, headers=headers)
        await office.work()

        variables = {"pedido": 42, "nome": "Sra. Marina"}
        assert self.started == [("a1", "f1", "5511987654321", variables)]
        [hit] = await hits(office, hook)
        assert (hit["outcome"], hit["runId"]) == ("done", "run-1")

    async def test_a_flow_that_is_gone_is_noted(self, office: Office) -> None:
        mapping = {"to": "/customer/phone"}
        hook = await a_hook(office, action="start_flow", flowId="gone", mapping=mapping)
        await office.ask("POST", hook["path"], 202, json=ORDER)
        await office.work()
        assert [hit["code"] for hit in await hits(office, hook)] == ["not_found"]
