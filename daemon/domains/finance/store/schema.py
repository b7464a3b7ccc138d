"""The tables. What was issued or happened cannot be edited: triggers refuse it."""

from sqlite_utils import Migrations

from daemon.infra.database import Connection

migrations = Migrations("finance")

TABLES = (
    (
        "CREATE TABLE finance_plans (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT NOT NULL, "
        "currency TEXT NOT NULL, prices TEXT NOT NULL, entitlements TEXT NOT NULL, "
        "overage TEXT NOT NULL, trial_days INTEGER NOT NULL, status TEXT NOT NULL, "
        "created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    ),
    (
        "CREATE TABLE finance_clients (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "name TEXT NOT NULL, email TEXT, phone TEXT, document TEXT, external_id TEXT, "
        "status TEXT NOT NULL, first_paid_at TEXT, created_at TEXT NOT NULL, "
        "updated_at TEXT NOT NULL)"
    ),
    (
        "CREATE TABLE finance_subscriptions (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "client_id TEXT NOT NULL REFERENCES finance_clients, "
        "plan_id TEXT NOT NULL REFERENCES finance_plans, period TEXT NOT NULL, "
        "price INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL, "
        "started_at TEXT NOT NULL, trial_ends_at TEXT, anchor_at TEXT, run INTEGER NOT NULL, "
        "cycle INTEGER NOT NULL, period_start TEXT, period_end TEXT, cancel_at TEXT, "
        "cancel_reason TEXT, mrr INTEGER NOT NULL, next_at TEXT, updated_at TEXT NOT NULL)"
    ),
    (
        "CREATE TABLE finance_changes (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "subscription_id TEXT NOT NULL REFERENCES finance_subscriptions, client_id TEXT NOT NULL, "
        "at TEXT NOT NULL, recorded_at TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, "
        "plan_id TEXT NOT NULL, period TEXT NOT NULL, price INTEGER NOT NULL, "
        "mrr INTEGER NOT NULL, reason TEXT)"
    ),
    (
        "CREATE TABLE finance_invoices (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "kind TEXT NOT NULL, number INTEGER NOT NULL, "
        "client_id TEXT NOT NULL REFERENCES finance_clients, period TEXT NOT NULL, "
        "currency TEXT NOT NULL, issued_at TEXT NOT NULL, due_on TEXT NOT NULL, "
        "total INTEGER NOT NULL, paid INTEGER NOT NULL, credited INTEGER NOT NULL, "
        "status TEXT NOT NULL, corrects TEXT REFERENCES finance_invoices, reason TEXT, "
        "UNIQUE (kind, number))"
    ),
    (
        "CREATE TABLE finance_lines (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "key TEXT NOT NULL UNIQUE, client_id TEXT NOT NULL, subscription_id TEXT, "
        "invoice_id TEXT REFERENCES finance_invoices, kind TEXT NOT NULL, code TEXT NOT NULL, "
        "description TEXT NOT NULL, quantity INTEGER NOT NULL, unit INTEGER NOT NULL, "
        "total INTEGER NOT NULL, currency TEXT NOT NULL, at TEXT NOT NULL, from_at TEXT, "
        "until_at TEXT)"
    ),
    (
        "CREATE TABLE finance_payments (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "client_id TEXT, invoice_id TEXT REFERENCES finance_invoices, amount INTEGER NOT NULL, "
        "currency TEXT NOT NULL, method TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL, "
        "refunded_at TEXT, provider TEXT, provider_id TEXT, note TEXT)"
    ),
    (
        "CREATE TABLE finance_usage (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "subscription_id TEXT NOT NULL REFERENCES finance_subscriptions, client_id TEXT NOT NULL, "
        "meter TEXT NOT NULL, period TEXT NOT NULL, quantity INTEGER NOT NULL, "
        "at TEXT NOT NULL)"
    ),
    (
        "CREATE TABLE finance_sales (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "client_id TEXT NOT NULL REFERENCES finance_clients, subscription_id TEXT, "
        "kind TEXT NOT NULL, description TEXT NOT NULL, amount INTEGER NOT NULL, "
        "currency TEXT NOT NULL, at TEXT NOT NULL)"
    ),
    (
        "CREATE TABLE finance_kpis (period TEXT NOT NULL, tenant_id TEXT NOT NULL, "
        "currency TEXT NOT NULL, definition_version TEXT NOT NULL, figures TEXT NOT NULL, "
        "closed_at TEXT NOT NULL, PRIMARY KEY (period, currency))"
    ),
    (
        "CREATE TABLE finance_numbers (kind TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "last INTEGER NOT NULL)"
    ),
)
INDEXES = (
    "CREATE INDEX finance_plans_status ON finance_plans (status, id)",
    "CREATE INDEX finance_clients_status ON finance_clients (status, id)",
    "CREATE INDEX finance_clients_phone ON finance_clients (phone) WHERE phone IS NOT NULL",
    (
        "CREATE INDEX finance_clients_paid ON finance_clients (first_paid_at)"
        " WHERE first_paid_at IS NOT NULL"
    ),
    "CREATE INDEX finance_subscriptions_client ON finance_subscriptions (client_id, id)",
    "CREATE INDEX finance_subscriptions_status ON finance_subscriptions (status, id)",
    "CREATE INDEX finance_subscriptions_plan ON finance_subscriptions (plan_id, id)",
    (
        "CREATE INDEX finance_subscriptions_next ON finance_subscriptions (next_at)"
        " WHERE next_at IS NOT NULL"
    ),
    "CREATE INDEX finance_changes_subscription ON finance_changes (subscription_id, id)",
    "CREATE INDEX finance_changes_at ON finance_changes (at, id)",
    "CREATE INDEX finance_invoices_client ON finance_invoices (client_id, id)",
    "CREATE INDEX finance_invoices_status ON finance_invoices (status, id)",
    "CREATE INDEX finance_invoices_period ON finance_invoices (period, id)",
    "CREATE INDEX finance_invoices_issued ON finance_invoices (issued_at, id)",
    "CREATE INDEX finance_invoices_corrects ON finance_invoices (corrects, id)",
    (
        "CREATE UNIQUE INDEX finance_invoices_once ON finance_invoices"
        " (client_id, period, currency) WHERE kind = 'invoice'"
    ),
    "CREATE INDEX finance_lines_invoice ON finance_lines (invoice_id, id)",
    "CREATE INDEX finance_lines_waiting ON finance_lines (client_id, at) WHERE invoice_id IS NULL",
    "CREATE INDEX finance_payments_client ON finance_payments (client_id, id)",
    "CREATE INDEX finance_payments_invoice ON finance_payments (invoice_id, id)",
    "CREATE INDEX finance_payments_state ON finance_payments (state, id)",
    "CREATE INDEX finance_payments_at ON finance_payments (at, id)",
    (
        "CREATE INDEX finance_payments_refunded ON finance_payments (refunded_at, id)"
        " WHERE refunded_at IS NOT NULL"
    ),
    (
        "CREATE UNIQUE INDEX finance_payments_provider ON finance_payments (provider, provider_id)"
        " WHERE provider_id IS NOT NULL"
    ),
    (
        "CREATE INDEX finance_usage_subscription"
        " ON finance_usage (subscription_id, period, meter, quantity)"
    ),
    "CREATE INDEX finance_usage_period ON finance_usage (period, id)",
    "CREATE INDEX finance_sales_client ON finance_sales (client_id, id)",
    "CREATE INDEX finance_sales_at ON finance_sales (at, id)",
)
FROZEN = {
    "finance_changes": "",
    "finance_lines": " WHEN OLD.invoice_id IS NOT NULL OR NEW.total <> OLD.total"
    " OR NEW.client_id <> OLD.client_id OR NEW.at <> OLD.at",
    "finance_invoices": " WHEN NEW.total <> OLD.total OR NEW.number <> OLD.number"
    " OR NEW.client_id <> OLD.client_id OR NEW.period <> OLD.period"
    " OR NEW.issued_at <> OLD.issued_at OR NEW.due_on <> OLD.due_on",
    "finance_kpis": "",
}


