"""A file that opens only with its passphrase, and only if nothing in it was changed.

Layout: magic | header length (4) | header (JSON: salt and costs) | chunks. A chunk is its length
(4) and AES-256-GCM of up to a mebibyte; its nonce is its number and whether it is the last one,
and the header is authenticated with each. So a chunk that was changed, moved, dropped, added or
taken from another file does not open, and an end that was cut off is missed.
"""

import io
import json
import secrets
import struct
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, BinaryIO, Self

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from daemon.kernel.errors import NextAgentError

MAGIC = b"NEXTAGENT-BACKUP-1\n"
CHUNK = 1024 * 1024
TAG = 16
MAX_HEADER = 4096
LENGTH = struct.Struct(">I")
NONCE = struct.Struct(">3xQB")


class BackupDamagedError(NextAgentError):
    """The file is not what was written."""

    code = "backup_damaged"
    template = "The backup {path} is damaged or was changed; nothing was restored."
    template_pt = "O backup {path} está danificado ou foi alterado; nada foi restaurado."


class PassphraseWrongError(NextAgentError):
    """The file is whole, as far as can be seen, but this passphrase does not open it."""

    code = "passphrase_wrong"
    template = "This passphrase does not open the backup {path}."
    template_pt = "Esta senha não abre o backup {path}."


@dataclass(frozen=True)
class Costs:
    """What one guess of the passphrase costs (argon2id)."""

    memory_kib: int = 64 * 1024
    time: int = 3

    def check(self) -> None:
        """Refuse costs that nobody would have written, but that would exhaust this machine."""
        if not (8 <= self.memory_kib <= 1024 * 1024 and 1 <= self.time <= 64):  # noqa: PLR2004 - 8 KiB is the least argon2 takes
            raise ValueError

    def key(self, passphrase: str, salt: bytes) -> bytes:
        """Return the key of a passphrase."""
        return hash_secret_raw(
            passphrase.encode(), salt, self.time, self.memory_kib, 1, 32, Type.ID
        )


class SealedWriter(io.RawIOBase):
    """Writes a sealed file; it is whole only after `close`."""

    def __init__(self, file: BinaryIO, passphrase: str, costs: Costs | None = None) -> None:
        super().__init__()
        costs, salt = costs or Costs(), secrets.token_bytes(16)
        key = costs.key(passphrase, salt)
        check = sha256(b"check" + key).hexdigest()[:16]
        self._header = json.dumps({"salt": salt.hex(), "check": check, **asdict(costs)}).encode()
        self._file, self._cipher, self._number = file, AESGCM(key), 0
        self._buffer = bytearray()
        file.write(MAGIC + LENGTH.pack(len(self._header)) + self._header)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: Any, /) -> int:
        """Take bytes; whole chunks go out."""
        self._buffer += data
        while len(self._buffer) > CHUNK:  # the last chunk, full or not, waits for `close`
            self._seal(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk."""
        if not self.closed:
            self._seal(bytes(self._buffer), last=True)
        super().close()

    def abandon(self) -> None:
        """Leave the file without its end: it will not open."""
        super().close()

    def _seal(self, data: bytes, *, last: bool) -> None:
        nonce = NONCE.pack(self._number, last)
        sealed = self._cipher.encrypt(nonce, data, self._header)
        self._file.write(LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads a sealed file. Every byte it gives is authentic; only `finish` says it was all."""

    def __init__(self, file: BinaryIO, passphrase: str, name: str) -> None:
        super().__init__()
        self._file, self._name, self._number = file, name, 0
        self._rest, self._ended = b"", False
        if file.read(len(MAGIC)) != MAGIC:
            raise BackupDamagedError(path=name)
        length = self._length()
        if length > MAX_HEADER:
            raise BackupDamagedError(path=name)
        self._header = self._exactly(length)
        try:
            header = json.loads(self._header)
            costs = Costs(int(header["memory_kib"]), int(header["time"]))
            costs.check()
            salt, check = bytes.fromhex(header["salt"]), str(header["check"])
            key = costs.key(passphrase, salt)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupDamagedError(path=name) from None
        if sha256(b"check" + key).hexdigest()[:16] != check:
            raise PassphraseWrongError(path=name)
        self._cipher = AESGCM(key)

    @classmethod
    def open(cls, file: BinaryIO, passphrase: str, name: str) -> Self:
        """Read the header. Raises BackupDamagedError or PassphraseWrongError."""
        return cls(file, passphrase, name)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes, all of them when it is negative."""
        wanted = -1 if size is None else size
        parts, left = [], wanted
        while left != 0:
            if not self._rest:
                if self._ended:
                    break
                self._rest = self._open_next()
                continue
            part = self._rest if left < 0 else self._rest[:left]
            self._rest = self._rest[len(part) :]
            parts.append(part)
            left = left if left < 0 else left - len(part)
        return b"".join(parts)

    def finish(self) -> None:
        """Read to the end and make sure that it is the end."""
        while not self._ended:
            self._open_next()
        if self._file.read(1):
            raise BackupDamagedError(path=self._name)

    def _open_next(self) -> bytes:
        length = self._length()
        if not TAG <= length <= CHUNK + TAG:
            raise BackupDamagedError(path=self._name)
        sealed = self._exactly(length)
        for last in (False, True):
            try:
                data = self._cipher.decrypt(NONCE.pack(self._number, last), sealed, self._header)
            except InvalidTag:
                continue
            self._number += 1
            self._ended = last
            return data
        raise BackupDamagedError(path=self._name)

    def _length(self) -> int:
        return int(LENGTH.unpack(self._exactly(LENGTH.size))[0])

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise BackupDamagedError(path=self._name)
        return data
