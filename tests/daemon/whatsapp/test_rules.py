"""The rules that need no server: pace, seals, what is unseen, what the protocol promises."""

import re
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Whatsapp
from daemon.domains.whatsapp.domain import (
    IncomingMessage,
    OutgoingMessage,
    Session,
    SessionState,
    phone_of,
)
from daemon.domains.whatsapp.pacing import AT_ONCE, Pace, plan
from daemon.domains.whatsapp.reasons import CODES
from daemon.domains.whatsapp.store import sessions
from daemon.domains.whatsapp.store.schema import migrations
from daemon.domains.whatsapp.store.sealed import SealedRows
from daemon.domains.whatsapp.unseen import Unseen
from daemon.infra.bridge import ROOT, environment, greeting
from daemon.infra.database import Connection, Database
from daemon.infra.vault import SealBrokenError, Vault

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@given(st.text(max_size=5_000), st.integers())
def test_a_reply_takes_no_longer_than_the_pace_allows(text: str, seed: int) -> None:
    pace = Pace(min_s=0.5, max_s=4.0)

    steps = plan(pace, text, random=Random(seed))  # noqa: S311 - a pace is no secret

    assert 0.5 <= steps.typing_s <= 4.0
    assert steps.look_s < 1.0


def test_longer_texts_are_typed_longer_and_pacing_can_be_off() -> None:
    short = plan(Pace(), "oi", random=Random(1))  # noqa: S311 - as above
    long = plan(Pace(), "o" * 100, random=Random(1))  # noqa: S311 - as above
    assert short.typing_s < long.typing_s
    assert plan(Pace(enabled=False), "oi", random=Random(1)) == AT_ONCE  # noqa: S311 - as above


def test_what_a_reply_marks_as_seen_is_marked_once() -> None:
    unseen = Unseen()
    for number in ("A", "B"):
        unseen.note(incoming(number))
    reply = outgoing()

    assert unseen.take(reply) == ["A", "B"]
    assert unseen.take(reply) == []


def test_what_the_owner_saw_on_the_phone_needs_no_tick() -> None:
    unseen = Unseen()
    unseen.note(incoming("A"))
    unseen.note(incoming("C", from_me=True))

    assert unseen.take(outgoing()) == []


def incoming(number: str, *, from_me: bool = False) -> IncomingMessage:
    return IncomingMessage(
        session_id="s",
        agent_id="a",
        wa_message_id=number,
        chat="1@lid",
        chat_lid="1@lid",
        chat_kind="person",
        at=NOW,
        kind="text",
        text="oi",
        from_me=from_me,
    )


def outgoing() -> OutgoingMessage:
    return OutgoingMessage("m", "s", "a", "3EB0", "1@lid", "text", "oi", NOW, paced=True)


def test_phone_jids_lose_their_device() -> None:
    assert phone_of("5511900000001:11@s.whatsapp.net") == "5511900000001"
    assert phone_of("123@lid") is None


async def test_a_sealed_row_moved_to_another_place_does_not_open(tmp_path: Path) -> None:
    db = await Database.open(tmp_path / "keys.db", [migrations])
    rows = SealedRows(Vault([bytes(32)]), "local")
    session = Session("s1", "a", "n", SessionState.STOPPED, NOW, "created", "qr", False, NOW)

    def fill(tx: Connection) -> None:
        sessions.add(tx, "local", session)
        rows.put_keys(tx, "s1", [["session", "ana", '"1"'], ["session", "bia", '"2"']])
        tx.conn.execute(
            "UPDATE wa_keys SET sealed = (SELECT sealed FROM wa_keys WHERE id = 'ana') "
            "WHERE id = 'bia'"
        )

    await db.write(fill)
    ana = await db.read(lambda tx: rows.keys(tx, "s1", "session", ["ana", "zoe"]))
    assert ana == {"ana": '"1"', "zoe": None}
    with pytest.raises(SealBrokenError):
        await db.read(lambda tx: rows.keys(tx, "s1", "session", ["bia"]))
    await db.close()


async def test_removing_a_session_removes_all_that_was_sealed_for_it(tmp_path: Path) -> None:
    db = await Database.open(tmp_path / "keys.db", [migrations])
    rows = SealedRows(Vault([bytes(32)]), "local")
    session = Session("s1", "a", "n", SessionState.STOPPED, NOW, "created", "qr", False, NOW)

    def fill(tx: Connection) -> None:
        sessions.add(tx, "local", session)
        rows.put_keys(tx, "s1", [["session", "ana", '"1"']])
        rows.put_creds(tx, "s1", "{}")
        rows.put_inbox(tx, "s1", "d", b"x", pending=True, at=NOW)
        rows.put_sent(tx, "s1", "3EB0", b"x", NOW)
        sessions.remove(tx, "s1")

    await db.write(fill)
    for table in ("wa_keys", "wa_creds", "wa_inbox", "wa_sent"):
        count = await db.read(
            lambda tx, table=table: tx.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[misc]
        )
        assert count == 0
    await db.close()


def test_every_reason_of_the_protocol_has_words() -> None:
    text = (ROOT / "bridge" / "PROTOCOL.md").read_text()
    table = text[text.index("| state | reasons |") : text.index("`message`: `{session")]
    reasons = {word for word in re.findall(r"`([a-z_]+)`", table) if word != "forget"}

    assert reasons <= set(CODES)
    assert len(reasons) > 15


def test_the_bridge_trusts_a_test_authority_only_beside_a_test_server() -> None:
    ca = Path("/somewhere/ca.pem")

    assert environment(Whatsapp(server_ca=ca)) == {}
    testing = Whatsapp(server_url="wss://127.0.0.1:7443", server_ca=ca)
    assert environment(testing) == {"NODE_EXTRA_CA_CERTS": str(ca)}


def test_the_settings_reach_the_bridge() -> None:
    settings = Whatsapp(max_sessions=3, session_timeout_s=60, deaf_after_s=10, groups=True)

    hello = greeting(settings, Path("/m"), "Loja", "warning")

    assert hello["limits"]["sessions"] == 3
    assert hello["timing"] == {
        "linkMs": 60_000,
        "probeMs": 5_000,
        "quietMs": 60_000,
        "keepAliveMs": 2_000,
    }
    assert hello["accept"] == {"groups": True}
    assert hello["device"] == {"name": "Loja"}
    assert hello["log"] == {"level": "warn"}
