"""The key that signs access tokens."""

from datetime import timedelta
from pathlib import Path

import pytest

from daemon.domains.auth.store.schema import migrations
from daemon.domains.auth.tokens import AccessTokens, Claims
from daemon.infra.database import Database
from daemon.infra.vault import Vault, VaultKeyWrongError
from daemon.kernel.clock import Clock

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
CLAIMS = Claims("acme", "user", "session")


async def load(db: Database, *keys: bytes) -> AccessTokens:
    life = timedelta(minutes=15)
    return await AccessTokens.load(db, Vault(keys), Clock(), tenant_id="acme", life=life)


async def test_a_new_vault_key_takes_over_and_no_session_ends(tmp_path: Path) -> None:
    db = await Database.open(tmp_path / "auth.db", [migrations])
    token = (await load(db, OLD)).issue(CLAIMS)

    await load(db, NEW, OLD)  # the start after `nextagent rotate-key`

    assert (await load(db, NEW)).verify(token) == CLAIMS
    await db.close()


async def test_a_wrong_vault_key_stops_the_start_and_signs_nothing(tmp_path: Path) -> None:
    db = await Database.open(tmp_path / "auth.db", [migrations])
    await load(db, OLD)

    with pytest.raises(VaultKeyWrongError):
        await load(db, NEW)

    assert await load(db, OLD)
    await db.close()
