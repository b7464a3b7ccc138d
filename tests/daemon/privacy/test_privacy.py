"""Erasing one contact over the real contexts: what goes, what stays, and who else is untouched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from daemon.domains.logs.service import Logs
from daemon.domains.privacy import store
from daemon.domains.privacy.domain import Erasure, UnknownContactError
from daemon.domains.privacy.service import ERASE, EXPORT, Privacy
from daemon.domains.privacy.views import PRIVACY
from daemon.domains.whatsapp.domain import IncomingMessage
from daemon.infra.database import Connection
from daemon.infra.worker import Handler
from daemon.kernel.clock import stamp
from daemon.kernel.errors import BadInputError
from daemon.kernel.jobs import Job
from daemon.wiring.audit import auditing
from daemon.wiring.privacy import with_privacy
from daemon.wiring.reports import reports
from tests.daemon.finance.rigging import Rig, rig, settings

__all__ = ["rig", "settings"]
ANA, BIA, GROUP = "5511987654321", "5521912345678", "120363000000000001@g.us"
OLD_MOBILE = "551187654321"
"""Ana's number as WhatsApp may still know it: without the ninth digit."""


@dataclass
class Rights:
    """Privacy over a box, with its jobs done by hand."""

    rig: Rig
    privacy: Privacy
    handlers: Mapping[str, Handler]

    @classmethod
    async def over(cls, rig: Rig) -> "Rights":
        """Build it as a start of the box does."""
        base = rig.base
        trail = auditing(base, Logs(base.database, base.clock, base.tenant_id, "America/Sao_Paulo"))
        made = reports(base, rig.accounts.finance, rig.figures, rig.talking)
        _, part = await with_privacy(base, made, rig.talking.rows, trail)
        return cls(rig, part.services[PRIVACY], part.handlers)

    async def says(self, phone: str, text: str, chat: str | None = None) -> str:
        """Let somebody write; return the contact of the chat."""
        jid = f"{phone}@s.whatsapp.net"
        incoming = IncomingMessage(
            session_id="s1",
            agent_id=self.rig.agent,
            wa_message_id=f"IN-{phone}-{text}",
            chat=chat or jid,
            chat_kind="group" if chat else "user",
            at=self.rig.clock.now(),
            kind="text",
            text=text,
            from_me=False,
            participant=jid if chat else None,
        )
        await self.rig.base.database.write(
            lambda tx: self.rig.talking.between.receive(tx, incoming)
        )
        [row] = await self.rows(
            "SELECT contact_id FROM messages JOIN conversations ON conversations.id = "
            "conversation_id WHERE wa_id = ?",
            incoming.wa_message_id,
        )
        return str(row[0])

    async def erased(self, contact: str, confirm: str) -> Erasure:
        """Erase a contact, as the worker would."""
        asked = await self.privacy.erase(contact, confirm)
        await self.handlers[ERASE](Job("j", ERASE, {"erasure_id": asked.id}, None, 1))
        return await self.privacy.get_erasure(asked.id)

    async def rows(self, query: str, *values: Any) -> list[Any]:
        """Look into the database."""

        def look(tx: Connection) -> list[Any]:
            return [tuple(row) for row in tx.conn.execute(query, values)]

        return await self.rig.base.database.read(look)


@pytest.fixture
async def rights(rig: Rig) -> Rights:
    return await Rights.over(rig)


async def test_only_this_contact_goes_and_what_it_wrote_in_groups_goes_along(
    rights: Rights,
) -> None:
    ana = await rights.says(ANA, "meu gato se chama Zebedeu")
    await rights.says(BIA, "bom dia a todos")
    await rights.says(OLD_MOBILE, "o Zebedeu manda lembranças", GROUP)
    await rights.says(BIA, "que gato bonito", GROUP)
    done = await rights.erased(ana, "(11) 98765-4321")
    assert done.state == "ready"
    assert done.result.remaining == {}
    left = await rights.rows("SELECT text FROM messages WHERE from_me = 0 ORDER BY id")
    assert left == [("bom dia a todos",), ("que gato bonito",)]
    assert await rights.rows("SELECT phone FROM contacts WHERE phone IS NOT NULL") == [(BIA,)]
    again = await rights.says(ANA, "oi de novo")
    assert again != ana


async def test_the_copy_before_an_upgrade_goes_along_and_what_others_hold_is_named(
    rights: Rights,
) -> None:
    ana = await rights.says(ANA, "meu gato se chama Zebedeu")
    state = rights.rig.base.paths.state
    copy, note = state / "before-upgrade.db", state / "documents" / "note"
    copy.write_text(f"old page with {ANA}")
    note.write_text(f"call {ANA} or {ANA}")
    done = await rights.erased(ana, ANA)
    assert not copy.exists()
    assert done.result.remaining == {"documents/note": 2}


