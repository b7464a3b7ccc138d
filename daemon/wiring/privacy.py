"""A person's data, gathered from every context that holds some: to hand over, or to erase."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.audit.service import Audit
from daemon.domains.conversations.store import forgetting as talks
from daemon.domains.finance.store import forgetting as money
from daemon.domains.flows.store import forgetting as flows
from daemon.domains.integrations.store import forgetting as integrations
from daemon.domains.logs import forgetting as logs
from daemon.domains.metrics.store import forgetting as figures
from daemon.domains.notifications import forgetting as notices
from daemon.domains.privacy.erasing import Erasing
from daemon.domains.privacy.exporting import Exporting
from daemon.domains.privacy.ports import Place, Ports
from daemon.domains.privacy.register import Register
from daemon.domains.privacy.service import ERASE, EXPORT, Desk, Privacy
from daemon.domains.privacy.views import PRIVACY
from daemon.domains.reports.service import Reports
from daemon.domains.whatsapp.store.forgetting import Remains
from daemon.domains.whatsapp.store.sealed import SealedRows
from daemon.infra import forgetting as own
from daemon.infra import upgrade
from daemon.infra.database import Connection
from daemon.kernel.jobs import NewJob
from daemon.kernel.subject import Subject, Tally
from daemon.web import idempotency

from .ground import Ground
from .part import Part
from .reports import Reported

TIDY = "privacy.tidy"


async def with_privacy(
    base: Ground, reports: Awaitable[Reported], rows: SealedRows, audit: Audit
) -> list[Part]:
    """Build reports, and privacy over them: a report may hold what a person wants erased."""
    reported = await reports
    return [reported.part, await privacy(base, reported.made, rows, audit)]


async def privacy(base: Ground, reports: Reports, rows: SealedRows, audit: Audit) -> Part:
    """Build the context; what a restored backup brought back is erased again."""
    folder = base.paths.exports
    live, tenant = base.live, base.settings.tenant

    def kept_since() -> datetime | None:
        days = live.retention.logs_min_days
        return base.clock.now() - timedelta(days=days) if days else None

    def note(tx: Connection, facts: Mapping[str, Any]) -> None:
        audit.witness("privacy.erased")(tx, facts)

    desk = Desk(
        database=base.database,
        queue=base.queue,
        vault=base.vault,
        clock=base.clock,
        tenant_id=base.tenant_id,
        zone=await asyncio.to_thread(ZoneInfo, tenant.timezone),
        state=base.paths.state,
        media=base.paths.media,
        models=base.paths.models,
        exports=folder,
        copies=(upgrade.copy_path(base.paths.database),),
        register=Register(base.paths.erasures),
        keep=timedelta(days=live.retention.exports_days),
        ports=Ports(
            subject=subject,
            known_by=talks.known_by,
            in_use=talks.in_use,
            shared=shared,
            at_work=own.at_work,
            outside=outside,
            reports=reports.forget,
            pseudonym=base.ledger.ledger.contact,
            note=note,
            places=places(rows, kept_since),
        ),
        issuer=lambda: tenant.name or base.steering.brand.name,
    )
    erasing, exporting = Erasing(desk), Exporting(desk)
    base.scheduler.cron("47 4 * * *", NewJob(TIDY, key="tidy"))
    await erasing.again()
    return Part(
        {PRIVACY: Privacy(desk)},
        {EXPORT: exporting.export, ERASE: erasing.erase, TIDY: exporting.tidy},
    )


def subject(tx: Connection, contact_id: str) -> Subject | None:
    """Gather what is a contact's, with what only the contact's row ties to it."""
    person = talks.subject(tx, contact_id)
    if person is None:
        return None
    return replace(person, deals=integrations.deals(tx, contact_id))


def outside(tx: Connection, person: Subject) -> list[str]:
    """Return the systems that may have been told of a person; the box cannot erase there."""
    providers = money.outside(tx, person, flows.payments(tx, person))
    return [*integrations.outside(tx, person), *providers]


def shared(tx: Connection, words: Sequence[str]) -> set[str]:
    """Return the words that are in what others said or are called."""
    return talks.shared(tx, words) | {word for word in words if money.named(tx, word)}


def places(rows: SealedRows, kept_since: Callable[[], datetime | None]) -> list[Place]:
    """Return every place where a person's data is; the first holds the contact itself."""
    remains = Remains(rows)

    def lines(tx: Connection, _: Subject, found: Sequence[str]) -> Tally:
        return logs.forget(tx, found, kept_since())

    return [
        Place("conversations", _plain(talks.forget), told=talks.told),
        Place("satisfaction", _plain(figures.forget), told=figures.told),
        Place("flows", _plain(flows.forget), told=flows.told),
        Place("logs", lines, look=logs.look, told=logs.told),
        Place("whatsapp", remains.forget, look=remains.look),
        Place("integrations", integrations.forget, integrations.look, integrations.told),
        Place("notifications", _plain(notices.forget)),
        Place("finance", _plain(money.forget), told=money.told),
        Place("answers", _plain(idempotency.forget)),
        Place("jobs", _plain(own.forget_jobs)),
        # After all others: they may tell of what they did.
        Place("events", lambda tx, _, found: own.forget_events(tx, found), look=own.events),
    ]


def _plain(
    forget: Callable[[Connection, Subject], Tally],
) -> Callable[[Connection, Subject, Sequence[Any]], Tally]:
    return lambda tx, person, _: forget(tx, person)
