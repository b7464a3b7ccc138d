"""The control plane's own keys: one signs, the next is announced, old ones are remembered.

A new key is certified by the one before it. The certificates go with every response to a box, so
that one that was away for longer than the overlap learns the new key too; what was signed by an
old key stays verifiable, because its public half is never forgotten.
"""

import base64
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from sync.protocol.events import moment, stamp
from sync.signing import KEY_BYTES, PrivateKey, b64, name_of, sign_document, unb64

Row = dict[str, Any]


class DamagedKeysError(Exception):
    """The file of keys is not what was written."""


@dataclass(frozen=True)
class Old:
    """A key that signs no more."""

    public: bytes
    since: datetime


class Keyring(PrivateKey):
    """Signs as the key of the moment; `rotate` makes the next one."""

    def __init__(self, key: PrivateKey, path: Path | None = None) -> None:
        self._active, self._path = key, path
        self._next: tuple[PrivateKey, datetime] | None = None
        self._since: datetime | None = None
        self._old: list[Old] = []
        self._chain: list[Row] = []

    @property
    def id(self) -> str:  # type: ignore[override]  # the parent's is fixed, ours changes
        """The name of the key that signs now."""
        return self._active.id

    @property
    def public(self) -> bytes:  # type: ignore[override]  # the same
        """Its public half."""
        return self._active.public

    @property
    def seed(self) -> bytes:
        """Its secret."""
        return self._active.seed

    @property
    def _key(self) -> Any:  # type: ignore[override]  # the same
        return self._active._key  # noqa: SLF001 - we are one

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message by the key of now."""
        return self._active.sign(message)

    @property
    def chain(self) -> str:
        """The certificates of newer keys by older ones, as a header; empty before a rotation."""
        if not self._chain:
            return ""
        return base64.b64encode(orjson.dumps(self._chain)).decode()

    @property
    def publics(self) -> dict[str, bytes]:
        """Every key that was ever ours, by name."""
        keys = [old.public for old in self._old] + [self.public]
        if self._next is not None:
            keys.append(self._next[0].public)
        return {name_of(public): public for public in keys}

    def listed(self) -> list[Row]:
        """Return the keys, the newest first."""
        found = [
            {
                "id": name_of(old.public),
                "public_key": b64(old.public),
                "state": "retired",
                "since": old.since,
            }
            for old in self._old
        ]
        found.append(
            {
                "id": self.id,
                "public_key": b64(self.public),
                "state": "active",
                "since": self._since,
            }
        )
        if self._next is not None:
            key, at = self._next
            found.append(
                {"id": key.id, "public_key": b64(key.public), "state": "announced", "since": at}
            )
        return found[::-1]

    def rotate(self, now: datetime, overlap: timedelta) -> Row:
        """Make the next key: announced from now on, signing after the overlap.

        A rotation on top of another takes the one that waits into use first.
        """
        if self._next is not None:
            self._switch(now)
        fresh = PrivateKey.generate()
        content = {"kind": "server-key", "public_key": b64(fresh.public), "at": stamp(now)}
        self._chain.append(sign_document(self._active, content))
        self._next = (fresh, now + overlap)
        self._save()
        self.advance(now)
        return self.listed()[0]

    def advance(self, now: datetime) -> bool:
        """Sign with the next key if its time has come; say whether it has."""
        if self._next is None or self._next[1] > now:
            return False
        self._switch(now)
        self._save()
        return True

    def _switch(self, now: datetime) -> None:
        if self._next is not None:
            self._old.append(Old(self._active.public, now))
            self._active, self._since, self._next = self._next[0], now, None

    def _save(self) -> None:
        if self._path is None:
            return
        content = {
            "active": self._active.seed.hex(),
            "since": None if self._since is None else stamp(self._since),
            "next": None
            if self._next is None
            else [self._next[0].seed.hex(), stamp(self._next[1])],
            "old": [[b64(old.public), stamp(old.since)] for old in self._old],
            "chain": self._chain,
        }
        _write(self._path, orjson.dumps(content))

    @classmethod
    def open(cls, folder: Path) -> "Keyring":
        """Read the keys of a folder; the first start makes one. Raises DamagedKeysError."""
        path, first = folder / "server-keys.json", folder / "server.key"
        if path.exists():
            try:
                return cls._read(path)
            except (ValueError, KeyError, TypeError) as error:
                msg = f"{path} is damaged; put it back from a backup"
                raise DamagedKeysError(msg) from error
        if first.exists():
            try:
                seed = bytes.fromhex(first.read_text().strip())
            except ValueError:
                seed = b""
            if len(seed) != KEY_BYTES:
                msg = f"{first} is damaged: it must hold 64 hexadecimal digits"
                raise DamagedKeysError(msg)
            return cls(PrivateKey(seed), path)
        made = PrivateKey.generate()
        _write(first, made.seed.hex().encode() + b"\n")
        return cls(made, path)

    @classmethod
    def _read(cls, path: Path) -> "Keyring":
        content = orjson.loads(path.read_bytes())
        ring = cls(PrivateKey(bytes.fromhex(content["active"])), path)
        ring._since = moment(content["since"]) if content["since"] else None
        if content["next"]:
            seed, at = content["next"]
            ring._next = (PrivateKey(bytes.fromhex(seed)), moment(at))
        ring._old = [Old(unb64(public), moment(at)) for public, at in content["old"]]
        ring._chain = content["chain"]
        return ring


def _write(path: Path, content: bytes) -> None:
    """Put a secret in its file, whole or not at all."""
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
