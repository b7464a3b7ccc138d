"""The tables of WhatsApp."""

from sqlite_utils import Migrations

from daemon.infra.database import Connection

migrations = Migrations("whatsapp")


@migrations()
def create_sessions(tx: Connection) -> None:
    """Create the sessions and the sealed state of their Signal protocol."""
    tx.conn.execute(
        "CREATE TABLE wa_sessions ("
        "id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, agent_id TEXT NOT NULL, name TEXT NOT NULL, "
        "state TEXT NOT NULL, since TEXT NOT NULL, reason_code TEXT NOT NULL, "
        "method TEXT NOT NULL, wanted INTEGER NOT NULL, asked_phone TEXT, phone TEXT, lid TEXT, "
        "close_code INTEGER, restricted_until TEXT, created_at TEXT NOT NULL, "
        "UNIQUE (tenant_id, agent_id, name))"
    )
    tx.conn.execute(
        "CREATE TABLE wa_creds (session_id TEXT PRIMARY KEY REFERENCES wa_sessions (id) "
        "ON DELETE CASCADE, tenant_id TEXT NOT NULL, sealed BLOB NOT NULL)"
    )
    tx.conn.execute(
        "CREATE TABLE wa_keys (session_id TEXT NOT NULL REFERENCES wa_sessions (id) "
        "ON DELETE CASCADE, tenant_id TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, "
        "sealed BLOB NOT NULL, PRIMARY KEY (session_id, type, id)) WITHOUT ROWID"
    )


@migrations()
def create_inbox(tx: Connection) -> None:
    """Create what was decrypted (`pending`: not delivered yet) and what was sent."""
    tx.conn.execute(
        "CREATE TABLE wa_inbox (session_id TEXT NOT NULL REFERENCES wa_sessions (id) "
        "ON DELETE CASCADE, tenant_id TEXT NOT NULL, digest TEXT NOT NULL, sealed BLOB NOT NULL, "
        "pending INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (session_id, digest)) "
        "WITHOUT ROWID"
    )
    tx.conn.execute("CREATE INDEX wa_inbox_pending ON wa_inbox (session_id) WHERE pending = 1")
    tx.conn.execute("CREATE INDEX wa_inbox_at ON wa_inbox (at)")
    tx.conn.execute(
        "CREATE TABLE wa_sent (session_id TEXT NOT NULL REFERENCES wa_sessions (id) "
        "ON DELETE CASCADE, tenant_id TEXT NOT NULL, wa_message_id TEXT NOT NULL, "
        "sealed BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY (session_id, wa_message_id)) "
        "WITHOUT ROWID"
    )
    tx.conn.execute("CREATE INDEX wa_sent_at ON wa_sent (at)")
    tx.conn.execute(
        "CREATE TABLE wa_refused (id TEXT PRIMARY KEY, session_id TEXT NOT NULL "
        "REFERENCES wa_sessions (id) ON DELETE CASCADE, tenant_id TEXT NOT NULL, "
        "sealed BLOB NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL)"
    )


@migrations()
def create_polls(tx: Connection) -> None:
    """Create the polls that were sent: without its secret nobody can read the votes of a poll."""
    tx.conn.execute(
        "CREATE TABLE wa_polls (session_id TEXT NOT NULL REFERENCES wa_sessions (id) "
        "ON DELETE CASCADE, tenant_id TEXT NOT NULL, wa_message_id TEXT NOT NULL, "
        "sealed BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY (session_id, wa_message_id)) "
        "WITHOUT ROWID"
    )
    tx.conn.execute("CREATE INDEX wa_polls_at ON wa_polls (at)")
