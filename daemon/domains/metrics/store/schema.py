"""The tables, as small ordered steps that are never edited once released.

Hours are numbers since 1970 (UTC): a sum by local day or hour is arithmetic over an index range.
"""

from sqlite_utils import Migrations

from daemon.infra.database import Connection

migrations = Migrations("metrics")


@migrations()
def create_cursor(tx: Connection) -> None:
    """Create the mark of how far the event log has been read."""
    tx.conn.execute(
        "CREATE TABLE metrics_cursor (tenant_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) "
        "WITHOUT ROWID"
    )


@migrations()
def create_answers(tx: Connection) -> None:
    """Create the answers without their words: traces are forgotten sooner than figures."""
    tx.conn.execute(
        "CREATE TABLE metrics_answers (trace_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, conversation_id TEXT, hour INTEGER NOT NULL, "
        "channel TEXT NOT NULL, mode TEXT NOT NULL, tokens_in INTEGER NOT NULL, "
        "tokens_out INTEGER NOT NULL) WITHOUT ROWID"
    )
    tx.conn.execute("CREATE INDEX metrics_answers_hour ON metrics_answers (agent_id, hour)")


@migrations()
def create_cases(tx: Connection) -> None:
    """Create the cases."""
    tx.conn.execute(
        "CREATE TABLE metrics_cases (conversation_id TEXT NOT NULL, started_at TEXT NOT NULL, "
        "tenant_id TEXT NOT NULL, agent_id TEXT NOT NULL, "
        "hour INTEGER NOT NULL, ended_at TEXT NOT NULL, answers INTEGER NOT NULL, "
        "refusals INTEGER NOT NULL, replied INTEGER NOT NULL, contained INTEGER NOT NULL, "
        "deflected INTEGER NOT NULL, handed_over INTEGER NOT NULL, first_response_s REAL, "
        "resolution_s REAL, lot INTEGER NOT NULL, "
        "PRIMARY KEY (conversation_id, started_at)) WITHOUT ROWID"
    )
    tx.conn.execute("CREATE INDEX metrics_cases_hour ON metrics_cases (agent_id, hour)")
    tx.conn.execute(
        "CREATE INDEX metrics_cases_times ON metrics_cases "
        "(tenant_id, lot, hour, agent_id, first_response_s, resolution_s)"
    )


@migrations()
def create_slots(tx: Connection) -> None:
    """Create the roll-up by hour of the week (UTC), over blocks of thirteen weeks."""
    tx.conn.execute(
        "CREATE TABLE metrics_slots (tenant_id TEXT NOT NULL, block INTEGER NOT NULL, "
        "slot INTEGER NOT NULL, agent_id TEXT NOT NULL, received INTEGER NOT NULL, "
        "cases INTEGER NOT NULL, PRIMARY KEY (tenant_id, block, slot, agent_id)) WITHOUT ROWID"
    )


@migrations()
def create_hours(tx: Connection) -> None:
    """Create the roll-ups by hour and by day (24 hours UTC), each by agent."""
    for table, unit in (("metrics_hours", "hour"), ("metrics_days", "day")):
        tx.conn.execute(
            f"CREATE TABLE {table} (tenant_id TEXT NOT NULL, {unit} INTEGER NOT NULL, "
            "agent_id TEXT NOT NULL, received INTEGER NOT NULL, bot INTEGER NOT NULL, "
            "phone INTEGER NOT NULL, operator INTEGER NOT NULL, failed INTEGER NOT NULL, "
            "answers INTEGER NOT NULL, refusals INTEGER NOT NULL, asked INTEGER NOT NULL, "
            "tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, "
            "chat_tokens INTEGER NOT NULL, cases INTEGER NOT NULL, replied INTEGER NOT NULL, "
            "contained INTEGER NOT NULL, deflected INTEGER NOT NULL, "
            f"handed_over INTEGER NOT NULL, PRIMARY KEY (tenant_id, {unit}, agent_id)) "
            "WITHOUT ROWID"
        )


@migrations()
def measure_work(tx: Connection) -> None:
    """Keep how long answers took to make; figures that exist are derived again."""
    tx.conn.execute("ALTER TABLE metrics_answers ADD COLUMN work_ms INTEGER NOT NULL DEFAULT 0")
    for table in ("metrics_hours", "metrics_days"):
        tx.conn.execute(f"ALTER TABLE {table} ADD COLUMN work_ms INTEGER NOT NULL DEFAULT 0")
    tx.conn.execute("DELETE FROM metrics_cursor")


@migrations()
def create_ratings(tx: Connection) -> None:
    """Create what customers answer when they are asked how they were served."""
    tx.conn.execute(
        "CREATE TABLE metrics_ratings (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, conversation_id TEXT NOT NULL, language TEXT NOT NULL, "
        "hour INTEGER NOT NULL, asked_at TEXT NOT NULL, answered_at TEXT, score INTEGER, "
        "comment TEXT) WITHOUT ROWID"
    )
    tx.conn.execute(
        "CREATE INDEX metrics_ratings_hour ON metrics_ratings"
        " (tenant_id, hour, id, agent_id, score)"
    )
    tx.conn.execute("CREATE INDEX metrics_ratings_chat ON metrics_ratings (conversation_id, id)")


@migrations()
def create_meanings(tx: Connection) -> None:
    """Keep which refused questions mean the same, and what that is as a vector."""
    tx.conn.execute(
        "CREATE TABLE metrics_topics (trace_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "topic TEXT NOT NULL) WITHOUT ROWID"
    )
    tx.conn.execute(
        "CREATE TABLE metrics_leaders (tenant_id TEXT NOT NULL, topic TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (tenant_id, topic)) "
        "WITHOUT ROWID"
    )
