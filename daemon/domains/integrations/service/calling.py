"""Speaks to a CRM: its own headers, safe addresses, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from daemon.domains.integrations.domain import crm
from daemon.domains.integrations.domain.crm import Connector
from daemon.infra.outbound import OutboundFailedError, OutboundRefusedError, Reply

from .desk import Desk

TIMEOUT_S = 20.0
MOST_BYTES = 4 * 1024 * 1024
EXCERPT = 600


@dataclass(frozen=True)
class Answer:
    """What came of one request."""

    status: int | None
    error: str | None
    body: bytes
    ms: int

    @property
    def done(self) -> bool:
        """Whether it was taken over there."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP

    @property
    def hopeless(self) -> bool:
        """Whether the same request would be refused again."""
        refused = self.status is not None and 300 <= self.status < 500  # noqa: PLR2004 - HTTP
        return refused and self.status not in crm.RETRIED

    @property
    def excerpt(self) -> str:
        """How the answer begins."""
        return self.body[: EXCERPT * 4].decode("utf-8", "replace").replace("\0", "")[:EXCERPT]


async def call(
    desk: Desk,
    connector: Connector,
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request with the connector's own headers; every end of it is an answer."""
    own = orjson.loads(desk.vault.open(connector.sealed, context=f"crm/{connector.id}"))
    said = {"accept": "application/json", **(headers or {}), **own}
    if body is not None:
        said = {"content-type": "application/json", **said}
    began = desk.clock.monotonic()
    reply, error = Reply(0), None
    try:
        reply = await desk.outbound.request(
            method, url, headers=said, body=body, timeout_s=TIMEOUT_S, max_bytes=MOST_BYTES
        )
    except OutboundRefusedError as refused:
        error = f"refused: {refused.reason}"
    except OutboundFailedError as failed:
        error = failed.reason.value
    ms = int((desk.clock.monotonic() - began) * 1000)
    return Answer(reply.status or None, error, reply.body, ms)
