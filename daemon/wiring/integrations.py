"""Integrations, and what they need of conversations, WhatsApp and finance."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from daemon.domains.conversations.domain import MessageNotFoundError
from daemon.domains.conversations.people import People
from daemon.domains.conversations.people_routes import PEOPLE
from daemon.domains.conversations.person import Person
from daemon.domains.conversations.phones import typed
from daemon.domains.conversations.store import messages, people, threads
from daemon.domains.finance.domain.records import Client, Invoice
from daemon.domains.finance.store import rows as money
from daemon.domains.integrations.ports import Ports, Put, StartFlow
from daemon.domains.integrations.routes.views import INTEGRATIONS
from daemon.domains.integrations.service.delivering import Couriers
from daemon.domains.integrations.service.desk import Desk
from daemon.domains.integrations.service.files import DROP
from daemon.domains.integrations.service.parts import Integrations
from daemon.domains.integrations.service.pulling import DUE
from daemon.domains.integrations.tasks import TIDY, handlers
from daemon.domains.whatsapp.domain import NewContent
from daemon.domains.whatsapp.ports import Compose
from daemon.domains.whatsapp.service import Sessions
from daemon.infra.database import Connection
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob

from .ground import Ground
from .part import Part
from .talk import Talk

FOLDER = "import"


class Speech:
    """Sends messages for hooks, as any program does."""

    def __init__(self, numbers: Sessions, compose: Compose) -> None:
        self._numbers, self._compose = numbers, compose

    async def session(self, agent_id: str, session_id: str | None) -> str:
        """Return the session that speaks for an agent."""
        return (await self._numbers.speaker(agent_id, session_id)).id

    def say(self, tx: Connection, *, agent_id: str, session_id: str, to: str, text: str) -> str:
        """Queue a text; returns the message's id."""
        content = NewContent(kind="text", text=text)
        said = self._compose(
            tx, agent_id=agent_id, session_id=session_id, to=f"+{to}", content=content
        )
        return said.id

    def digits(self, text: str) -> str | None:
        """Read a phone as people type it."""
        return typed(text)


class Contacts:
    """Contacts as plain JSON."""

    def __init__(self, kept: People) -> None:
        self._kept = kept

    def get(self, tx: Connection, number: str) -> dict[str, Any] | None:
        """Return a contact."""
        found = people.find(tx, number)
        return None if found is None else contact(found)

    def after(self, tx: Connection, number: str, limit: int) -> Sequence[str]:
        """Return the ids that follow one."""
        return people.after(tx, number, limit)

    def put(self, tx: Connection, phone: str, values: Mapping[str, Any]) -> tuple[str, Put]:
        """Make or complete a contact."""
        plain = {"opt_in" if name == "optIn" else name: value for name, value in values.items()}
        return self._kept.put(tx, phone, plain)

    def known(self, tx: Connection, phone: str) -> str | None:
        """Return the id of the contact with this phone."""
        return self._kept.known(tx, phone)

    def amend(self, tx: Connection, number: str, values: Mapping[str, Any]) -> None:
        """Change a contact; fields are added to those there are."""
        plain = {"opt_in" if name == "optIn" else name: value for name, value in values.items()}
        if "fields" in plain:
            plain["fields"] = {**people.get(tx, number).fields, **plain["fields"]}
        self._kept.amend(tx, number, plain)

    def changed_at(self, tx: Connection, number: str) -> datetime | None:
        """Say when somebody last changed a contact."""
        found = people.find(tx, number)
        return None if found is None else found.updated_at or found.created_at


def contact(person: Person) -> dict[str, Any]:
    """Return a contact as others get it."""
    return {
        "id": person.id,
        "name": person.name,
        "phone": f"+{person.phone}" if person.phone else None,
        "phoneDigits": person.phone,
        "email": person.email,
        "tags": person.tags,
        "fields": person.fields,
        "optIn": person.opt_in,
        "createdAt": person.created_at.isoformat(),
    }


