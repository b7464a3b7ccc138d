"""A person out of integrations: deals, deliveries, hits, links to other systems."""

from collections.abc import Sequence
from typing import Any

from daemon.infra.database import Connection
from daemon.kernel.subject import Subject, Tally, marks, portions


def deals(tx: Connection, contact_id: str) -> list[str]:
    """Return the ids of the deals of a contact; once it is gone nothing else tells whose."""
    rows = tx.conn.execute("SELECT id FROM deals WHERE contact_id = ?", (contact_id,))
    return [row["id"] for row in rows]


def told(tx: Connection, person: Subject) -> list[dict[str, Any]]:
    """Return the deals of a person."""
    rows = tx.conn.execute(
        "SELECT id, title, value_centavos, currency, stage, external_id, created_at, updated_at "
        f"FROM deals WHERE id IN ({marks(person.deals)}) ORDER BY id",
        tuple(person.deals),
    )
    return [dict(row) for row in rows]


def outside(tx: Connection, person: Subject) -> list[str]:
    """Return the names of the systems that were told of a person; the box cannot erase there."""
    ids = (person.contact_id, *person.deals)
    rows = tx.conn.execute(
        "SELECT DISTINCT connector.name FROM crm_links AS link JOIN crm_connectors AS connector "
        f"ON connector.id = link.connector_id WHERE link.object_id IN ({marks(ids)}) "
        "AND link.synced_at IS NOT NULL "
        "UNION SELECT name FROM webhooks WHERE include_content = 1 ORDER BY 1",
        ids,
    )
    return [row[0] for row in rows]


def look(tx: Connection, person: Subject) -> list[str]:
    """Return the deliveries that name a person."""
    rows = tx.conn.execute("SELECT id, data, excerpt, error FROM webhook_deliveries")
    texts = ((row["id"], "\n".join(filter(None, tuple(row)[1:]))) for row in rows)
    return [number for number, text in texts if person.mentioned_in(text)]


def forget(tx: Connection, person: Subject, deliveries: Sequence[str]) -> Tally:
    """Erase them; attempts go with their delivery."""
    ids, count = (person.contact_id, *person.deals), 0
    for table in ("crm_links", "crm_log"):
        count += tx.conn.execute(
            f"DELETE FROM {table} WHERE object_id IN ({marks(ids)})", ids
        ).rowcount
    for some in portions(list(person.deals)):
        count += tx.conn.execute(
            f"DELETE FROM deals WHERE id IN ({marks(some)})", tuple(some)
        ).rowcount
    for some in portions(list(deliveries)):
        count += tx.conn.execute(
            f"DELETE FROM webhook_deliveries WHERE id IN ({marks(some)})", tuple(some)
        ).rowcount
    for some in portions(list(person.messages)):
        count += tx.conn.execute(
            f"DELETE FROM hook_hits WHERE message_id IN ({marks(some)})", tuple(some)
        ).rowcount
    return Tally(count)
