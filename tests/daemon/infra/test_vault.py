"""The vault: what it seals opens here and nowhere else, and a wrong key says so."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.infra.vault import (
    SealBrokenError,
    Vault,
    VaultKeyBadError,
    VaultKeyMissingError,
    VaultKeyUnsafeError,
    VaultKeyWrongError,
    rotate_key,
)

KEY = bytes(range(32))


@given(data=st.binary(max_size=4096), context=st.text(max_size=50))
def test_what_is_sealed_opens_again(data: bytes, context: str) -> None:
    vault = Vault([KEY])

    sealed = vault.seal(data, context=context)

    assert vault.open(sealed, context=context) == data
    assert len(data) < 8 or data not in sealed


def test_a_secret_does_not_open_in_another_place() -> None:
    sealed = Vault([KEY]).seal(b"canary", context="whatsapp.keys")

    with pytest.raises(SealBrokenError, match=r"auth\.jwt"):
        Vault([KEY]).open(sealed, context="auth.jwt")


def test_every_changed_bit_and_every_cut_is_detected() -> None:
    vault = Vault([KEY])
    sealed = vault.seal(b"canary", context="c")

    for position in range(len(sealed) * 8):
        broken = bytearray(sealed)
        broken[position // 8] ^= 1 << position % 8
        with pytest.raises((SealBrokenError, VaultKeyWrongError)):
            vault.open(bytes(broken), context="c")
    for length in range(len(sealed)):
        with pytest.raises((SealBrokenError, VaultKeyWrongError)):
            vault.open(sealed[:length], context="c")


def test_the_first_start_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "state" / "nextagent.key"

    sealed = Vault.load(path, fresh=True).seal(b"canary", context="c")

    assert path.stat().st_mode & 0o777 == 0o600
    assert Vault.load(path, fresh=False).open(sealed, context="c") == b"canary"
    assert [file.name for file in path.parent.iterdir()] == ["nextagent.key"]


def test_a_lost_key_is_not_replaced_when_there_is_data(tmp_path: Path) -> None:
    with pytest.raises(VaultKeyMissingError, match="backup") as caught:
        Vault.load(tmp_path / "nextagent.key", fresh=False)

    assert not (tmp_path / "nextagent.key").exists()
    assert "sumiu" in caught.value.text("pt-BR")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o602])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "nextagent.key"
    Vault.load(path, fresh=True)
    path.chmod(mode)

    with pytest.raises(VaultKeyUnsafeError, match="chmod 600"):
        Vault.load(path, fresh=False)


def test_a_wrong_key_names_both_keys(tmp_path: Path) -> None:
    path = tmp_path / "nextagent.key"
    ours, theirs = Vault.load(path, fresh=True), Vault([KEY])

    with pytest.raises(VaultKeyWrongError) as caught:
        ours.open(theirs.seal(b"canary", context="c"), context="c")

    assert theirs.key_id in str(caught.value)
    assert ours.key_id in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"not a key\n", b"c2hvcnQ=\n", KEY + KEY])
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "nextagent.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(VaultKeyBadError):
        Vault.load(path, fresh=True)


def test_after_a_rotation_old_secrets_open_and_new_ones_use_the_new_key(tmp_path: Path) -> None:
    path = tmp_path / "nextagent.key"
    before = Vault.load(path, fresh=True)
    sealed = before.seal(b"canary", context="c")

    new_id = rotate_key(path)
    after = Vault.load(path, fresh=False)

    assert after.key_id == new_id != before.key_id
    assert after.open(sealed, context="c") == b"canary"
    assert not after.is_current(sealed)
    assert after.is_current(after.seal(b"canary", context="c"))
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_systemd_credential_comes_before_the_file(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "nextagent.key").write_bytes(KEY)
    path = tmp_path / "nextagent.key"
    sealed_before = Vault.load(path, fresh=True).seal(b"canary", context="c")

    vault = Vault.load(path, fresh=False, credentials=str(credentials))

    assert vault.key_id == Vault([KEY]).key_id
    assert vault.open(sealed_before, context="c") == b"canary"


def test_with_a_credential_no_key_file_is_made(tmp_path: Path) -> None:
    (tmp_path / "nextagent.key").write_bytes(KEY)

    Vault.load(tmp_path / "state.key", fresh=True, credentials=str(tmp_path))

    assert not (tmp_path / "state.key").exists()


def test_thousands_of_small_secrets_are_sealed_in_a_second() -> None:
    vault, data = Vault([KEY]), os.urandom(256)
    started = time.process_time()

    for _ in range(5_000):
        vault.open(vault.seal(data, context="whatsapp.keys"), context="whatsapp.keys")

    assert time.process_time() - started < 1.0