@migrations()
def create_finance(tx: Connection) -> None:
    """Create everything."""
    for statement in (*TABLES, *INDEXES):
        tx.conn.execute(statement)
    for table, condition in FROZEN.items():
        for verb, when in (("UPDATE", condition), ("DELETE", "")):
            tx.conn.execute(
                f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table}{when} "
                f"BEGIN SELECT raise(ABORT, '{table} is append-only'); END"
            )


@migrations()
def create_provider(tx: Connection) -> None:
    """Remember what a provider told, and how its charges are paid."""
    tx.conn.execute("ALTER TABLE finance_payments ADD COLUMN code TEXT")
    tx.conn.execute("ALTER TABLE finance_payments ADD COLUMN url TEXT")
    tx.conn.execute(
        "CREATE TABLE finance_notices (provider TEXT NOT NULL, id TEXT NOT NULL, "
        "tenant_id TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (provider, id)) WITHOUT ROWID"
    )


@migrations()
def create_reminders(tx: Connection) -> None:
    """Remember what a client was told about an invoice."""
    tx.conn.execute(
        "CREATE TABLE finance_reminders (invoice_id TEXT NOT NULL REFERENCES finance_invoices, "
        "rung INTEGER NOT NULL, tenant_id TEXT NOT NULL, stopped INTEGER NOT NULL, "
        "at TEXT NOT NULL, PRIMARY KEY (invoice_id, rung)) WITHOUT ROWID"
    )


