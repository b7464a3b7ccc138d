"""Argon2id in a small pool of threads: each hash takes 19 MiB and some 20 ms of a core."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from daemon.kernel.errors import RateLimitedError

T = TypeVar("T")

MEMORY_KIB = 19 * 1024
TIME_COST = 2
PARALLELISM = 1
THREADS = 2
MOST_WAITING = 32


class Passwords:
    """Hashes and checks passwords, off the event loop and never too many at once."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(
            time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=PARALLELISM
        )
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobodys = ""

    def hash_now(self, password: str) -> str:
        """Hash in this thread: for the command line."""
        return self._hasher.hash(password)

    async def hash(self, password: str) -> str:
        """Return the text to store."""
        return await self._run(self._hasher.hash, password)

    async def matches(self, hashed: str | None, password: str) -> bool:
        """Check a password; for a user that does not exist (None) it takes as long to say no."""
        return await self._run(self._check, hashed, password)

    def is_dated(self, hashed: str) -> bool:
        """Say whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False)

    def _check(self, hashed: str | None, password: str) -> bool:
        if hashed is None and not self._nobodys:
            self._nobodys = self._hasher.hash(secrets.token_hex())
        try:
            return self._hasher.verify(hashed or self._nobodys, password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *values: object) -> T:
        if self._waiting >= MOST_WAITING:
            raise RateLimitedError(retry_after_s=1)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, work, *values)
        finally:
            self._waiting -= 1
