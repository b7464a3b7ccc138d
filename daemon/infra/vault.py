"""Secrets at rest: AES-256-GCM, one derived key per context, the root key outside the database.

The key comes from a systemd credential (`nextagent.key`) where there is one, else from a 0600
file made on the first start. A key file holds one key a line; the first one seals, all of them
open, so that a key can be replaced without touching what the old one sealed.

Sealed bytes: version (1) | key id (4) | nonce (12) | ciphertext and tag. The header and the
context are authenticated: a secret moved to another place does not open there.
"""

import base64
import binascii
import contextlib
import os
import secrets
import stat
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from daemon.kernel.errors import NextAgentError

KEY_NAME = "nextagent.key"
KEY_BYTES = 32
VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
HEADER_BYTES = 1 + KEY_ID_BYTES
OVERHEAD = HEADER_BYTES + NONCE_BYTES + 16
CACHED_CONTEXTS = 4096


class VaultError(NextAgentError):
    """The vault cannot be used, or a secret cannot be opened."""

    code = "vault_error"
    template = "The secrets vault failed."
    template_pt = "O cofre de segredos falhou."


class VaultKeyMissingError(VaultError):
    """There is data on this box, but not the key that opens its secrets."""

    code = "vault_key_missing"
    template = (
        "The key file {path} is missing, but this box already has data. Put the key back from a "
        "backup (nextagent restore), or move the state directory away to start anew."
    )
    template_pt = (
        "O arquivo de chave {path} sumiu, mas este equipamento já tem dados. Recupere a chave de "
        "um backup (nextagent restore) ou mova o diretório de estado para começar do zero."
    )


class VaultKeyUnsafeError(VaultError):
    """Somebody else on this machine could read the key."""

    code = "vault_key_unsafe"
    template = "The key file {path} has mode {mode}; run: chmod 600 {path}"
    template_pt = "O arquivo de chave {path} tem permissão {mode}; execute: chmod 600 {path}"


class VaultKeyBadError(VaultError):
    """The key file holds something else than keys."""

    code = "vault_key_bad"
    template = (
        "{path} line {line} is not a key: expected 32 bytes in base64. Restore it from a backup."
    )
    template_pt = (
        "{path}, linha {line}, não é uma chave: esperados 32 bytes em base64. Recupere-a do backup."
    )


class VaultKeyWrongError(VaultError):
    """The secret was sealed with a key that this box does not hold."""

    code = "vault_key_wrong"
    template = (
        "A secret was sealed with key {sealed_with}, but {path} holds {held}. "
        "Put the right key back from a backup."
    )
    template_pt = (
        "Um segredo foi selado com a chave {sealed_with}, mas {path} tem {held}. "
        "Recupere a chave certa de um backup."
    )


class SealBrokenError(VaultError):
    """The sealed bytes were changed, cut, or belong to another place."""

    code = "seal_broken"
    template = "A stored secret ({context}) is damaged: its seal does not match."
    template_pt = "Um segredo guardado ({context}) está danificado: o selo não confere."