@migrations()
def cover_sums(tx: Connection) -> None:
    """Let the sums over years be read from the indexes alone."""
    for statement in (
        "DROP INDEX finance_invoices_issued",
        (
            "CREATE INDEX finance_invoices_issued"
            " ON finance_invoices (issued_at, id, currency, kind, total)"
        ),
        "DROP INDEX finance_payments_at",
        "CREATE INDEX finance_payments_at ON finance_payments (at, id, currency, state, amount)",
        "DROP INDEX finance_clients_paid",
        (
            "CREATE INDEX finance_clients_paid ON finance_clients (first_paid_at, id)"
            " WHERE first_paid_at IS NOT NULL"
        ),
        "DROP INDEX finance_changes_at",
        (
            "CREATE INDEX finance_changes_at"
            " ON finance_changes (at, id, client_id, subscription_id, mrr, reason)"
        ),
        (
            "CREATE INDEX finance_lines_usage ON finance_lines (invoice_id, total)"
            " WHERE kind = 'usage'"
        ),
    ):
        tx.conn.execute(statement)


@migrations()
def find_clients(tx: Connection) -> None:
    """Let a client of a file be found by its own numbers."""
    for column in ("external_id", "document"):
        tx.conn.execute(
            f"CREATE INDEX finance_clients_{column} ON finance_clients ({column})"
            f" WHERE {column} IS NOT NULL"
        )


@migrations()
def sum_usage(tx: Connection) -> None:
    """Keep the month's sums beside what was used: they can be made again from it at any time."""
    tx.conn.execute(
        "CREATE TABLE finance_used (period TEXT NOT NULL, subscription_id TEXT NOT NULL, "
        "meter TEXT NOT NULL, tenant_id TEXT NOT NULL, quantity INTEGER NOT NULL, "
        "PRIMARY KEY (period, subscription_id, meter)) WITHOUT ROWID"
    )
    tx.conn.execute(
        "INSERT INTO finance_used (period, subscription_id, meter, tenant_id, quantity) "
        "SELECT period, subscription_id, meter, min(tenant_id), sum(quantity) "
        "FROM finance_usage GROUP BY 1, 2, 3"
    )
    tx.conn.execute(
        "CREATE TRIGGER finance_usage_sum AFTER INSERT ON finance_usage BEGIN "
        "INSERT INTO finance_used (period, subscription_id, meter, tenant_id, quantity) "
        "VALUES (NEW.period, NEW.subscription_id, NEW.meter, NEW.tenant_id, NEW.quantity) "
        "ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity; END"
    )


@migrations()
def draw_on_request(tx: Connection) -> None:
    """Allow invoices beside the month's own; let dated lists be read in the order of dates."""
    for statement in (
        "ALTER TABLE finance_invoices ADD COLUMN origin TEXT NOT NULL DEFAULT 'month'",
        "DROP INDEX finance_invoices_once",
        (
            "CREATE UNIQUE INDEX finance_invoices_once ON finance_invoices"
            " (client_id, period, currency) WHERE kind = 'invoice' AND origin = 'month'"
        ),
        "CREATE INDEX finance_invoices_client_at ON finance_invoices (client_id, issued_at, id)",
        "CREATE INDEX finance_invoices_status_at ON finance_invoices (status, issued_at, id)",
        "CREATE INDEX finance_sales_client_at ON finance_sales (client_id, at, id)",
    ):
        tx.conn.execute(statement)


@migrations()
def create_terms(tx: Connection) -> None:
    """Keep what the tenant set over the API; its secrets are sealed."""
    tx.conn.execute(
        "CREATE TABLE finance_terms (tenant_id TEXT PRIMARY KEY, chosen TEXT NOT NULL, "
        "sealed BLOB, updated_at TEXT NOT NULL) WITHOUT ROWID"
    )


@migrations()
def create_warnings(tx: Connection) -> None:
    """Remember who was said to be near the end of what."""
    tx.conn.execute(
        "CREATE TABLE finance_warnings (client_id TEXT NOT NULL, meter TEXT NOT NULL, "
        "period TEXT NOT NULL, level INTEGER NOT NULL, tenant_id TEXT NOT NULL, "
        "PRIMARY KEY (client_id, meter, period, level)) WITHOUT ROWID"
    )
