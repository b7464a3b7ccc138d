"""Contacts as people keep them; the same rows that messages make."""

from collections.abc import Mapping
from typing import Any, Literal

from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page

from .events import ContactUpdated
from .person import Person, PersonKnownError
from .phones import typed
from .store import contacts, people

MAX_TAGS = 50
Put = Literal["created", "updated", "unchanged"]


class People:
    """The contacts of this tenant."""

    def __init__(self, database: Database, outbox: Outbox, clock: Clock, tenant_id: str) -> None:
        self._db, self._outbox, self._clock, self._tenant = database, outbox, clock, tenant_id

    async def page(
        self, search: str | None, tag: str | None, cursor: str | None, limit: int
    ) -> Page[Person]:
        """List contacts, newest first; the search reads name, phone, e-mail, tags and fields."""
        found = await self._db.read(lambda tx: people.listed(tx, search, tag, cursor, limit))
        return Page.of(found, limit, lambda person: person.id)

    async def get(self, contact_id: str) -> Person:
        """Return a contact."""
        return await self._db.read(lambda tx: people.get(tx, contact_id))

    async def create(self, phone: str, values: Mapping[str, Any]) -> Person:
        """Add the contact of a phone, as people type it."""
        digits = typed(phone)
        if digits is None:
            raise BadInputError(
                field="phone",
                problem="must be a phone number, such as +5511987654321",
                problem_pt="deve ser um telefone com DDD, como +5511987654321",
            )

        def commit(tx: Connection) -> Person:
            known = contacts.find(tx, self._tenant, f"pn:{digits}")
            if known is not None:
                raise PersonKnownError(field="phone", id=known.id)
            return people.get(tx, self.put(tx, digits, values)[0])

        return await self._db.write(commit)

    async def change(self, contact_id: str, values: Mapping[str, Any]) -> Person:
        """Change what is written down about a contact; `fields` replace those there were."""

        def commit(tx: Connection) -> Person:
            before = people.get(tx, contact_id)
            self._write(tx, before, values)
            return people.get(tx, contact_id)

        return await self._db.write(commit)

    def amend(self, tx: Connection, contact_id: str, values: Mapping[str, Any]) -> None:
        """Change what is written down about a contact, in a transaction of the caller's."""
        self._write(tx, people.get(tx, contact_id), values)

    def known(self, tx: Connection, digits: str) -> str | None:
        """Return the id of the contact of a phone."""
        found = contacts.find(tx, self._tenant, f"pn:{digits}")
        return None if found is None else found.id

    def put(self, tx: Connection, digits: str, values: Mapping[str, Any]) -> tuple[str, Put]:
        """Make or complete the contact of a phone: tags and fields are added to those there are."""
        now, alias = self._clock.now(), f"pn:{digits}"
        fresh = contacts.find(tx, self._tenant, alias) is None
        number = contacts.resolve(tx, self._tenant, [alias], None, now).id
        before = people.get(tx, number)
        wanted = dict(values)
        if "tags" in wanted:
            wanted["tags"] = list(dict.fromkeys([*before.tags, *wanted["tags"]]))[:MAX_TAGS]
        if "fields" in wanted:
            wanted["fields"] = {**before.fields, **wanted["fields"]}
        changed = self._write(tx, before, wanted, fresh=fresh)
        return number, "created" if fresh else "updated" if changed else "unchanged"

    def _write(
        self, tx: Connection, before: Person, values: Mapping[str, Any], *, fresh: bool = False
    ) -> bool:
        new = {name: value for name, value in values.items() if getattr(before, name) != value}
        if new:
            people.write(tx, before.id, new, self._clock.now())
        if new or fresh:
            self._outbox.record(tx, ContactUpdated(before.id))
        return bool(new)
