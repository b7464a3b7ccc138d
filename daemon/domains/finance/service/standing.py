"""The terms as they stand right now: read at the start, changed over the API, secrets sealed."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import orjson
from pydantic import SecretStr

from daemon.domains.finance.domain.terms import Rung, Terms, checked
from daemon.domains.finance.store import terms as store
from daemon.infra.database import Connection, Database

SECRETS = frozenset({"provider_key", "webhook_token"})
CONTEXT = "finance/terms"


class Seal(Protocol):
    """What keeps secrets from whoever copies the file."""

    def seal(self, data: bytes, *, context: str) -> bytes:
        """Encrypt."""
        ...

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt."""
        ...


class Standing:
    """`now` is what applies. The box's own settings are below whatever was set."""

    def __init__(self, base: Terms | None = None, seal: Seal | None = None) -> None:
        self._base = self.now = base or Terms()
        self._seal = seal

    async def load(self, database: Database, tenant_id: str) -> Terms:
        """Read what was set; from now on it applies."""

        def query(tx: Connection) -> Terms:
            return _on(self._base, *self._read(tx, tenant_id))

        self.now = await database.read(query)
        return self.now

    def change(self, tx: Connection, tenant_id: str, values: dict[str, Any], at: datetime) -> None:
        """Write down a change; it applies once it is loaded.

        A value of None goes back to the box's own setting. Raises BadInputError naming the field.
        """
        chosen, secrets = self._read(tx, tenant_id)
        for name, value in values.items():
            kept = secrets if name in SECRETS else chosen
            kept.pop(name, None)
            if value is not None:
                kept[name] = value
        checked(_on(self._base, chosen, secrets))
        sealed = None
        if secrets and self._seal is not None:
            sealed = self._seal.seal(orjson.dumps(secrets), context=CONTEXT)
        store.write(tx, tenant_id, orjson.dumps(chosen).decode(), sealed, at)

    def _read(self, tx: Connection, tenant_id: str) -> tuple[dict[str, Any], dict[str, str]]:
        text, sealed = store.read(tx, tenant_id)
        secrets: dict[str, str] = {}
        if sealed is not None and self._seal is not None:
            secrets = orjson.loads(self._seal.open(sealed, context=CONTEXT))
        return orjson.loads(text), secrets


def _on(base: Terms, chosen: dict[str, Any], secrets: dict[str, str]) -> Terms:
    values = dict(chosen)
    if "rungs" in values:
        values["rungs"] = tuple(Rung(one["days"], one["text"]) for one in values["rungs"])
    for name in ("cancel_after_days", "grace_days"):  # -1 stands for "never", which null is not
        if values.get(name) == -1:
            values[name] = None
    values |= {name: SecretStr(one) for name, one in secrets.items()}
    return replace(base, **values)
