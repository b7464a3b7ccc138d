"""The store's contract: both stores keep it, and the same tests prove it of both."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sync.central.intake import Intake
from sync.central.report import Facts, facts_of

VERSION = re.compile(r"[\w.+-]{1,64}\Z", re.ASCII)


@dataclass(frozen=True)
class Scope:
    """Who asks: the platform, a reseller, or a tenant; nothing outside it is seen or written."""

    level: str
    reseller_id: str = ""
    tenant_id: str = ""


PLATFORM = Scope("platform")


class StoreAwayError(Exception):
    """The store cannot be reached or written now; nothing is wrong with what was asked."""


def folded(text: str) -> str:
    """Return a text as it is searched: small letters, no accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@dataclass(frozen=True)
class Device:
    """An enrolled box, as a request finds it."""

    id: str
    tenant_id: str
    status: str
    receipt: bytes
    clock_suspect: bool
    keys: dict[str, bytes]
    rotate: bool = False  # it is to change its key
    move: str = ""  # it is to re-enrol with another tenant


@dataclass(frozen=True)
class Audit:
    """Raw events that a box was asked to show."""

    id: str
    device_id: str
    raw_epoch: int
    first: int
    last: int


@dataclass(frozen=True)
class Report:
    """What a box says of itself with a batch."""

    health: dict[str, Any]
    have: str

    @property
    def version(self) -> str | None:
        """The version it says it runs, if what it says can be one."""
        version = self.health.get("version")
        return version if isinstance(version, str) and VERSION.match(version) else None

    @property
    def facts(self) -> Facts:
        """What the fleet is listed and counted by."""
        return facts_of(self.health)


@dataclass(frozen=True)
class Applied:
    """What became of a batch. `code` is None when the box may go on from `acked`."""

    code: str | None
    epoch: int
    acked: int
    head: bytes
    stored: int = 0
    quarantined: int = 0
    last_seq: int = 0
    present: int = 0
    audit: Audit | None = None


@dataclass(frozen=True)
class NewDevice:
    """What enrolment binds together in one transaction."""

    token_hash: str
    tenant_id: str
    device_id: str
    key_id: str
    public_key: bytes
    version: str
    receipt: bytes
    answer: str
    at: datetime
    moved_from: str = ""  # the tenant it belonged to, if it is moved


@dataclass(frozen=True)
class Token:
    """An enrolment token; only its hash is stored."""

    tenant_id: str
    expires_at: datetime
    device_id: str | None = None
    public_key: bytes | None = None
    answer: str | None = None
    bound_device: str = ""  # only this box may use it


@dataclass(frozen=True)
class Covered:
    """A counted roll-up."""

    hour: datetime
    first: int
    last: int
    head: bytes
    meters: dict[str, int] = field(default_factory=dict)


class Store(Protocol):
    """Where the control plane keeps things. Each method is one transaction."""

    async def close(self) -> None:
        """Let go of files and connections."""

    async def epoch(self, device: Device) -> int:
        """Return the latest epoch a box has opened here, 0 before the first."""

    async def ready(self) -> None:
        """Raise if the store cannot be used now."""

    async def add_reseller(self, id_: str, name: str, at: datetime) -> None:
        """Add a reseller, unless there is one of that id."""

    async def add_tenant(self, id_: str, reseller_id: str, name: str, at: datetime) -> None:
        """Add a tenant of a reseller, unless there is one of that id."""

    async def add_token(self, tenant_id: str, hash_: str, at: datetime, until: datetime) -> None:
        """Add an enrolment token."""

    async def token(self, hash_: str) -> Token | None:
        """Find an enrolment token by its hash."""

    async def enroll(self, new: NewDevice) -> Token:
        """Use the token, unless it is used; return it as it is afterwards."""

    async def device(self, device_id: str, now: datetime) -> Device | None:
        """Find a box and the keys it may sign with now."""

    async def take_seq(self, device: Device, seq: int) -> int | None:
        """Note a request's number; return the last one if it is not above it."""

    async def apply(
        self, device: Device, seq: int, intake: Intake, report: Report, now: datetime
    ) -> Applied:
        """Take a batch by the server rules: lock, compare, insert, sum, advance.

        What the box says of itself is kept too, and its oldest unanswered audit comes back.
        """

    async def add_key(
        self, device: Device, key_id: str, public_key: bytes, old_until: datetime
    ) -> bool:
        """Add a key and end the others at `old_until`; False if another box has it."""

    async def set_status(self, tenant_id: str, device_id: str, status: str) -> None:
        """Make a box `active` or `revoked`."""

    async def usage(self, tenant_id: str, device_id: str) -> dict[str, int]:
        """Return a box's sums over all hours, adjustments among them."""

    async def close_periods(self, tenant_id: str, before: datetime) -> None:
        """Close all hours before a time: what comes late for them becomes an adjustment."""

    async def order_audit(self, tenant_id: str, audit: Audit, at: datetime) -> None:
        """Ask a box for raw events with its next receipt."""

    async def open_audit(self, device: Device) -> Audit | None:
        """Return the oldest unanswered audit of a box."""

    async def covered(self, device: Device, audit: Audit) -> tuple[bytes | None, list[Covered]]:
        """Return the chain's hash before the audit (None: its start) and its roll-ups."""

    async def judge(self, device: Device, audit_id: str, verdict: str, at: datetime) -> None:
        """Close an audit."""

    async def verdicts(self, tenant_id: str) -> dict[str, str | None]:
        """Return the audits of a tenant and how they ended."""

    async def quarantined(self, tenant_id: str, device_id: str) -> dict[int, str]:
        """Return the numbers of odd events and why they were put aside."""

    async def query(
        self, scope: Scope, sql: str, *values: Any, tenant: str | None = None
    ) -> list[dict[str, Any]]:
        """Run one statement of the office, with `$n` for values; `tenant` names whose data.

        PostgreSQL enforces the scope; every statement states it too, for the store that cannot.
        """

    async def batch(
        self, scope: Scope, statements: Sequence[tuple[str, Sequence[Any]]]
    ) -> list[list[dict[str, Any]]]:
        """Run statements of the catalogue in one transaction: all of them, or none."""

    async def maintain(self, now: datetime) -> None:
        """Make room ahead, and drop events past thirteen months."""
