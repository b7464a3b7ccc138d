"""Chunks and their words.

Each agent has a full-text table of its own, so that how rare a word is means rare for this agent.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from daemon.infra.database import Connection

from .rows import count_of, insert_row

TITLE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT = 2.0, 1.5, 1.0


def add_chunks(
    tx: Connection, agent_id: str, rows: Iterable[tuple[dict[str, Any], tuple[str, str, str]]]
) -> None:
    """Store chunks, each with the stems of title, heading and body."""
    table = _words(tx, agent_id)
    for values, stems in rows:
        number = insert_row(tx, "chunks", values)
        tx.conn.execute(
            f"INSERT INTO {table} (rowid, title, heading, body) VALUES (?, ?, ?, ?)",
            (number, *stems),
        )


def delete_chunks(tx: Connection, agent_id: str, owner_id: str) -> list[str]:
    """Remove the chunks of a document or FAQ pair with words and vectors; return their ids."""
    rows = tx.conn.execute(
        "SELECT number, id FROM chunks WHERE owner_id = ?", (owner_id,)
    ).fetchall()
    table = _words(tx, agent_id)
    for row in rows:
        tx.conn.execute(f"DELETE FROM {table} WHERE rowid = ?", (row["number"],))
    tx.conn.execute(
        "DELETE FROM vectors WHERE chunk IN (SELECT number FROM chunks WHERE owner_id = ?)",
        (owner_id,),
    )
    tx.conn.execute("DELETE FROM chunks WHERE owner_id = ?", (owner_id,))
    return [row["id"] for row in rows]


def forget_agent(tx: Connection, agent_id: str) -> None:
    """Remove all that an agent knows."""
    tx.conn.execute(
        "DELETE FROM vectors WHERE chunk IN (SELECT number FROM chunks WHERE agent_id = ?)",
        (agent_id,),
    )
    for table in ("chunks", "documents", "faqs"):
        tx.conn.execute(f"DELETE FROM {table} WHERE agent_id = ?", (agent_id,))
    name = words_table(agent_id)
    tx.conn.execute(f"DROP TABLE IF EXISTS {name}_terms")
    tx.conn.execute(f"DROP TABLE IF EXISTS {name}")


def agents_with_chunks(tx: Connection) -> list[str]:
    """Return the agents that know something."""
    rows = tx.conn.execute("SELECT DISTINCT agent_id FROM chunks")
    return [row["agent_id"] for row in rows]


def chunk_count(tx: Connection, agent_id: str) -> int:
    """Return how many chunks an agent has."""
    return count_of(tx, "chunks", agent_id)


def languages(tx: Connection, agent_id: str) -> dict[str, int]:
    """Return how many chunks of an agent are in each language, the most common first."""
    rows = tx.conn.execute(
        "SELECT language, count(*) AS n FROM chunks WHERE agent_id = ? "
        "GROUP BY language ORDER BY n DESC",
        (agent_id,),
    )
    return {row["language"]: row["n"] for row in rows}


def keyword_hits(
    tx: Connection, agent_id: str, stems: Sequence[str], limit: int
) -> dict[str, float]:
    """Return chunk ids with their BM25 (higher is better) for any of the stems."""
    table = words_table(agent_id)
    if not stems or not _exists(tx, table):
        return {}
    rows = tx.conn.execute(
        f"SELECT c.id, -bm25({table}, ?, ?, ?) AS score FROM {table} "
        f"JOIN chunks AS c ON c.number = {table}.rowid WHERE {table} MATCH ? "
        "ORDER BY score DESC LIMIT ?",
        (TITLE_WEIGHT, HEADING_WEIGHT, BODY_WEIGHT, _any_of(stems), limit),
    )
    return {row["id"]: float(row["score"]) for row in rows}


def spread(tx: Connection, agent_id: str, stems: Sequence[str]) -> dict[str, int]:
    """Return in how many chunks of the agent each stem occurs."""
    table = words_table(agent_id)
    if not stems or not _exists(tx, table):
        return {}
    marks = ", ".join("?" * len(stems))
    rows = tx.conn.execute(
        f"SELECT term, doc FROM {table}_terms WHERE term IN ({marks})", tuple(stems)
    )
    return {row["term"]: int(row["doc"]) for row in rows}


def chunks(tx: Connection, ids: Sequence[str]) -> list[Any]:
    """Return chunks with what they belong to and their stems, in no order."""
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    return list(
        tx.conn.execute(
            "SELECT c.*, d.name, d.title, f.question, f.answer FROM chunks AS c "
            "LEFT JOIN documents AS d ON d.id = c.owner_id "
            f"LEFT JOIN faqs AS f ON f.id = c.owner_id WHERE c.id IN ({marks})",
            tuple(ids),
        )
    )


def chunk_stems(tx: Connection, agent_id: str, numbers: Sequence[int]) -> dict[int, str]:
    """Return all stems of chunks, as one text each."""
    if not numbers:
        return {}
    marks = ", ".join("?" * len(numbers))
    rows = tx.conn.execute(
        f"SELECT rowid, title, heading, body FROM {words_table(agent_id)} WHERE rowid IN ({marks})",
        tuple(numbers),
    )
    return {row["rowid"]: f"{row['title']} {row['heading']} {row['body']}" for row in rows}


def words_table(agent_id: str) -> str:
    """Return the name of the agent's full-text table."""
    return "words_" + hashlib.sha256(agent_id.encode()).hexdigest()[:24]


def _words(tx: Connection, agent_id: str) -> str:
    name = words_table(agent_id)
    if not _exists(tx, name):
        tx.conn.execute(
            f"CREATE VIRTUAL TABLE {name} USING fts5(title, heading, body, "
            "tokenize = 'unicode61 remove_diacritics 2')"
        )
        tx.conn.execute(f"CREATE VIRTUAL TABLE {name}_terms USING fts5vocab({name}, row)")
    return name


def _exists(tx: Connection, table: str) -> bool:
    row = tx.conn.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return row is not None


def _any_of(stems: Sequence[str]) -> str:
    return " OR ".join('"' + stem.replace('"', '""') + '"' for stem in stems)