async def test_a_payer_keeps_name_and_document_with_the_invoices_and_nothing_else(
    rights: Rights,
) -> None:
    ana = await rights.says(ANA, "quero pagar")
    now = stamp(rights.rig.clock.now())

    def bill(tx: Connection) -> None:
        for number, document in (("c1", "52998224725"), ("c2", None)):
            tx.conn.execute(
                "INSERT INTO finance_clients (id, tenant_id, name, email, phone, document, "
                "status, created_at, updated_at) VALUES (?, 'local', 'Ana', 'a@b.co', ?, ?, "
                "'active', ?, ?)",
                (number, ANA, document, now, now),
            )
        tx.conn.execute(
            "INSERT INTO finance_invoices (id, tenant_id, kind, number, client_id, period, "
            "currency, issued_at, due_on, total, paid, credited, status) VALUES ('i', 'local', "
            "'invoice', 1, 'c1', '2026-01', 'BRL', ?, '2026-02-11', 9900, 0, 0, 'open')",
            (now,),
        )
        for number, client, provider in (("p1", "c1", "asaas"), ("p2", "c1", None)):
            tx.conn.execute(
                "INSERT INTO finance_payments (id, tenant_id, client_id, amount, currency, method, "
                "state, at, provider) VALUES (?, 'local', ?, 9900, 'BRL', 'pix', 'pending', ?, ?)",
                (number, client, now, provider),
            )

    await rights.rig.base.database.write(bill)
    done = await rights.erased(ana, ANA)
    assert list(done.result.outside) == ["Asaas"]
    [count] = [one for one in done.result.counts if one.place == "finance"]
    assert (count.erased, count.kept) == (2, 1)
    assert await rights.rows("SELECT id, name, email, phone, document FROM finance_clients") == [
        ("c1", "Ana", None, None, "52998224725")
    ]


async def test_an_erasure_needs_the_phone_or_the_name_and_is_one_however_often_asked(
    rights: Rights,
) -> None:
    ana = await rights.says(ANA, "oi")
    for wrong in ("Bia", "4321", "5521912345678"):
        with pytest.raises(BadInputError, match="confirm"):
            await rights.privacy.erase(ana, wrong)
    first = await rights.privacy.erase(ana, f"+{ANA}")
    assert (await rights.privacy.erase(ana, ANA)).id == first.id
    with pytest.raises(UnknownContactError):
        await rights.privacy.erase("nobody", ANA)


async def test_an_export_goes_with_its_contact_and_one_asked_too_late_says_so(
    rights: Rights,
) -> None:
    ana = await rights.says(ANA, "oi")
    made = await rights.privacy.export(ana, "en")
    await rights.handlers[EXPORT](Job("j", EXPORT, {"export_id": made.id}, None, 1))
    path = await rights.privacy.file(made.id)
    late = await rights.privacy.export(ana, "en")
    done = await rights.erased(ana, ANA)
    assert done.result.files == 2
    assert not path.exists()
    await rights.handlers[EXPORT](Job("j", EXPORT, {"export_id": late.id}, None, 1))
    assert await rights.rows("SELECT id FROM privacy_exports") == []


async def test_a_restored_backup_does_not_bring_back_who_was_erased(rights: Rights) -> None:
    ana = await rights.says(ANA, "oi")
    await rights.says(BIA, "oi")
    done = await rights.erased(ana, ANA)
    before = stamp(rights.rig.clock.now() - timedelta(days=1))

    def restore(tx: Connection) -> None:
        tx.conn.execute("DELETE FROM privacy_erasures")
        tx.conn.execute(
            "INSERT INTO contacts (id, tenant_id, phone, created_at) VALUES (?, 'local', ?, ?)",
            (ana, ANA, before),
        )
        tx.conn.execute("INSERT INTO contact_aliases VALUES ('local', ?, ?)", (f"pn:{ANA}", ana))

    await rights.rig.base.database.write(restore)
    again = await Rights.over(rights.rig)
    [asked] = await rights.rig.base.database.read(lambda tx: store.erasures(tx, None, None, 10))
    assert (asked.contact_id, asked.origin) == (ana, "restore")
    await again.handlers[ERASE](Job("j", ERASE, {"erasure_id": asked.id}, None, 1))
    found = await again.privacy.get_erasure(asked.id)
    assert (found.state, list(found.pseudonyms)) == ("ready", list(done.pseudonyms))
    assert await again.rows("SELECT phone FROM contacts") == [(BIA,)]

    rights.rig.clock.advance(60)
    await again.says(ANA, "voltei por vontade própria")
    await Rights.over(rights.rig)
    assert len(await again.rows("SELECT id FROM privacy_erasures WHERE state = 'queued'")) == 0


async def test_the_ledger_holds_after_an_erasure(rights: Rights) -> None:
    ana = await rights.says(ANA, "oi")
    before = await rights.rows("SELECT count(*), max(seq) FROM ledger_events")
    await rights.erased(ana, ANA)
    assert await rights.rows("SELECT count(*), max(seq) FROM ledger_events") == before
    assert await rights.rows("SELECT 1 FROM ledger_events WHERE instr(body, ?) > 0", ANA) == []
