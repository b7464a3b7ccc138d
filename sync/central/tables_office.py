"""The second step of the schema: fleet columns, operations, plans, subscriptions and invoices.

All of it lies in the catalogue of the embedded store, because the office asks across tenants; a
row of the platform has no reseller. As in `tables`, `{time}` and `{big}` are the store's own types.
"""

OFFICE = {
    "reseller_settings": """
        reseller_id TEXT PRIMARY KEY, zone TEXT NOT NULL, silent_hours {big} NOT NULL,
        alert_emails TEXT NOT NULL, webhook_url TEXT NOT NULL, webhook_secret TEXT NOT NULL,
        notify_from TEXT NOT NULL, changed_at {time} NOT NULL""",
    # What happened to a box, beside what its own chain tells; rows are never changed.
    "device_history": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, id TEXT NOT NULL,
        reseller_id TEXT NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,
        facts TEXT NOT NULL, at {time} NOT NULL, PRIMARY KEY (tenant_id, device_id, id)""",
    "moves": """
        tenant_id TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL,
        reseller_id TEXT NOT NULL, to_tenant TEXT NOT NULL, to_reseller TEXT NOT NULL,
        actor TEXT NOT NULL, ordered_at {time} NOT NULL, done_at {time}, cancelled_at {time},
        PRIMARY KEY (tenant_id, id)""",
    "alerts": """
        tenant_id TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL,
        reseller_id TEXT NOT NULL, kind TEXT NOT NULL, severity TEXT NOT NULL,
        state TEXT NOT NULL, facts TEXT NOT NULL, opened_at {time} NOT NULL,
        acked_at {time}, acked_by TEXT, resolved_at {time}, notified_at {time},
        PRIMARY KEY (tenant_id, id)""",
    "plans": """
        id TEXT PRIMARY KEY, reseller_id TEXT NOT NULL, tier TEXT NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, wholesale_plan_id TEXT NOT NULL, archived {big} NOT NULL,
        created_at {time} NOT NULL""",
    "plan_versions": """
        plan_id TEXT NOT NULL REFERENCES plans (id), effective_from TEXT NOT NULL,
        reseller_id TEXT NOT NULL, currency TEXT NOT NULL, period_months {big} NOT NULL,
        base_centavos {big} NOT NULL, meters TEXT NOT NULL, created_at {time} NOT NULL,
        PRIMARY KEY (plan_id, effective_from)""",
    # Append-only: what a tenant subscribes to is its last row.
    "subscription_moves": """
        tenant_id TEXT NOT NULL, seq {big} NOT NULL, id TEXT NOT NULL UNIQUE,
        reseller_id TEXT NOT NULL, on_day TEXT NOT NULL, kind TEXT NOT NULL,
        plan_id TEXT NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL,
        created_at {time} NOT NULL, PRIMARY KEY (tenant_id, seq)""",
    "tenant_invoices": """
        tenant_id TEXT NOT NULL, period TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
        reseller_id TEXT NOT NULL, number TEXT NOT NULL, currency TEXT NOT NULL,
        total_centavos {big} NOT NULL, cost_centavos {big} NOT NULL, document TEXT NOT NULL,
        late_until_at {time} NOT NULL, issued_at {time} NOT NULL,
        PRIMARY KEY (tenant_id, period)""",
    "blobs": """
        sha256 TEXT NOT NULL, reseller_id TEXT NOT NULL, name TEXT NOT NULL,
        bytes {big} NOT NULL, created_at {time} NOT NULL, PRIMARY KEY (sha256, reseller_id)""",
}

ALTERATIONS = (
    "ALTER TABLE tenants ADD COLUMN folded TEXT NOT NULL DEFAULT ''",
    "UPDATE tenants SET folded = lower(name)",
    "ALTER TABLE devices ADD COLUMN label TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE devices ADD COLUMN condition TEXT NOT NULL DEFAULT 'ok'",
    "ALTER TABLE devices ADD COLUMN whatsapp TEXT NOT NULL DEFAULT 'none'",
    "ALTER TABLE devices ADD COLUMN model TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE devices ADD COLUMN queue_age_s {big}",
    "ALTER TABLE devices ADD COLUMN disk_free_percent {big}",
    "ALTER TABLE devices ADD COLUMN queue_p95_ms {big}",
    "ALTER TABLE devices ADD COLUMN unanswered {big}",
    "ALTER TABLE devices ADD COLUMN licence_ends_at {time}",
    "ALTER TABLE devices ADD COLUMN wanted_version TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE devices ADD COLUMN wanted_at {time}",
    "ALTER TABLE devices ADD COLUMN rotate_at {time}",
    "ALTER TABLE devices ADD COLUMN move_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE devices ADD COLUMN forked_at {time}",
    "ALTER TABLE devices ADD COLUMN quarantined_at {time}",
    "ALTER TABLE tokens ADD COLUMN bound_device TEXT NOT NULL DEFAULT ''",
)

# The third step.
LANGUAGE = ("ALTER TABLE reseller_settings ADD COLUMN language TEXT NOT NULL DEFAULT 'pt-BR'",)

# The fleet is paged by each of these, all of it and within a reseller. The last two serve the map:
# every column it counts by, in the order it groups by, so that nothing is sorted and the boxes'
# long reports are not read.
FLEET_INDEXES = (
    "CREATE INDEX devices_seen ON devices (seen_at, id)",
    "CREATE INDEX devices_sold_seen ON devices (reseller_id, seen_at, id)",
    "CREATE INDEX devices_version ON devices (version, id)",
    "CREATE INDEX devices_label ON devices (label, id)",
    "CREATE INDEX devices_condition ON devices (condition, id) WHERE condition <> 'ok'",
    "CREATE INDEX devices_whatsapp ON devices (whatsapp, id) WHERE whatsapp <> 'working'",
    "CREATE INDEX devices_licence ON devices (licence_ends_at, id)",
    (
        "CREATE INDEX devices_map ON devices (reseller_id, status, condition, whatsapp, version, "
        "model, licence_ends_at, seen_at)"
    ),
    "CREATE INDEX devices_cells ON devices (reseller_id, tenant_id, status, condition, seen_at)",
)
INDEXES = (
    *FLEET_INDEXES,
    "CREATE INDEX device_history_paged ON device_history (device_id, id)",
    "CREATE INDEX moves_open ON moves (device_id) WHERE done_at IS NULL AND cancelled_at IS NULL",
    "CREATE UNIQUE INDEX alerts_live ON alerts (device_id, kind, id) WHERE state <> 'resolved'",
    "CREATE INDEX alerts_paged ON alerts (reseller_id, id)",
    "CREATE INDEX alerts_id ON alerts (id)",
    "CREATE INDEX alerts_unsent ON alerts (reseller_id) WHERE notified_at IS NULL",
    "CREATE INDEX plans_sold ON plans (reseller_id, id)",
    "CREATE INDEX subscription_moves_sold ON subscription_moves (reseller_id, tenant_id, seq)",
    "CREATE INDEX tenant_invoices_sold ON tenant_invoices (reseller_id, period, tenant_id)",
    "CREATE INDEX tenants_sold ON tenants (reseller_id, id)",
)
