"""The parts of access, put together."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from config.settings import Brand, Settings
from daemon.infra.database import Database
from daemon.infra.vault import Vault
from daemon.kernel.clock import Clock

from .guard import Guard
from .keys import ApiKeys
from .passwords import Passwords
from .service import Accounts, Witness
from .sessions import Sessions
from .tokens import AccessTokens


@dataclass(frozen=True)
class AuthParts:
    """What the routes of access work with."""

    accounts: Accounts
    sessions: Sessions
    keys: ApiKeys
    guard: Guard
    passwords: Passwords
    brand: Brand
    tenant_id: str
    version: str

    @classmethod
    async def build(
        cls,
        settings: Settings,
        database: Database,
        vault: Vault,
        clock: Clock,
        *,
        version: str,
        witness: Witness | None = None,
        brand: Brand | None = None,
    ) -> Self:
        """Open the signing key and build each part. Raises VaultError when the key is wrong."""
        tenant = settings.tenant.id
        passwords = Passwords()
        access = await AccessTokens.load(
            database,
            vault,
            clock,
            tenant_id=tenant,
            life=timedelta(minutes=settings.auth.access_minutes),
        )
        sessions = Sessions(database, clock, passwords, access, settings.auth, tenant_id=tenant)
        keys = ApiKeys(database, clock, tenant_id=tenant, limit=settings.limits.api_keys)
        return cls(
            accounts=Accounts(database, clock, passwords, sessions, settings, witness=witness),
            sessions=sessions,
            keys=keys,
            guard=Guard(sessions, keys, public_url=settings.http.public_url),
            passwords=passwords,
            brand=brand or settings.brand,
            tenant_id=tenant,
            version=version,
        )

    def close(self) -> None:
        """End the threads that hash."""
        self.passwords.close()
