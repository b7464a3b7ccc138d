"""Every table of the control plane, once, for both stores.

`{blob}`, `{time}` and `{big}` are the store's own types. `tenant_id` comes first in every primary
key of a tenant's data. The embedded store keeps CATALOGUE in one file and TENANT in a file per
tenant; PostgreSQL keeps all of it in one database, each table behind row-level security.
"""

CATALOGUE = {
    "resellers": """
        id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at {time} NOT NULL""",
    "tenants": """
        id TEXT PRIMARY KEY, reseller_id TEXT NOT NULL REFERENCES resellers (id),
        name TEXT NOT NULL, created_at {time} NOT NULL""",
    "devices": """
        tenant_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, reseller_id TEXT NOT NULL,
        status TEXT NOT NULL,
        receipt {blob} NOT NULL, clock_suspect {big} NOT NULL DEFAULT 0,
        version TEXT NOT NULL, health TEXT NOT NULL DEFAULT '{{}}',
        desired_have TEXT NOT NULL DEFAULT '', enrolled_at {time} NOT NULL,
        seen_at {time}, PRIMARY KEY (tenant_id, id)""",
    "device_keys": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, id TEXT NOT NULL,
        public_key {blob} NOT NULL UNIQUE, valid_until {time},
        PRIMARY KEY (tenant_id, device_id, id)""",
    "tokens": """
        tenant_id TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, device_id TEXT,
        public_key {blob}, answer TEXT, created_at {time} NOT NULL, expires_at {time} NOT NULL,
        PRIMARY KEY (tenant_id, hash)""",
    # A document of the platform has neither reseller nor tenant, and so on down to one box.
    "documents": """
        id TEXT PRIMARY KEY, reseller_id TEXT NOT NULL, tenant_id TEXT NOT NULL,
        device_id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        expires_days {big} NOT NULL, percent {big} NOT NULL, state TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '', created_at {time} NOT NULL, staged_at {time} NOT NULL""",
    "device_documents": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, kind TEXT NOT NULL,
        version {big} NOT NULL, source_id TEXT NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (tenant_id, device_id, kind)""",
    "api_keys": """
        id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL,
        reseller_id TEXT NOT NULL, user_id TEXT NOT NULL, created_at {time} NOT NULL,
        expires_at {time} NOT NULL""",
    "users": """
        id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        password TEXT NOT NULL, role TEXT NOT NULL, reseller_id TEXT NOT NULL,
        failures {big} NOT NULL DEFAULT 0, failed_at {time}, created_at {time} NOT NULL""",
    "office_log": """
        id TEXT PRIMARY KEY, reseller_id TEXT NOT NULL, actor TEXT NOT NULL,
        action TEXT NOT NULL, target TEXT NOT NULL, at {time} NOT NULL""",
}

TENANT = {
    "cursors": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, na_seq {big} NOT NULL DEFAULT 0,
        epoch {big} NOT NULL DEFAULT 0, PRIMARY KEY (tenant_id, device_id)""",
    "epochs": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, epoch {big} NOT NULL,
        acked {big} NOT NULL, head {blob} NOT NULL, signature {blob} NOT NULL,
        PRIMARY KEY (tenant_id, device_id, epoch)""",
    "covers": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, raw_epoch {big} NOT NULL,
        last {big} NOT NULL, head {blob} NOT NULL, PRIMARY KEY (tenant_id, device_id, raw_epoch)""",
    "rollups": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, raw_epoch {big} NOT NULL,
        first {big} NOT NULL, last {big} NOT NULL, head {blob} NOT NULL, hour {time} NOT NULL,
        epoch {big} NOT NULL, seq {big} NOT NULL,
        PRIMARY KEY (tenant_id, device_id, raw_epoch, last)""",
    "usage_hours": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, hour {time} NOT NULL,
        meter TEXT NOT NULL, quantity {big} NOT NULL,
        PRIMARY KEY (tenant_id, device_id, hour, meter)""",
    "adjustments": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, hour {time} NOT NULL,
        meter TEXT NOT NULL, quantity {big} NOT NULL, made_at {time} NOT NULL,
        PRIMARY KEY (tenant_id, device_id, hour, meter, made_at)""",
    "periods": """
        tenant_id TEXT PRIMARY KEY, closed_before {time} NOT NULL""",
    "invoices": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, period TEXT NOT NULL,
        until_epoch {big} NOT NULL, until_seq {big} NOT NULL, document TEXT NOT NULL,
        issued_at {time} NOT NULL, PRIMARY KEY (tenant_id, device_id, period)""",
    "quarantine": """
        tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, epoch {big} NOT NULL,
        seq {big} NOT NULL, reason TEXT NOT NULL, received_at {time} NOT NULL,
        PRIMARY KEY (tenant_id, device_id, epoch, seq)""",
    "audits": """
        tenant_id TEXT NOT NULL, id TEXT NOT NULL, device_id TEXT NOT NULL,
        raw_epoch {big} NOT NULL, first {big} NOT NULL, last {big} NOT NULL,
        verdict TEXT, ordered_at {time} NOT NULL, answered_at {time},
        PRIMARY KEY (tenant_id, id)""",
}

# Partitioned by time in PostgreSQL, so its key ends with the time.
EVENTS = """
    tenant_id TEXT NOT NULL, device_id TEXT NOT NULL, epoch {big} NOT NULL, seq {big} NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, at {time} NOT NULL, body {blob} NOT NULL,
    hash {blob} NOT NULL, received_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, device_id, epoch, seq, received_at)"""

# By table: what the office pages through.
INDEXES = {"devices": "reseller_id, id"}
