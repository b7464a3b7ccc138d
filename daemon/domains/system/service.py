"""The state of the whole box, gathered from callables that its parts give."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.infra.database import Database
from daemon.infra.queue import Queue, counts, listed
from daemon.kernel.clock import Clock
from daemon.kernel.errors import NotFoundError
from daemon.kernel.pages import Page

from .domain import Cause, PartState, child_cause

# Below this the box warns; below a tenth of it, it is not ready: a full disk loses nothing, but
# nothing can be taken either.
LOW_DISK = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Probes:
    """What the parts of the box can say of themselves."""

    parts: Callable[[], Sequence[PartState]]
    causes: Callable[[], Awaitable[Sequence[Cause]]]
    models: Callable[[], Awaitable[list[dict[str, Any]]]]
    facts: Callable[[], dict[str, Any]]


class Box:
    """Health, overview, and the jobs that wait for a person."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Clock,
        probes: Probes,
        *,
        state_dir: Path,
        version: str,
    ) -> None:
        self._db, self._queue, self._clock, self._probes = database, queue, clock, probes
        self._state_dir, self._version = state_dir, version
        self._started = clock.now()

    async def causes(self) -> list[Cause]:
        """Return everything that keeps the box from being ready, or deserves a look."""
        found = [cause for part in self._probes.parts() if (cause := child_cause(part))]
        found += await self._probes.causes()
        if (cause := _disk_cause(await self._free())) is not None:
            found.append(cause)
        parked = (await self._db.read(counts)).get("parked", 0)
        if parked:
            found.append(
                Cause(
                    "jobs_parked",
                    f"{parked} tarefa(s) esperam por uma pessoa.",
                    f"{parked} job(s) wait for a person.",
                    blocking=False,
                )
            )
        return found

    async def overview(self) -> dict[str, Any]:
        """Return what the start of the page shows."""
        now = self._clock.now()
        return {
            "version": self._version,
            "now": now.isoformat(),
            "uptimeSeconds": int((now - self._started).total_seconds()),
            "parts": [
                {
                    "name": part.name,
                    "state": part.state,
                    "since": part.since,
                    "reason": part.reason,
                    "restarts": part.restarts,
                }
                for part in self._probes.parts()
            ],
            "causes": await self.causes(),
            "jobs": await self._db.read(counts),
            "diskFreeBytes": await self._free(),
            "databaseBytes": await asyncio.to_thread(_size, self._db.path),
            **self._probes.facts(),
        }

    async def models(self) -> list[dict[str, Any]]:
        """Return the catalogue, with what this box can run and what it runs."""
        return await self._probes.models()

    async def jobs(self, state: str, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
        """Return the jobs of a state, newest first."""
        rows = await self._db.read(lambda tx: listed(tx, state, cursor, limit))
        return Page.of(rows, limit, key=lambda row: str(row["id"]))

    async def replay(self, number: str) -> None:
        """Give a parked job a fresh start. Raises NotFoundError when there is none."""
        if not await self._db.write(lambda tx: self._queue.replay(tx, number)):
            raise NotFoundError(kind="job", id=number)

    async def _free(self) -> int:
        return (await asyncio.to_thread(shutil.disk_usage, self._state_dir)).free


def _disk_cause(free: int) -> Cause | None:
    if free >= LOW_DISK:
        return None
    left = free // (1024 * 1024)
    return Cause(
        "disk_low",
        f"Restam só {left} MiB de disco. Libere espaço ou aumente o disco.",
        f"Only {left} MiB of disk are left. Free some space or add a larger disk.",
        blocking=free < LOW_DISK // 10,
    )


def _size(path: Path) -> int:
    """Return the bytes of the database with what its log has not handed over yet."""
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
