"""What every area of integrations works with."""

from dataclasses import dataclass
from datetime import timedelta

from daemon.domains.integrations.ports import Ports
from daemon.infra.database import Database
from daemon.infra.outbound import Outbound
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.infra.vault import Vault
from daemon.kernel.clock import Clock
from daemon.kernel.licence import OPEN, Gate


@dataclass(frozen=True)
class Desk:
    """The box's parts, the other contexts, and the limits."""

    database: Database
    outbox: Outbox
    queue: Queue
    vault: Vault
    outbound: Outbound
    clock: Clock
    tenant_id: str
    currency: str
    ports: Ports
    limit: int = 50
    keep: timedelta = timedelta(days=30)
    gate: Gate = OPEN
