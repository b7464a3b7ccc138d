"""Connections to PostgreSQL, and what it means when there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from sync.central.store import StoreAwayError

COMMAND_TIMEOUT_S = 30.0
SET_SCOPE = (
    "SELECT set_config('app.level', $1, true), set_config('app.tenant', $2, true), "
    "set_config('app.lookup', $3, true), set_config('app.reseller', $4, true)"
)
AWAY = (
    OSError,  # among them TimeoutError
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg publishes no types
    """One of the pool. What we set, we set for a transaction: there is nothing to take back."""

    def get_reset_query(self) -> str:
        """Return what is run when a connection goes back: nothing, it costs a round trip each."""
        return ""


async def pool_of(url: str, role: str, connections: int) -> Any:
    """Return a pool that speaks as a role."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=connections,
        command_timeout=COMMAND_TIMEOUT_S,
        connection_class=Connection,
        server_settings={"role": role},
    )


@contextmanager
def reachable() -> Iterator[None]:
    """Tell a database that is away, starting or full from a mistake of ours."""
    try:
        yield
    except AWAY as error:
        if isinstance(error, ValueError):  # asyncpg's own refusal of an argument
            raise
        raise StoreAwayError(type(error).__name__) from error
