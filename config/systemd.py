"""Tell systemd how we are: READY, STATUS, STOPPING, and a watchdog fed from the event loop.

Outside of systemd (no NOTIFY_SOCKET) every call does nothing.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Mapping


class Systemd:
    """The notification socket of the service manager, if there is one."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        ours = environ.get("WATCHDOG_PID") in {None, str(os.getpid())}
        self._watchdog_s = int(environ.get("WATCHDOG_USEC", 0)) / 1e6 if ours else 0.0

    def notify(self, *lines: str) -> None:
        """Send assignments such as `READY=1`, in one datagram."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
            sock.setblocking(False)
            sock.sendto("\n".join(lines).encode(), self._address)

    def status(self, text: str) -> None:
        """Show one line in `systemctl status`."""
        self.notify(f"STATUS={text}")

    def ready(self, text: str) -> None:
        """Say that the service has started."""
        self.notify("READY=1", f"STATUS={text}")

    def stopping(self) -> None:
        """Say that the service is on its way out."""
        self.notify("STOPPING=1")

    def extend(self, seconds: float) -> None:
        """Ask for so much more time to start or stop (a long migration, a restore)."""
        self.notify(f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}")

    @contextlib.asynccontextmanager
    async def watchdog(self) -> AsyncIterator[None]:
        """Feed the watchdog while the block runs: a hung event loop starves it."""
        task = asyncio.create_task(self._feed(), name="watchdog") if self._watchdog_s else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _feed(self) -> None:
        while True:
            self.notify("WATCHDOG=1")
            await asyncio.sleep(self._watchdog_s / 3)
