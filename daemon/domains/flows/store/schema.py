"""The tables, as small ordered steps that are never edited once released."""

from sqlite_utils import Migrations

from daemon.infra.database import Connection

migrations = Migrations("flows")


@migrations()
def create_flows(tx: Connection) -> None:
    """Create flows, their published versions, what starts them by the clock, and their files."""
    tx.conn.execute(
        "CREATE TABLE flows (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL DEFAULT '', "
        "draft TEXT NOT NULL, nodes INTEGER NOT NULL, version INTEGER, "
        "latest INTEGER NOT NULL DEFAULT 0, "
        "triggers TEXT, active INTEGER NOT NULL DEFAULT 1, "
        "created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX flows_agent ON flows (agent_id, id)")
    tx.conn.execute(
        "CREATE TABLE flow_versions (flow_id TEXT NOT NULL REFERENCES flows(id) "
        "ON DELETE CASCADE, version INTEGER NOT NULL, tenant_id TEXT NOT NULL, "
        "graph TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', published_at TEXT NOT NULL, "
        "published_by TEXT NOT NULL, PRIMARY KEY (flow_id, version)) WITHOUT ROWID"
    )
    tx.conn.execute(
        "CREATE TABLE flow_schedules (flow_id TEXT NOT NULL REFERENCES flows(id) "
        "ON DELETE CASCADE, place INTEGER NOT NULL, tenant_id TEXT NOT NULL, cron TEXT NOT NULL, "
        "contacts TEXT NOT NULL, next_at TEXT NOT NULL, PRIMARY KEY (flow_id, place)) "
        "WITHOUT ROWID"
    )
    tx.conn.execute("CREATE INDEX flow_schedules_next ON flow_schedules (next_at)")
    tx.conn.execute(
        "CREATE TABLE flow_files (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "kind TEXT NOT NULL, mime TEXT NOT NULL, name TEXT, path TEXT NOT NULL, "
        "bytes INTEGER NOT NULL, created_at TEXT NOT NULL)"
    )


@migrations()
def create_runs(tx: Connection) -> None:
    """Create runs, their history, and the counts by node. A chat runs one flow at a time."""
    tx.conn.execute(
        "CREATE TABLE flow_runs (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "flow_id TEXT NOT NULL, version INTEGER NOT NULL, graph TEXT, agent_id TEXT NOT NULL, "
        "agent_name TEXT NOT NULL, channel TEXT NOT NULL, conversation_id TEXT, "
        "contact_name TEXT, contact_phone TEXT, state TEXT NOT NULL, outcome TEXT, reason TEXT, "
        "node_id TEXT NOT NULL, variables TEXT NOT NULL, trail TEXT NOT NULL, "
        "tries INTEGER NOT NULL, step INTEGER NOT NULL, said INTEGER NOT NULL, effect TEXT, "
        "wake_at TEXT, paused_by TEXT, paused_in TEXT, payment_id TEXT, "
        "started_at TEXT NOT NULL, updated_at TEXT NOT NULL, ended_at TEXT)"
    )
    tx.conn.execute("CREATE INDEX flow_runs_flow ON flow_runs (flow_id, id)")
    tx.conn.execute("CREATE INDEX flow_runs_state ON flow_runs (flow_id, state, id)")
    tx.conn.execute("CREATE INDEX flow_runs_agent ON flow_runs (agent_id, id)")
    tx.conn.execute(
        "CREATE UNIQUE INDEX flow_runs_chat ON flow_runs (conversation_id) "
        "WHERE ended_at IS NULL AND conversation_id IS NOT NULL"
    )
    tx.conn.execute("CREATE INDEX flow_runs_chats ON flow_runs (conversation_id)")
    tx.conn.execute(
        "CREATE INDEX flow_runs_charging ON flow_runs (payment_id) WHERE payment_id IS NOT NULL "
        "AND ended_at IS NULL"
    )
    tx.conn.execute(
        "CREATE TABLE flow_steps (run_id TEXT NOT NULL REFERENCES flow_runs(id) "
        "ON DELETE CASCADE, seq INTEGER NOT NULL, tenant_id TEXT NOT NULL, at TEXT NOT NULL, "
        "node_id TEXT NOT NULL, what TEXT NOT NULL, data TEXT NOT NULL, "
        "PRIMARY KEY (run_id, seq)) WITHOUT ROWID"
    )
    tx.conn.execute(
        "CREATE TABLE flow_counts (flow_id TEXT NOT NULL, version INTEGER NOT NULL, "
        "node_id TEXT NOT NULL, tenant_id TEXT NOT NULL, entered INTEGER NOT NULL DEFAULT 0, "
        "passed INTEGER NOT NULL DEFAULT 0, abandoned INTEGER NOT NULL DEFAULT 0, "
        "PRIMARY KEY (flow_id, version, node_id)) WITHOUT ROWID"
    )


@migrations()
def create_secrets(tx: Connection) -> None:
    """Create the secrets that calls to other systems need; only sealed bytes are kept."""
    tx.conn.execute(
        "CREATE TABLE flow_secrets (flow_id TEXT NOT NULL REFERENCES flows(id) "
        "ON DELETE CASCADE, name TEXT NOT NULL, tenant_id TEXT NOT NULL, sealed BLOB NOT NULL, "
        "updated_at TEXT NOT NULL, PRIMARY KEY (flow_id, name)) WITHOUT ROWID"
    )
