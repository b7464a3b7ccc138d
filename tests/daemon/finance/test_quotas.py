"""What a client's plan allows, enforced where things are made, never in the middle of a chat."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from daemon.domains.conversations.owners import Owner
from daemon.domains.conversations.ports import Heard
from daemon.domains.conversations.store import messages, threads
from daemon.domains.finance.service.subscribing import Wish
from daemon.domains.finance.tasks import TICK
from daemon.domains.whatsapp.domain import IncomingMessage, NewContent
from daemon.infra.database import Connection
from daemon.kernel.errors import BadInputError
from daemon.kernel.quota import QuotaBlockedError, QuotaReachedError
from daemon.wiring.quotas import Quotas
from tests.daemon.finance.examples import at
from tests.daemon.finance.rigging import PHONE, Rig

DETAILS = {"email": None, "phone": None, "document": None, "external_id": None}


async def a_client(rig: Rig, *, overage: dict[str, int] | None = None, **included: Any) -> str:
    """A client with a plan of its own."""
    finance = rig.accounts.finance
    plan = await finance.plans.create(
        {
            "code": "teste",
            "name": "Teste",
            "description": "",
            "prices": {"monthly": 1_000},
            "entitlements": {"agents": 2, "sessions": 1, "documents": 1, "messages": 10} | included,
            "overage": overage or {},
            "trial_days": 0,
        }
    )
    client = await finance.clients.create({"name": "Bela", **DETAILS})
    await finance.subscriptions.create(Wish(client.id, plan.id, "monthly", None, None, None))
    return client.id


async def an_agent(rig: Rig, client: str | None) -> str:
    made = await rig.agents.create(
        name="Bela", niche="", instructions="", language=None, client_id=client
    )
    return made.id


async def warnings(rig: Rig) -> list[tuple[str, int]]:
    def query(tx: Connection) -> list[tuple[str, int]]:
        rows = tx.conn.execute(
            "SELECT data FROM events WHERE name = 'entitlement.near' ORDER BY seq"
        )
        found = [orjson.loads(row[0]) for row in rows]
        return [(one["meter"], one["percent"]) for one in found]

    return await rig.base.database.read(query)


async def test_agents_are_counted_for_their_client_and_one_too_many_is_refused(rig: Rig) -> None:
    client = await a_client(rig)
    await an_agent(rig, client)
    second = await an_agent(rig, client)
    with pytest.raises(QuotaReachedError) as refused:
        await an_agent(rig, client)
    assert "2 agents" in str(refused.value)
    with pytest.raises(QuotaReachedError):
        await rig.agents.change(rig.agent, {"client_id": client})
    assert (await rig.agents.get(rig.agent)).client_id is None  # all of it was taken back
    await rig.agents.change(second, {"client_id": None})
    await rig.agents.change(second, {"client_id": client})
    entitlement = await rig.accounts.finance.entitlements.of(client)
    assert entitlement.meters["agents"].used == 2
    assert await warnings(rig) == [("agents", 100)]


async def test_who_has_no_plan_or_is_nobody_gets_nothing(rig: Rig) -> None:
    with pytest.raises(BadInputError) as unknown:
        await an_agent(rig, "nobody")
    assert unknown.value.field == "clientId"
    client = await rig.accounts.finance.clients.create({"name": "Bela", **DETAILS})
    with pytest.raises(QuotaBlockedError):
        await an_agent(rig, client.id)


async def test_sessions_and_documents_count_with_their_agent(rig: Rig) -> None:
    client = await a_client(rig)
    await rig.agents.change(rig.agent, {"client_id": client})  # it brings its session along
    meters = (await rig.accounts.finance.entitlements.of(client)).meters
    assert (meters["agents"].used, meters["sessions"].used) == (1, 1)

    def another(tx: Connection) -> None:
        tx.conn.execute(
            "INSERT INTO wa_sessions SELECT 's2', tenant_id, agent_id, 'Outra' "
            + ", ".join(["", *_rest(tx)])
            + " FROM wa_sessions WHERE id = 's1'"
        )
        rig.agents.made(tx, rig.agent, "sessions")

    with pytest.raises(QuotaReachedError):
        await rig.base.database.write(another)


def _rest(tx: Connection) -> list[str]:
    columns = [row[1] for row in tx.conn.execute("PRAGMA table_info(wa_sessions)")]
    return columns[4:]


async def test_a_debt_that_is_too_old_blocks_what_is_new(rig: Rig) -> None:
    client = await a_client(rig)
    await rig.accounts.finance.change_terms({"grace_days": 5})
    rig.clock.advance((at("2026-02-01T01:00") - rig.clock.now()).total_seconds())
    await rig.run(TICK)
    rig.clock.advance(timedelta(days=14).total_seconds())
    await an_agent(rig, client)
    rig.clock.advance(timedelta(days=3).total_seconds())
    with pytest.raises(QuotaBlockedError):
        await an_agent(rig, client)


async def send(rig: Rig, count: int) -> None:
    """Let the box send messages, and WhatsApp confirm them, twice each."""
    for _ in range(count):

        def commit(tx: Connection) -> None:
            made = rig.talking.between.compose(
                tx,
                agent_id=rig.agent,
                session_id="s1",
                to=f"+{PHONE}",
                content=NewContent(kind="text", text="oi"),
            )
            for state in ("sent", "delivered", "sent"):
                rig.talking.between.report(
                    tx,
                    session_id="s1",
                    wa_message_id=made.wa_message_id,
                    state=state,
                    error=None,
                    at=rig.clock.now(),
                )

        await rig.base.database.write(commit)


async def heard(rig: Rig, phone: str) -> Heard:
    """A customer writes."""
    incoming = IncomingMessage(
        session_id="s1",
        agent_id=rig.agent,
        wa_message_id=f"IN-{phone}-{rig.clock.now()}",
        chat=f"{phone}@s.whatsapp.net",
        chat_kind="user",
        at=rig.clock.now(),
        kind="text",
        text="Qual o preço?",
        from_me=False,
    )
    await rig.base.database.write(lambda tx: rig.talking.between.receive(tx, incoming))

    def query(tx: Connection) -> Heard:
        row = tx.conn.execute(
            "SELECT conversation_id FROM messages WHERE wa_id = ?", (incoming.wa_message_id,)
        ).fetchone()
        conversation = threads.get(tx, row[0])
        profile = rig.agents.profile(tx, rig.agent)
        assert profile is not None
        waiting = tuple(messages.pending(tx, row[0]))
        return Heard(conversation, profile, waiting, incoming.text, first=True)

    return await rig.base.database.read(query)


async def test_messages_are_counted_once_with_a_warning_and_billed_where_they_have_a_price(
    rig: Rig,
) -> None:
    client = await a_client(rig, overage={"messages": 7})
    await rig.agents.change(rig.agent, {"client_id": client})
    known = await warnings(rig)
    await send(rig, 7)
    assert await warnings(rig) == known
    await send(rig, 6)
    assert (await warnings(rig))[len(known) :] == [("messages", 80), ("messages", 100)]
    meters = (await rig.accounts.finance.entitlements.of(client)).meters
    assert (meters["messages"].used, meters["messages"].billed) == (13, True)
    taker = next(one for one in rig.talking.takers if isinstance(one, Quotas))
    assert await taker.take(await heard(rig, PHONE)) is None  # answers go on
    rig.clock.advance((at("2026-02-01T01:00") - rig.clock.now()).total_seconds())
    await rig.run(TICK)
    (sheet,) = (await rig.accounts.finance.invoices.page({"client_id": client}, None, 5)).items
    over = [line for line in sheet.lines if line.code == "messages"]
    assert [(line.quantity, line.total) for line in over] == [(3, 21)]


async def test_without_a_price_new_chats_go_to_a_person_and_running_ones_go_on(rig: Rig) -> None:
    client = await a_client(rig)
    await rig.agents.change(rig.agent, {"client_id": client})
    taker = next(one for one in rig.talking.takers if isinstance(one, Quotas))
    early = await heard(rig, "5511900000001")
    assert await taker.take(early) is None
    await send(rig, 10)

    def bot_spoke(tx: Connection) -> None:
        tx.conn.execute(
            "UPDATE messages SET author = 'bot' WHERE from_me = 1 AND conversation_id IN "
            "(SELECT conversation_id FROM messages WHERE from_me = 1)"
        )

    await rig.base.database.write(bot_spoke)
    assert await taker.take(await heard(rig, PHONE)) is None  # the bot spoke there today
    fresh = await heard(rig, "5511900000002")
    take = await taker.take(fresh)
    assert take is not None
    assert await rig.base.database.write(lambda tx: take(tx, fresh.conversation))
    now = await rig.base.database.read(lambda tx: threads.get(tx, fresh.conversation.id))
    assert now.owner is Owner.WAITING
    rig.clock.advance((at("2026-02-01T01:00") - rig.clock.now()).total_seconds())
    assert await taker.take(await heard(rig, "5511900000003")) is None  # a new month


async def test_what_stands_beyond_the_plan_at_the_months_edge_is_billed_once(rig: Rig) -> None:
    client = await a_client(rig, overage={"agents": 500})
    for _ in range(3):
        await an_agent(rig, client)
    rig.clock.advance((at("2026-02-01T01:00") - rig.clock.now()).total_seconds())
    await rig.run(TICK)
    await rig.run(TICK)
    (sheet,) = (await rig.accounts.finance.invoices.page({"client_id": client}, None, 5)).items
    assert [(line.code, line.quantity, line.total) for line in sheet.lines] == [
        ("teste", 1, 1_000),
        ("agents", 1, 500),
    ]
