"""Deals."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from daemon.domains.integrations.domain.deals import Deal, DealUpdated, ExternalIdTakenError
from daemon.domains.integrations.ports import Put
from daemon.domains.integrations.store import rows
from daemon.infra.database import Connection
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .desk import Desk


class Deals:
    """The deals of this tenant."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def create(self, values: Mapping[str, Any]) -> Deal:
        """Add a deal."""
        return await self._desk.database.write(lambda tx: self.add(tx, values))

    def add(self, tx: Connection, values: Mapping[str, Any]) -> Deal:
        """Add a deal, in a transaction of the caller's."""
        now = self._desk.clock.now()
        given = {"contact_id": None, "external_id": None, "stage": "new", "value_centavos": 0}
        deal = Deal(
            id=new_id(),
            currency=self._desk.currency,
            created_at=now,
            updated_at=now,
            **{**given, **values},
        )
        self._check(tx, deal)
        rows.add(tx, self._desk.tenant_id, deal)
        self._tell(tx, deal, deal.stage)
        return deal

    async def change(self, number: str, values: Mapping[str, Any]) -> Deal:
        """Change a deal."""
        return await self._desk.database.write(
            lambda tx: self.amend(tx, rows.get(tx, Deal, number), values)
        )

    def amend(self, tx: Connection, before: Deal, values: Mapping[str, Any]) -> Deal:
        """Change a deal, in a transaction of the caller's; nothing happens if nothing changes."""
        after = replace(before, **values)
        if after == before:
            return before
        after = replace(after, updated_at=self._desk.clock.now())
        self._check(tx, after)
        rows.save(tx, after)
        self._tell(tx, after, after.stage)
        return after

    def put(self, tx: Connection, values: Mapping[str, Any]) -> Put:
        """Make or complete the deal with this external id."""
        external = values.get("external_id")
        known = rows.find(tx, Deal, external_id=external) if external else None
        if known is None:
            self.add(tx, values)
            return "created"
        return "unchanged" if self.amend(tx, known, values) is known else "updated"

    async def delete(self, number: str) -> None:
        """Remove a deal."""

        def commit(tx: Connection) -> None:
            deal = rows.get(tx, Deal, number)
            rows.drop(tx, Deal, number)
            self._tell(tx, deal, "deleted")

        await self._desk.database.write(commit)

    async def get(self, number: str) -> Deal:
        """Return a deal."""
        return await self._desk.database.read(lambda tx: rows.get(tx, Deal, number))

    async def page(
        self, equal: Mapping[str, str | None], cursor: str | None, limit: int
    ) -> Page[Deal]:
        """List deals, newest first."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Deal, equal, cursor, limit)
        )
        return Page.of(found, limit, lambda deal: deal.id)

    def _check(self, tx: Connection, deal: Deal) -> None:
        if deal.contact_id and self._desk.ports.contacts.get(tx, deal.contact_id) is None:
            raise BadInputError(
                field="contactId", problem="is no contact", problem_pt="não é um contato"
            )
        if deal.external_id:
            other = rows.find(tx, Deal, external_id=deal.external_id)
            if other is not None and other.id != deal.id:
                raise ExternalIdTakenError(field="externalId", external_id=deal.external_id)

    def _tell(self, tx: Connection, deal: Deal, stage: str) -> None:
        self._desk.outbox.record(
            tx, DealUpdated(deal.id, deal.contact_id, stage, deal.value_centavos)
        )


class DealThings:
    """Deals as a CRM gets them."""

    def __init__(self, desk: Desk) -> None:
        self._contacts = desk.ports.contacts

    def get(self, tx: Connection, number: str) -> dict[str, Any] | None:
        """Return a deal with its contact."""
        deal = rows.find(tx, Deal, id=number)
        if deal is None:
            return None
        contact = self._contacts.get(tx, deal.contact_id) if deal.contact_id else None
        return {
            "id": deal.id,
            "title": deal.title,
            "value": f"{deal.value_centavos // 100}.{deal.value_centavos % 100:02}",
            "valueCentavos": deal.value_centavos,
            "currency": deal.currency,
            "stage": deal.stage,
            "ourExternalId": deal.external_id,
            "contact": contact,
            "createdAt": deal.created_at.isoformat(),
        }

    def after(self, tx: Connection, number: str, limit: int) -> list[str]:
        """Return the ids that follow one."""
        found = tx.conn.execute(
            "SELECT id FROM deals WHERE id > ? ORDER BY id LIMIT ?", (number, limit)
        )
        return [row["id"] for row in found]
