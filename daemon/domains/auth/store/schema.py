"""The tables of access."""

from sqlite_utils import Migrations

from daemon.infra.database import Connection

migrations = Migrations("auth")

FIRST = """
CREATE TABLE users (
    id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, username TEXT NOT NULL, name TEXT NOT NULL,
    role TEXT NOT NULL, password_hash TEXT NOT NULL, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL, last_login_at TEXT, UNIQUE (tenant_id, username));
CREATE TABLE auth_sessions (
    id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, cookie_hash BLOB NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT);
CREATE INDEX auth_sessions_user ON auth_sessions (user_id);
CREATE INDEX auth_sessions_expiry ON auth_sessions (expires_at);
CREATE TABLE auth_refresh_tokens (
    hash BLOB PRIMARY KEY, tenant_id TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL, used_at TEXT);
CREATE INDEX auth_refresh_tokens_session ON auth_refresh_tokens (session_id);
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, prefix TEXT NOT NULL UNIQUE, hash BLOB NOT NULL,
    name TEXT NOT NULL, role TEXT NOT NULL, created_by TEXT NOT NULL, created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL, last_used_at TEXT);
CREATE TABLE auth_setup_tokens (
    hash BLOB PRIMARY KEY, tenant_id TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE auth_tries (
    id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, subject BLOB NOT NULL, at TEXT NOT NULL);
CREATE INDEX auth_tries_subject ON auth_tries (subject, at);
CREATE TABLE auth_secrets (name TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, sealed BLOB NOT NULL)
"""


@migrations()
def create_auth(tx: Connection) -> None:
    """Create users, sessions, tokens, keys and tries."""
    for statement in FIRST.split(";"):
        tx.conn.execute(statement)