class Vault:
    """Seals and opens secrets. The first of `keys` seals, every one of them opens."""

    def __init__(self, keys: Sequence[bytes], *, source: str = KEY_NAME) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise VaultKeyBadError(path=source, line=1)
        self._keys = {_key_id(key): key for key in reversed(keys)}
        self._current = _key_id(keys[0])
        self._source = source
        self._cipher = lru_cache(CACHED_CONTEXTS)(self._derive)

    @classmethod
    def load(cls, path: Path, *, fresh: bool, credentials: str | None = None) -> Self:
        """Read the keys: the credential first, then the file; `fresh` allows to make a new file.

        `credentials` is systemd's $CREDENTIALS_DIRECTORY. Reads and writes files: not for the
        event loop.
        """
        if fresh and not path.exists() and not read_keys(path, credentials):
            create_key(path)
        keys = read_keys(path, credentials)
        if not keys and not path.exists():
            raise VaultKeyMissingError(path=path)
        return cls(keys, source=str(path))

    @property
    def key_id(self) -> str:
        """The id of the key that seals; it tells nothing about the key."""
        return self._current.hex()

    def seal(self, data: bytes, *, context: str) -> bytes:
        """Encrypt `data` so that it opens only under the same `context`."""
        header = VERSION + self._current
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + self._cipher(self._current, context).encrypt(nonce, data, header)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed. Raises VaultKeyWrongError or SealBrokenError."""
        if len(sealed) < OVERHEAD or not sealed.startswith(VERSION):
            raise SealBrokenError(context=context)
        header = sealed[:HEADER_BYTES]
        key_id = header[1:]
        if key_id not in self._keys:
            held = ", ".join(known.hex() for known in self._keys)
            raise VaultKeyWrongError(sealed_with=key_id.hex(), held=held, path=self._source)
        nonce, body = sealed[HEADER_BYTES:][:NONCE_BYTES], sealed[HEADER_BYTES + NONCE_BYTES :]
        try:
            return self._cipher(key_id, context).decrypt(nonce, body, header)
        except InvalidTag:
            raise SealBrokenError(context=context) from None

    def is_current(self, sealed: bytes) -> bool:
        """Say whether the newest key sealed this; if not, seal it again when it is next written."""
        return sealed[:HEADER_BYTES] == VERSION + self._current

    def _derive(self, key_id: bytes, context: str) -> AESGCM:
        return AESGCM(_hkdf(self._keys[key_id], b"nextagent/seal/1/" + context.encode()))


def read_keys(path: Path, credentials: str | None) -> list[bytes]:
    """Return the keys of the credential, then those of the file; none where there is neither."""
    keys: list[bytes] = []
    if credentials and (credential := Path(credentials) / KEY_NAME).is_file():
        # systemd guards the directory itself; the mode of the file in it says nothing.
        keys += _parse(credential.read_bytes(), credential)
    if path.exists():
        check_private(path)
        keys += _parse(path.read_bytes(), path)
    return keys


def key_lines(path: Path, credentials: str | None) -> bytes:
    """Return all keys as the content of a key file, for a backup. Raises VaultError."""
    keys = read_keys(path, credentials)
    if not keys:
        raise VaultKeyMissingError(path=path)
    return _lines(keys)


def create_key(path: Path) -> bytes:
    """Make a key file that only its owner can read; it is whole or not there at all."""
    key = secrets.token_bytes(KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_private(path, [key])
    return key


def rotate_key(path: Path) -> str:
    """Put a new key before the old ones, which go on opening what they sealed; return its id."""
    check_private(path)
    keys = [secrets.token_bytes(KEY_BYTES), *_parse(path.read_bytes(), path)]
    _write_private(path, keys)
    return _key_id(keys[0]).hex()


def check_private(path: Path) -> None:
    """Refuse a key file that others can read, or that somebody else owns."""
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077 or (os.geteuid() != 0 and status.st_uid != os.geteuid()):
        raise VaultKeyUnsafeError(path=path, mode=f"{mode:04o}")


def _parse(content: bytes, path: Path) -> list[bytes]:
    """Read keys, one a line: base64, or the 32 bytes themselves as the whole content."""
    if len(content) == KEY_BYTES:
        return [content]
    keys = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            key = base64.b64decode(line.strip(), validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise VaultKeyBadError(path=path, line=number)
        keys.append(key)
    return keys


def _write_private(path: Path, keys: Sequence[bytes]) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_lines(keys))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _lines(keys: Sequence[bytes]) -> bytes:
    return b"".join(base64.b64encode(key) + b"\n" for key in keys)


def _key_id(key: bytes) -> bytes:
    return _hkdf(key, b"nextagent/key-id/1")[:KEY_ID_BYTES]


def _hkdf(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)
