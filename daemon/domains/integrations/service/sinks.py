"""Our side of a pull: finds, makes and changes the things that come back from a CRM."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from daemon.domains.integrations.domain.deals import Deal
from daemon.domains.integrations.store import rows
from daemon.infra.database import Connection

from .deals import Deals
from .desk import Desk


class Sink(Protocol):
    """Things of one kind."""

    def match(self, tx: Connection, external: str, theirs: Mapping[str, Any]) -> str | None:
        """Return ours that is the same, though nothing links them yet."""

    def create(self, tx: Connection, external: str, theirs: Mapping[str, Any]) -> str | None:
        """Make one; None when too little is known of it."""

    def amend(self, tx: Connection, number: str, take: Mapping[str, Any]) -> None:
        """Change one."""

    def changed_at(self, tx: Connection, number: str) -> datetime | None:
        """Say when one was last changed here."""


class ContactSink:
    """Contacts; each is known by its phone, which never changes from outside."""

    def __init__(self, desk: Desk) -> None:
        self._book = desk.ports.contacts

    def match(self, tx: Connection, external: str, theirs: Mapping[str, Any]) -> str | None:  # noqa: ARG002 - the port's own
        """Return the contact with the same phone."""
        return self._book.known(tx, theirs["phone"]) if "phone" in theirs else None

    def create(self, tx: Connection, external: str, theirs: Mapping[str, Any]) -> str | None:  # noqa: ARG002 - the port's own
        """Make a contact; one without a phone is none."""
        if "phone" not in theirs:
            return None
        return self._book.put(tx, theirs["phone"], _contact(theirs))[0]

    def amend(self, tx: Connection, number: str, take: Mapping[str, Any]) -> None:
        """Change a contact."""
        self._book.amend(tx, number, _contact(take))

    def changed_at(self, tx: Connection, number: str) -> datetime | None:
        """Say when somebody last changed a contact."""
        return self._book.changed_at(tx, number)


def _contact(theirs: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: theirs[name] for name in ("name", "email", "tags", "optIn") if name in theirs}
    own = {
        name.removeprefix("fields."): value
        for name, value in theirs.items()
        if name.startswith("fields.")
    }
    return {**plain, **({"fields": own} if own else {})}


class DealSink:
    """Deals; each is known by the id that it has over there."""

    def __init__(self, desk: Desk, deals: Deals) -> None:
        self._book, self._deals = desk.ports.contacts, deals

    def match(self, tx: Connection, external: str, theirs: Mapping[str, Any]) -> str | None:  # noqa: ARG002 - the port's own
        """Return the deal that somebody gave this id."""
        found = rows.find(tx, Deal, external_id=external)
        return None if found is None else found.id

    def create(self, tx: Connection, external: str, theirs: Mapping[str, Any]) -> str | None:
        """Make a deal; one without a title is none."""
        if "title" not in theirs:
            return None
        return self._deals.add(tx, {**self._deal(tx, theirs), "external_id": external[:120]}).id

    def amend(self, tx: Connection, number: str, take: Mapping[str, Any]) -> None:
        """Change a deal."""
        self._deals.amend(tx, rows.get(tx, Deal, number), self._deal(tx, take))

    def changed_at(self, tx: Connection, number: str) -> datetime | None:
        """Say when a deal was last changed."""
        found = rows.find(tx, Deal, id=number)
        return None if found is None else found.updated_at

    def _deal(self, tx: Connection, theirs: Mapping[str, Any]) -> dict[str, Any]:
        names = {"title": "title", "valueCentavos": "value_centavos", "stage": "stage"}
        deal = {ours: theirs[name] for name, ours in names.items() if name in theirs}
        if "phone" in theirs:
            deal["contact_id"] = self._book.put(tx, theirs["phone"], {})[0]
        return deal
