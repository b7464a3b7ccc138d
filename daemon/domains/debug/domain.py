"""A check of one part of an agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from daemon.kernel.errors import NotFoundError


@dataclass(frozen=True)
class Check:
    """One part: whether it is well, and the facts behind that."""

    name: str
    ok: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Status:
    """All parts of an agent."""

    agent_id: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every part is well."""
        return all(check.ok for check in self.checks)


class UnknownAgentError(NotFoundError):
    """No such agent."""

    code = "agent_not_found"
    template = "There is no agent {id}."
    template_pt = "Não existe o agente {id}."
