"""The tables, as small ordered steps that are never edited once released."""

from sqlite_utils import Migrations

from daemon.infra.database import Connection

migrations = Migrations("conversations")


@migrations()
def create_contacts(tx: Connection) -> None:
    """Create contacts and the aliases they are known by (`lid:...`, `pn:...`)."""
    tx.conn.execute(
        "CREATE TABLE contacts (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT, "
        "phone TEXT, lid TEXT, created_at TEXT NOT NULL)"
    )
    tx.conn.execute(
        "CREATE TABLE contact_aliases (tenant_id TEXT NOT NULL, alias TEXT NOT NULL, "
        "contact_id TEXT NOT NULL REFERENCES contacts(id) ON DELETE CASCADE, "
        "PRIMARY KEY (tenant_id, alias)) WITHOUT ROWID"
    )
    tx.conn.execute("CREATE INDEX contact_aliases_contact ON contact_aliases (contact_id)")


@migrations()
def create_conversations(tx: Connection) -> None:
    """Create conversations: one for a contact in a session."""
    tx.conn.execute(
        "CREATE TABLE conversations (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, session_id TEXT NOT NULL, "
        "contact_id TEXT NOT NULL REFERENCES contacts(id), chat TEXT NOT NULL, "
        "owner TEXT NOT NULL DEFAULT 'bot', owner_since TEXT NOT NULL, "
        "unread INTEGER NOT NULL DEFAULT 0, offered_at TEXT, offers INTEGER NOT NULL DEFAULT 0, "
        "human_at TEXT, human_ended_at TEXT, typing_at TEXT, noticed_at TEXT, "
        "last_text TEXT, last_at TEXT, last_from_me INTEGER NOT NULL DEFAULT 0, last_author TEXT, "
        "last_kind TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, "
        "UNIQUE (session_id, contact_id))"
    )
    tx.conn.execute("CREATE INDEX conversations_recent ON conversations (updated_at, id)")
    tx.conn.execute("CREATE INDEX conversations_agent ON conversations (agent_id)")


@migrations()
def create_messages(tx: Connection) -> None:
    """Create the ledger. What WhatsApp names by one id in one chat is one row, however it comes."""
    tx.conn.execute(
        "CREATE TABLE messages (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "conversation_id TEXT NOT NULL REFERENCES conversations(id), agent_id TEXT NOT NULL, "
        "session_id TEXT NOT NULL, chat TEXT NOT NULL, wa_id TEXT NOT NULL, "
        "from_me INTEGER NOT NULL, participant TEXT NOT NULL DEFAULT '', author TEXT NOT NULL, "
        "kind TEXT NOT NULL, text TEXT NOT NULL DEFAULT '', media TEXT, extra TEXT, "
        "quoted_id TEXT, target_id TEXT, state TEXT NOT NULL, error TEXT, "
        "late INTEGER NOT NULL DEFAULT 0, edited INTEGER NOT NULL DEFAULT 0, "
        "revoked INTEGER NOT NULL DEFAULT 0, pending INTEGER NOT NULL DEFAULT 0, aside TEXT, "
        "trace_id TEXT, "
        "at TEXT NOT NULL, received_at TEXT NOT NULL, "
        "UNIQUE (session_id, conversation_id, from_me, participant, wa_id))"
    )
    tx.conn.execute("CREATE INDEX messages_thread ON messages (conversation_id, at, id)")
    tx.conn.execute("CREATE INDEX messages_wa ON messages (session_id, wa_id)")
    tx.conn.execute("CREATE INDEX messages_pending ON messages (conversation_id) WHERE pending = 1")


@migrations()
def create_traces(tx: Connection) -> None:
    """Create the traces: why each answer was given."""
    tx.conn.execute(
        "CREATE TABLE traces (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, conversation_id TEXT, channel TEXT NOT NULL, "
        "question TEXT NOT NULL, answer TEXT NOT NULL, mode TEXT NOT NULL, "
        "confidence REAL NOT NULL, language TEXT NOT NULL, model TEXT, prompt_version TEXT, "
        "prompt TEXT NOT NULL, passages TEXT NOT NULL, sources TEXT NOT NULL, "
        "steps TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, "
        "offered INTEGER NOT NULL, note TEXT, at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX traces_agent ON traces (agent_id, id)")
    tx.conn.execute("CREATE INDEX traces_conversation ON traces (conversation_id, id)")


@migrations()
def index_for_figures(tx: Connection) -> None:
    """Let an agent's messages of an hour, and the refused questions of a period, be found."""
    tx.conn.execute("CREATE INDEX messages_agent ON messages (agent_id, at)")
    tx.conn.execute("CREATE INDEX traces_refused ON traces (at) WHERE mode = 'refusal'")


@migrations()
def index_owners(tx: Connection) -> None:
    """Let conversations be counted by who has them without reading them."""
    tx.conn.execute("CREATE INDEX conversations_owner ON conversations (owner)")


@migrations()
def describe_contacts(tx: Connection) -> None:
    """Let people write things down about contacts; `named`: a person chose the name."""
    for column in (
        "named INTEGER NOT NULL DEFAULT 0",
        "email TEXT",
        "tags TEXT NOT NULL DEFAULT '[]'",
        "fields TEXT NOT NULL DEFAULT '{}'",
        "opt_in INTEGER",
        "opt_in_at TEXT",
        "updated_at TEXT",
    ):
        tx.conn.execute(f"ALTER TABLE contacts ADD COLUMN {column}")


@migrations()
def index_lists(tx: Connection) -> None:
    """Let the list of conversations be read in its order, whatever it is filtered by."""
    tx.conn.execute("DROP INDEX conversations_owner")
    tx.conn.execute("DROP INDEX conversations_agent")
    for name, columns in (
        ("conversations_owner", "owner, updated_at, id"),
        ("conversations_agent", "agent_id, updated_at, id"),
        ("conversations_agent_owner", "agent_id, owner, updated_at, id"),
    ):
        tx.conn.execute(f"CREATE INDEX {name} ON conversations ({columns})")


@migrations()
def index_for_privacy(tx: Connection) -> None:
    """Find who uses a file, what a person wrote in groups, and the oldest messages with files."""
    tx.conn.execute(
        "CREATE INDEX messages_media ON messages (json_extract(media, '$.path')) "
        "WHERE media IS NOT NULL"
    )
    tx.conn.execute("CREATE INDEX messages_with_media ON messages (id) WHERE media IS NOT NULL")
    tx.conn.execute(
        "CREATE INDEX messages_participant ON messages (participant) "
        "WHERE participant <> '' AND from_me = 0"
    )
