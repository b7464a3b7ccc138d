"""The audit log, and the lines of security that it leaves in the operators' log."""

from datetime import timedelta

from config.settings import Retention
from daemon.domains.audit.routes import AUDIT
from daemon.domains.audit.service import Audit
from daemon.domains.logs.service import Keeping, Logs
from daemon.infra.database import Connection
from daemon.web.acts import Deed

from .ground import Ground
from .part import Part

ACCESS = ("auth.", "audit.")
REFUSED = 400


def auditing(base: Ground, logs: Logs) -> Audit:
    """Build the trail; acts of access, and what a role did not allow, show in the log, too."""

    def told(tx: Connection, deed: Deed, number: str, status: int) -> None:
        if not deed.act.startswith(ACCESS) and status not in {401, 403}:
            return
        logs.record(
            tx,
            agent_id=None,
            level="info" if status < REFUSED else "warning",
            kind="security",
            event=deed.act.replace(".", "_"),
            facts={"audit_id": number, "status": status},
        )

    timezone = base.settings.tenant.timezone
    trail = Audit(base.database, base.clock, base.tenant_id, timezone, told=told)
    logs.witnessed_by(trail.witness)
    return trail


def kept(retention: Retention) -> Keeping:
    """Return how long lines of the log must be kept."""
    return Keeping(
        ordinary=timedelta(days=retention.logs_min_days),
        security=timedelta(days=retention.security_days),
    )


def audit(trail: Audit) -> Part:
    """Return what the routes need."""
    return Part({AUDIT: trail})
