"""Traces: kept whole, read back as they are."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from daemon.domains.conversations.domain import Passage, Trace, TraceNotFoundError
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

JSON = ("prompt", "passages", "sources", "steps")


def add(tx: Connection, tenant_id: str, trace: Trace) -> None:
    """Keep a trace."""
    answer = trace.answer
    tx.conn.execute(
        "INSERT INTO traces (id, tenant_id, agent_id, conversation_id, channel, question, answer, "
        "mode, confidence, language, model, prompt_version, prompt, passages, sources, steps, "
        "prompt_tokens, completion_tokens, offered, note, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            trace.id,
            tenant_id,
            trace.agent_id,
            trace.conversation_id,
            trace.channel,
            trace.question,
            answer.text,
            answer.how,
            answer.confidence,
            answer.language,
            answer.model,
            answer.prompt_version,
            _json([{"role": role, "content": text} for role, text in answer.prompt]),
            _json([_passage(passage) for passage in answer.passages]),
            _json([_passage(passage) for passage in answer.sources]),
            _json([asdict(step) for step in answer.steps]),
            answer.tokens.prompt,
            answer.tokens.completion,
            answer.offers,
            answer.note,
            stamp(trace.at),
        ),
    )


def get(tx: Connection, trace_id: str) -> dict[str, Any]:
    """Return a trace as JSON values; raises when there is none."""
    row = tx.conn.execute("SELECT * FROM traces WHERE id = ?", (trace_id,)).fetchone()
    if row is None:
        raise TraceNotFoundError(id=trace_id)
    return _read(row)


def last(tx: Connection, agent_id: str) -> dict[str, Any] | None:
    """Return the newest trace of an agent."""
    row = tx.conn.execute(
        "SELECT * FROM traces WHERE agent_id = ? ORDER BY id DESC LIMIT 1", (agent_id,)
    ).fetchone()
    return None if row is None else _read(row)


def asked_before(
    tx: Connection, agent_id: str, conversation_id: str, limit: int
) -> list[dict[str, Any]]:
    """Return questions and answers of a conversation of the API, oldest first."""
    found = tx.conn.execute(
        "SELECT question, answer, offered FROM traces WHERE agent_id = ? AND conversation_id = ? "
        "ORDER BY id DESC LIMIT ?",
        (agent_id, conversation_id, limit),
    )
    return [dict(row) for row in found][::-1]


def _read(row: Any) -> dict[str, Any]:
    values = dict(row)
    return {name: orjson.loads(value) if name in JSON else value for name, value in values.items()}


def _passage(passage: Passage) -> dict[str, Any]:
    return asdict(passage)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def prune(tx: Connection, before: datetime) -> int:
    """Forget traces older than a moment."""
    return int(tx.conn.execute("DELETE FROM traces WHERE at < ?", (stamp(before),)).rowcount)
