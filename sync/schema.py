"""The tables of the ledger and the client in the box's database."""

from typing import Any

from sqlite_utils import Migrations

migrations = Migrations("sync")


@migrations()
def ledger(tx: Any) -> None:
    """Keep two chains of events per epoch, each epoch's ends under a seal."""
    tx.conn.execute(
        """CREATE TABLE ledger_epochs (
            tenant_id TEXT NOT NULL, stream TEXT NOT NULL, epoch INTEGER NOT NULL,
            start BLOB NOT NULL, anchor_seq INTEGER NOT NULL, anchor_hash BLOB NOT NULL,
            head_seq INTEGER NOT NULL, head_hash BLOB NOT NULL, seal BLOB NOT NULL,
            opened_at TEXT NOT NULL, PRIMARY KEY (stream, epoch)
        ) STRICT"""
    )
    tx.conn.execute(
        """CREATE TABLE ledger_events (
            tenant_id TEXT NOT NULL, stream TEXT NOT NULL, epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL,
            body BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (stream, epoch, seq)
        ) STRICT, WITHOUT ROWID"""
    )
    tx.conn.execute(
        """CREATE TABLE ledger_rolled (
            tenant_id TEXT NOT NULL, raw_epoch INTEGER PRIMARY KEY, seq INTEGER NOT NULL
        ) STRICT"""
    )


@migrations()
def client(tx: Any) -> None:
    """Keep what the client knows, and the control plane's counter-signed receipts."""
    tx.conn.execute(
        """CREATE TABLE sync_state (
            tenant_id TEXT NOT NULL, name TEXT PRIMARY KEY, value BLOB NOT NULL
        ) STRICT"""
    )
    tx.conn.execute(
        """CREATE TABLE sync_receipts (
            tenant_id TEXT NOT NULL, epoch INTEGER PRIMARY KEY, acked INTEGER NOT NULL,
            head BLOB NOT NULL, receipt TEXT NOT NULL, received_at TEXT NOT NULL
        ) STRICT"""
    )
    tx.conn.execute(
        """CREATE TABLE sync_documents (
            tenant_id TEXT NOT NULL, kind TEXT PRIMARY KEY, version INTEGER NOT NULL,
            expires TEXT, document TEXT NOT NULL, received_at TEXT NOT NULL
        ) STRICT"""
    )


@migrations()
def running(tx: Any) -> None:
    """Keep what became of each document: the content in force, or why a version was refused."""
    tx.conn.execute(
        """CREATE TABLE sync_running (
            tenant_id TEXT NOT NULL, kind TEXT PRIMARY KEY, version INTEGER NOT NULL,
            state TEXT NOT NULL, reason TEXT NOT NULL, applied INTEGER, body TEXT, at TEXT NOT NULL
        ) STRICT"""
    )