class Invoices:
    """Invoices as plain JSON."""

    def get(self, tx: Connection, number: str) -> dict[str, Any] | None:
        """Return an invoice with its client."""
        row = tx.conn.execute("SELECT * FROM finance_invoices WHERE id = ?", (number,)).fetchone()
        if row is None:
            return None
        invoice = money.load(Invoice, row)
        client = money.get(tx, Client, invoice.client_id)
        return {
            "id": invoice.id,
            "number": invoice.number,
            "label": invoice.label,
            "kind": invoice.kind,
            "period": invoice.period,
            "status": invoice.status,
            "total": f"{invoice.total // 100}.{invoice.total % 100:02}",
            "totalCentavos": invoice.total,
            "currency": invoice.currency,
            "dueOn": invoice.due_on,
            "client": {
                "id": client.id,
                "name": client.name,
                "email": client.email,
                "phone": client.phone,
                "document": client.document,
                "externalId": client.external_id,
            },
        }

    def after(self, tx: Connection, number: str, limit: int) -> Sequence[str]:
        """Return the ids that follow one."""
        found = tx.conn.execute(
            "SELECT id FROM finance_invoices WHERE id > ? ORDER BY id LIMIT ?", (number, limit)
        )
        return [row["id"] for row in found]


class Clients:
    """Makes and completes clients, of files that people bring."""

    def __init__(self, clock: Clock, tenant_id: str) -> None:
        self._clock, self._tenant = clock, tenant_id

    def put(self, tx: Connection, values: Mapping[str, Any]) -> Put:
        """Make or complete a client, known by its external id or its document."""
        plain = {
            "external_id" if name == "externalId" else name: value for name, value in values.items()
        }
        now, known = self._clock.now(), self._known(tx, plain)
        if known is None:
            blank = dict.fromkeys(("email", "phone", "document", "external_id"))
            fresh = {"status": "active", "first_paid_at": None, "created_at": now}
            client = Client(id=new_id(), updated_at=now, **{**blank, **fresh, **plain})
            money.add(tx, self._tenant, client)
            return "created"
        new = {name: value for name, value in plain.items() if getattr(known, name) != value}
        if not new:
            return "unchanged"
        values_now = {name: getattr(known, name) for name in Client.__dataclass_fields__}
        money.save(tx, Client(**{**values_now, **new, "updated_at": now}))
        return "updated"

    def _known(self, tx: Connection, values: Mapping[str, Any]) -> Client | None:
        for name in ("external_id", "document"):
            if values.get(name):
                found = money.find(tx, Client, **{name: values[name]})
                if found:
                    return found[0]
        return None


def words_of(tx: Connection, type_: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what was said, for endpoints that asked for it; None when it is gone."""
    if type_ == "contact.updated":
        found = people.find(tx, str(data.get("id")))
        return None if found is None else contact(found)
    number = data.get("messageId" if type_ == "turn.answered" else "id")
    try:
        message = messages.get(tx, str(number))
    except MessageNotFoundError:
        return None
    chat = threads.find(tx, message.conversation_id)
    media = message.media
    return {
        "text": "" if message.revoked else message.text,
        "kind": message.kind,
        "fromMe": message.from_me,
        "author": message.author.value,
        "at": message.at.isoformat(),
        "contact": None
        if chat is None
        else {"id": chat.contact.id, "name": chat.contact.name, "phone": chat.contact.phone},
        "media": None
        if media is None or message.revoked
        else {
            "mime": media.mime,
            "bytes": media.bytes,
            "name": media.name,
            "url": f"/messages/{message.id}/media",
        },
    }


@contextlib.asynccontextmanager
async def integrations(
    base: Ground, talking: Talk, start_flow: StartFlow | None = None
) -> AsyncIterator[Part]:
    """Follow events and deliver them while the block runs."""
    terms = base.settings.integrations
    kept = People(base.database, base.outbox, base.clock, base.tenant_id)
    desk = Desk(
        database=base.database,
        outbox=base.outbox,
        queue=base.queue,
        vault=base.vault,
        outbound=base.outbound,
        clock=base.clock,
        tenant_id=base.tenant_id,
        currency=base.settings.tenant.currency,
        ports=Ports(
            content=words_of,
            contacts=Contacts(kept),
            invoices=Invoices(),
            clients=Clients(base.clock, base.tenant_id),
            speaking=Speech(talking.numbers, talking.between.compose),
            start_flow=start_flow,
        ),
        limit=terms.limit,
        keep=timedelta(days=terms.log_days),
        gate=base.licence,
    )
    parts = Integrations.of(desk, base.paths.state / FOLDER)
    couriers = Couriers(desk, parts.webhooks.sealed, parts.crm)
    stop = base.bus.subscribe("*", couriers.heard)
    base.scheduler.cron("41 4 * * *", NewJob(TIDY))
    base.scheduler.cron("* * * * *", NewJob(DROP, lock="integrations.drop"))
    base.scheduler.cron("* * * * *", NewJob(DUE, lock="integrations.pulls"))
    async with couriers:
        yield Part(services={INTEGRATIONS: parts, PEOPLE: kept}, handlers=handlers(desk, parts))
    stop()
