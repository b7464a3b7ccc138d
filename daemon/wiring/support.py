"""The help centre, and the sections of the diagnostics bundle of a running box."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from daemon.domains.fleet.service import Fleet
from daemon.domains.support.diagnostics import Diagnostics, Section
from daemon.domains.support.redact import masked
from daemon.domains.support.routes import DIAGNOSTICS, HELP
from daemon.domains.support.service import Help
from daemon.domains.system.service import Box

from . import diagnosing
from .ground import Ground
from .part import Part

FILMS = "help"


def support(base: Ground, box: Callable[[], Box], fleet: Callable[[], Fleet]) -> Part:
    """Build the context; `box` and `fleet` are asked only once the box runs."""
    paths, db = base.paths, base.database

    async def health() -> dict[str, Any]:
        facts = await box().overview()
        for secret in ("tenant", "parts"):
            facts.pop(secret, None)
        return {**facts, "causes": [asdict(cause) for cause in facts["causes"]]}

    async def children() -> Any:
        found = (await box().overview())["parts"]
        return {"parts": [{**one, "reason": masked(one["reason"] or "")} for one in found]}

    async def sync() -> dict[str, Any]:
        facts = asdict(await fleet().status())
        return {**facts, "tenant": facts["tenant"] is not None, "trouble": masked(facts["trouble"])}

    sections: dict[str, Section] = {
        "about": _threaded(diagnosing.about),
        "settings": _threaded(partial(diagnosing.shown_settings, base.settings)),
        "health": health,
        "children": children,
        "disk": _threaded(partial(diagnosing.disk, paths)),
        "system": _threaded(diagnosing.system),
        "database": _threaded(partial(diagnosing.database, paths.database)),
        "sync": sync,
    }
    for name, read in diagnosing.FROM_DATABASE.items():
        sections[name] = partial(db.read, read)
    helping = Help(db, base.clock, base.tenant_id, paths.media / FILMS)
    return Part({HELP: helping, DIAGNOSTICS: Diagnostics(base.clock, sections)})


def _threaded(look: Callable[[], Any]) -> Callable[[], Awaitable[Any]]:
    async def section() -> Any:
        return await asyncio.to_thread(look)

    return section
