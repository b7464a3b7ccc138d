"""A stand-in for the agents that templates make, and short ways to ask."""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp.test_utils import TestClient

from daemon.domains.templates.library import shipped
from daemon.domains.templates.ports import Heard, Source
from daemon.infra.database import Connection, Database
from daemon.kernel.errors import BadInputError, NotFoundError

SHIPPED = shipped()
Client = TestClient[Any, Any]


class Agents:
    """What the ports were asked to make; it is in the database, so a rollback undoes it."""

    def __init__(self) -> None:
        self.answers: dict[str, Heard] = {}
        self.fail_at: str | None = None
        self.ready = True

    def create(
        self, tx: Connection, name: str, niche: str, instructions: str, settings: Mapping[str, Any]
    ) -> str:
        values = (name, niche, instructions, orjson.dumps(dict(settings)))
        tx.conn.execute("INSERT INTO made VALUES ('a1', ?, ?, ?, ?)", values)
        return "a1"

    def pair(self, tx: Connection, agent_id: str, question: str, answer: str) -> None:
        if question == self.fail_at:
            raise BadInputError(field="question", problem="no")
        tx.conn.execute("INSERT INTO pairs VALUES (?, ?, ?)", (agent_id, question, answer))

    def flow(self, tx: Connection, agent_id: str, name: str, graph: Mapping[str, Any]) -> str:
        tx.conn.execute("INSERT INTO drawn VALUES (?, ?, ?)", (agent_id, name, orjson.dumps(graph)))
        return "f1"

    def read(self, tx: Connection, agent_id: str) -> Source:
        self.require(tx, agent_id)
        row = tx.conn.execute("SELECT * FROM made").fetchone()
        pairs = [tuple(one)[1:] for one in tx.conn.execute("SELECT * FROM pairs")]
        return Source(row[1], row[2], row[3], "pt-BR", orjson.loads(row[4]), pairs, None)

    def require(self, tx: Connection, agent_id: str) -> None:
        if tx.conn.execute("SELECT 1 FROM made WHERE id = ?", (agent_id,)).fetchone() is None:
            raise NotFoundError(kind="agent", id=agent_id)

    async def ask(self, _: str, question: str) -> Heard:
        return self.answers.get(question, Heard("refusal", "Não sei.", [], "t0"))


async def read(response: Any, status: int = 200) -> Any:
    assert response.status == status, await response.text()
    return await response.json()


async def rows(db: Database, table: str) -> list[tuple[Any, ...]]:
    return await db.read(lambda tx: [tuple(r) for r in tx.conn.execute(f"SELECT * FROM {table}")])
