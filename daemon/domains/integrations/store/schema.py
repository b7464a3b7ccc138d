"""The tables, as small ordered steps that are never edited once released."""

from sqlite_utils import Migrations

from daemon.infra.database import Connection

migrations = Migrations("integrations")


@migrations()
def create_webhooks(tx: Connection) -> None:
    """Create endpoints, what is delivered to them, and each try."""
    tx.conn.execute(
        "CREATE TABLE webhooks (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, "
        "url TEXT NOT NULL, events TEXT NOT NULL, agent_id TEXT, include_content INTEGER NOT NULL, "
        "status TEXT NOT NULL, reason TEXT, sealed BLOB NOT NULL, since_seq INTEGER NOT NULL, "
        "failing_since TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )
    tx.conn.execute(
        "CREATE TABLE webhook_deliveries (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "webhook_id TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE, event_seq INTEGER, "
        "type TEXT NOT NULL, data TEXT NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL, "
        "attempts INTEGER NOT NULL, next_at TEXT NOT NULL, status INTEGER, error TEXT, ms INTEGER, "
        "excerpt TEXT, delivered_at TEXT, created_at TEXT NOT NULL, "
        "UNIQUE (webhook_id, event_seq))"
    )
    for name, columns in (
        ("due", "(webhook_id, next_at) WHERE state = 'pending'"),
        ("webhook", "(webhook_id, id)"),
        ("webhook_state", "(webhook_id, state, id)"),
        ("state", "(state, id)"),
        ("type", "(type, id)"),
        ("created", "(created_at)"),
    ):
        tx.conn.execute(f"CREATE INDEX webhook_deliveries_{name} ON webhook_deliveries {columns}")
    tx.conn.execute(
        "CREATE TABLE webhook_attempts (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "delivery_id TEXT NOT NULL REFERENCES webhook_deliveries(id) ON DELETE CASCADE, "
        "at TEXT NOT NULL, status INTEGER, error TEXT, ms INTEGER NOT NULL, excerpt TEXT)"
    )
    tx.conn.execute("CREATE INDEX webhook_attempts_of ON webhook_attempts (delivery_id, id)")
    tx.conn.execute(
        "CREATE TABLE integrations_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), "
        "tenant_id TEXT NOT NULL, seq INTEGER NOT NULL)"
    )


@migrations()
def create_hooks(tx: Connection) -> None:
    """Create the ways in, and who came by them; a token is kept only as its hash."""
    tx.conn.execute(
        "CREATE TABLE hooks (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, "
        "token_hash TEXT NOT NULL UNIQUE, action TEXT NOT NULL, agent_id TEXT NOT NULL, "
        "session_id TEXT, flow_id TEXT, mapping TEXT NOT NULL, sealed BLOB, status TEXT NOT NULL, "
        "created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )
    tx.conn.execute(
        "CREATE TABLE hook_hits (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "hook_id TEXT NOT NULL REFERENCES hooks(id) ON DELETE CASCADE, at TEXT NOT NULL, "
        "outcome TEXT NOT NULL, code TEXT, message_id TEXT, run_id TEXT, dedup TEXT, "
        "UNIQUE (hook_id, dedup))"
    )
    tx.conn.execute("CREATE INDEX hook_hits_of ON hook_hits (hook_id, id)")
    tx.conn.execute("CREATE INDEX hook_hits_at ON hook_hits (at)")


@migrations()
def create_deals(tx: Connection) -> None:
    """Create deals."""
    tx.conn.execute(
        "CREATE TABLE deals (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, title TEXT NOT NULL, "
        "contact_id TEXT, value_centavos INTEGER NOT NULL, currency TEXT NOT NULL, "
        "stage TEXT NOT NULL, external_id TEXT UNIQUE, created_at TEXT NOT NULL, "
        "updated_at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX deals_contact ON deals (contact_id, id)")
    tx.conn.execute("CREATE INDEX deals_stage ON deals (stage, id)")


@migrations()
def create_crm(tx: Connection) -> None:
    """Create connectors, the ids that things have over there, and what was sent."""
    tx.conn.execute(
        "CREATE TABLE crm_connectors (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "name TEXT NOT NULL, base_url TEXT NOT NULL, objects TEXT NOT NULL, "
        "header_names TEXT NOT NULL, sealed BLOB NOT NULL, auto INTEGER NOT NULL, "
        "status TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )
    tx.conn.execute(
        "CREATE TABLE crm_links (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "connector_id TEXT NOT NULL REFERENCES crm_connectors(id) ON DELETE CASCADE, "
        "kind TEXT NOT NULL, object_id TEXT NOT NULL, external_id TEXT, sent_hash TEXT, "
        "tries INTEGER NOT NULL, synced_at TEXT, UNIQUE (connector_id, kind, object_id))"
    )
    tx.conn.execute("CREATE INDEX crm_links_of ON crm_links (connector_id, id)")
    tx.conn.execute(
        "CREATE TABLE crm_log (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "connector_id TEXT NOT NULL REFERENCES crm_connectors(id) ON DELETE CASCADE, "
        "kind TEXT NOT NULL, object_id TEXT NOT NULL, action TEXT NOT NULL, "
        "outcome TEXT NOT NULL, status INTEGER, error TEXT, ms INTEGER NOT NULL, "
        "external_id TEXT, at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX crm_log_of ON crm_log (connector_id, id)")
    tx.conn.execute("CREATE INDEX crm_log_at ON crm_log (at)")


@migrations()
def create_imports(tx: Connection) -> None:
    """Create the log of files that were taken in or refused."""
    tx.conn.execute(
        "CREATE TABLE imports (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, source TEXT NOT NULL, "
        "file TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, outcome TEXT NOT NULL, "
        "error TEXT, rows INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, "
        "at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX imports_at ON imports (at)")


@migrations()
def follow_contacts(tx: Connection) -> None:
    """Let deals go along when two contacts turn out to be one, and forget one that is erased.

    The names a contact is known by move to the one that stays: that is the moment.
    """
    tx.conn.execute("CREATE INDEX crm_links_object ON crm_links (kind, object_id)")
    tx.conn.execute(
        "CREATE TRIGGER deals_follow AFTER UPDATE OF contact_id ON contact_aliases "
        "WHEN OLD.contact_id <> NEW.contact_id BEGIN "
        "UPDATE deals SET contact_id = NEW.contact_id WHERE contact_id = OLD.contact_id; END"
    )
    tx.conn.execute(
        "CREATE TRIGGER contacts_forgotten AFTER DELETE ON contacts BEGIN "
        "UPDATE deals SET contact_id = NULL WHERE contact_id = OLD.id; "
        "DELETE FROM crm_links WHERE kind = 'contact' AND object_id = OLD.id; END"
    )


@migrations()
def keep_responses(tx: Connection) -> None:
    """Keep what a CRM answered, beside what went wrong."""
    tx.conn.execute("ALTER TABLE crm_log ADD COLUMN response TEXT")


@migrations()
def create_pulls(tx: Connection) -> None:
    """Create how far each list of a CRM was read, and keep what was seen there of each thing."""
    tx.conn.execute("ALTER TABLE crm_links ADD COLUMN agreed TEXT NOT NULL DEFAULT '{}'")
    tx.conn.execute("ALTER TABLE crm_log ADD COLUMN direction TEXT NOT NULL DEFAULT 'out'")
    tx.conn.execute("ALTER TABLE crm_log ADD COLUMN lost TEXT NOT NULL DEFAULT '[]'")
    tx.conn.execute(
        "CREATE INDEX crm_links_external ON crm_links (connector_id, kind, external_id)"
    )
    tx.conn.execute(
        "CREATE TABLE crm_pulls (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "connector_id TEXT NOT NULL REFERENCES crm_connectors(id) ON DELETE CASCADE, "
        "kind TEXT NOT NULL, since TEXT, next_at TEXT NOT NULL, at TEXT, error TEXT, "
        "seen INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, "
        "skipped INTEGER NOT NULL, UNIQUE (connector_id, kind))"
    )
