"""Tables of knowledge. SQLite is the truth: texts, stems and vectors; the index is made of it."""

from sqlite_utils import Migrations

from daemon.infra.database import Connection

migrations = Migrations("knowledge")


@migrations()
def create_knowledge(tx: Connection) -> None:
    """Create documents, FAQ pairs, their chunks and the vectors of those."""
    tx.conn.execute(
        "CREATE TABLE documents (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, mime TEXT NOT NULL, "
        "bytes INTEGER NOT NULL, pages INTEGER, chunks INTEGER NOT NULL, status TEXT NOT NULL, "
        "error TEXT, language TEXT NOT NULL, sha256 TEXT NOT NULL, created_at TEXT NOT NULL, "
        "UNIQUE (agent_id, sha256))"
    )
    tx.conn.execute(
        "CREATE TABLE faqs (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, agent_id TEXT NOT NULL, "
        "question TEXT NOT NULL, answer TEXT NOT NULL, language TEXT NOT NULL, "
        "created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX faqs_agent ON faqs (agent_id, id)")
    tx.conn.execute(
        "CREATE TABLE chunks (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
        "tenant_id TEXT NOT NULL, agent_id TEXT NOT NULL, owner_id TEXT NOT NULL, "
        "is_faq INTEGER NOT NULL, place INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL, "
        "text TEXT NOT NULL, meaning TEXT NOT NULL, language TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX chunks_owner ON chunks (owner_id, place)")
    tx.conn.execute("CREATE INDEX chunks_agent ON chunks (agent_id, number)")
    tx.conn.execute(
        "CREATE TABLE vectors (chunk INTEGER NOT NULL REFERENCES chunks (number) "
        "ON DELETE CASCADE, model TEXT NOT NULL, vector BLOB NOT NULL, "
        "PRIMARY KEY (chunk, model)) WITHOUT ROWID"
    )
    tx.conn.execute(
        "CREATE TABLE embedders (name TEXT PRIMARY KEY, spec TEXT NOT NULL, used_at TEXT NOT NULL)"
    )


@migrations()
def index_failed(tx: Connection) -> None:
    """Let the few documents that could not be read be found among many."""
    tx.conn.execute("CREATE INDEX documents_failed ON documents (status) WHERE status = 'failed'")


@migrations()
def index_list(tx: Connection) -> None:
    """Let an agent's documents be listed in their order."""
    tx.conn.execute("CREATE INDEX documents_agent ON documents (agent_id, id)")
