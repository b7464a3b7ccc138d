"""Who is asking. The decision itself belongs to the auth context; here is only its shape."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

Role = Literal["viewer", "operator", "owner"]
RANK: dict[Role, int] = {"viewer": 0, "operator": 1, "owner": 2}


@dataclass(frozen=True)
class Identity:
    """A person or a program that proved who it is, for one tenant."""

    tenant_id: str
    user_id: str
    role: Role
    name: str
    kind: Literal["user", "key"] = "user"

    def may(self, role: Role) -> bool:
        """Say whether this role includes that one."""
        return RANK[self.role] >= RANK[role]


# Answers who sent the request: None when it carries no proof; raises when the proof is bad.
Guard = Callable[[web.Request], Awaitable[Identity | None]]
