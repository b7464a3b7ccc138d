"""What the command line does, in the audit log: like what is done on the page."""

import contextlib
import getpass
import os
from collections.abc import Iterator
from typing import Any

from sqlite_utils import Migrations

from daemon.domains.audit.service import add
from daemon.domains.audit.store import migrations
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.ids import new_id
from daemon.web.acts import Deed
from daemon.web.auth import Identity

from .site import Site

DONE, FAILED = 200, 500


@contextlib.contextmanager
def acting(
    site: Site, act: str, *steps: Migrations, about: str | None = None, **facts: Any
) -> Iterator[Connection]:
    """Write to the database; the entry is in the same transaction: both happen or neither."""
    with site.writing(*steps, migrations) as tx:
        yield tx
        write(tx, site, act, status=DONE, about=about, **facts)


@contextlib.contextmanager
def announced(site: Site, act: str, *, about: str | None = None, **facts: Any) -> Iterator[None]:
    """Do what no transaction covers (files): the entry is written before it, how it went after.

    A box without a database yet has no audit log to write to: nothing of it exists.
    """
    if not site.paths.database.exists():
        yield
        return
    with site.writing(migrations) as tx:
        number = write(tx, site, act, status=None, about=about, **facts)
    status = FAILED
    try:
        yield
        status = DONE
    finally:
        with site.writing(migrations) as tx:
            _row(tx, site, Deed(act=act, who=None), stage="outcome", number=number, status=status)


def write(
    tx: Connection, site: Site, act: str, *, status: int | None, about: str | None, **facts: Any
) -> str:
    """Write an act of this command; returns its number."""
    name = os.environ.get("SUDO_USER") or _login()
    who = Identity(site.tenant, f"uid:{os.getuid()}", "owner", name)
    deed = Deed(act=act, who=who, object=about, address="local")
    return _row(tx, site, deed, stage="act", number=new_id(), status=status, **facts)


def _row(
    tx: Connection,
    site: Site,
    deed: Deed,
    *,
    stage: str,
    number: str,
    status: int | None,
    **facts: Any,
) -> str:
    add(
        tx,
        deed,
        stage=stage,
        act_id=number,
        at=stamp(site.clock.now()),
        tenant_id=site.tenant,
        status=status,
        facts=facts,
        who_kind="cli",
    )
    return number


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return ""
