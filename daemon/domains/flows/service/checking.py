"""Checks drafts against the box: other flows, files, the calendar."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.flows.domain.checks import Checked
from daemon.domains.flows.store import flows, secrets
from daemon.infra.database import Connection


class Checking:
    """Says what is wrong with a draft, and when a schedule is next."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def check(self, tx: Connection, draft: Mapping[str, Any], *, own: str | None = None) -> Checked:
        """Return what is wrong, and the graph if nothing is. A flow may jump to itself (`own`)."""
        known = frozenset(secrets.names(tx, own)) if own is not None else frozenset[str]()
        return Checked(
            draft,
            secret=known.__contains__,
            flow=lambda flow_id: flow_id == own or flows.live(tx, flow_id) is not None,
            file=lambda file_id: flows.file(tx, file_id) is not None,
            cron=self.knows_cron,
        )

    def knows_cron(self, cron: str) -> bool:
        """Say whether a schedule can be read and ever comes."""
        return self.next_time(cron, datetime.now(self._zone)) is not None

    def next_time(self, cron: str, after: datetime) -> datetime | None:
        """Return when a schedule is next after a moment, in the tenant's time zone."""
        from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - only for schedules

        try:
            trigger = CronTrigger.from_crontab(cron, timezone=self._zone)
        except ValueError:
            return None
        found: datetime | None = trigger.get_next_fire_time(None, after)
        return found
