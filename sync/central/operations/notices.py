"""New alerts by webhook (Standard Webhooks) and e-mail, as each reseller has asked for.

A webhook goes where a stranger says: only to public addresses, which are looked up once and then
connected to as they were found, and never along a redirect.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
import orjson
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult

from sync.central.operations.alerts import SELECT_ALERT, alerted
from sync.central.operations.letters import letter
from sync.central.parts import Central
from sync.central.routing import Row, shown
from sync.central.store import PLATFORM

log = structlog.get_logger(__name__)

AT_ONCE = 100
TIMEOUT_S = 10.0
GIVE_UP_AFTER = timedelta(hours=24)
OK = 300
BETWEEN_LETTERS = timedelta(minutes=15)
Tell = Callable[[Row, list[Row], datetime], Awaitable[bool]]
LEVELS = {"warning": ("warning", "critical"), "critical": ("critical",), "never": ()}


class RefusedAddressError(OSError):
    """The address lies in a network that webhooks may not reach."""


class PublicOnly(AbstractResolver):
    """Looks names up, and knows no address that is not public or allowed."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = [ipaddress.ip_network(network) for network in allowed]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name. Raises RefusedAddressError if one is not public."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        for *_, address in found:
            self.check(str(address[0]))
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, _, _, address in found
        ]

    def check(self, text: str) -> None:
        """Raise RefusedAddressError unless an address may be reached."""
        address = ipaddress.ip_address(text.partition("%")[0])
        if any(address in network for network in self._allowed):
            return
        if not address.is_global or address.is_multicast:
            msg = "the address is not a public one"
            raise RefusedAddressError(msg)

    async def close(self) -> None:
        """Nothing is held."""


class Notices:
    """Tells resellers of alerts, each once.

    A webhook hears at once; letters are quiet: one for all that is new, and no sooner than a
    quarter hour after the last, also after one that the mail server did not take.
    """

    def __init__(self, central: Central) -> None:
        self._store, self._clock = central.store, central.clock
        self._resolver, self._mail = PublicOnly(central.hooks_to), central.mail
        self._told: set[tuple[str, str]] = set()  # by which way, of those not told by every way
        self._written: dict[str, datetime] = {}

    async def send(self) -> None:
        """Send what no one was told of yet; what fails is tried again."""
        rows = await self._store.query(
            PLATFORM,
            "SELECT s.reseller_id, s.alert_emails, s.webhook_url, s.webhook_secret, "
            "s.notify_from, s.language, s.zone FROM reseller_settings s "
            "WHERE s.notify_from <> 'never' "
            "AND (s.webhook_url <> '' OR s.alert_emails <> '[]') ORDER BY s.reseller_id",
        )
        for row in rows:
            await self._tell(row)

    async def _tell(self, settings: Row) -> None:
        now = self._clock.now()
        levels = ", ".join(f"'{level}'" for level in LEVELS[settings["notify_from"]])
        rows = await self._store.query(
            PLATFORM,
            f"{SELECT_ALERT} WHERE a.reseller_id = $1 AND a.notified_at IS NULL "
            f"AND a.state = 'open' AND a.opened_at > $2 AND a.severity IN ({levels}) "
            f"ORDER BY a.id LIMIT {AT_ONCE}",
            settings["reseller_id"],
            now - GIVE_UP_AFTER,
        )
        alerts = [alerted(row) for row in rows]
        ways = self._ways(settings)
        for way, tell in ways.items():
            fresh = [alert for alert in alerts if (way, alert["id"]) not in self._told]
            if fresh and await self._told_by(way, settings, tell(settings, fresh, now)):
                self._told.update((way, alert["id"]) for alert in fresh)
        for alert in alerts:
            marks = {(way, alert["id"]) for way in ways}
            if marks <= self._told:
                await self._close(alert, now)
                self._told -= marks

    def _ways(self, settings: Row) -> dict[str, Tell]:
        ways: dict[str, Tell] = {"webhook": self._post} if settings["webhook_url"] else {}
        if self._mail is not None and orjson.loads(settings["alert_emails"]):
            ways["mail"] = self._write
        return ways

    async def _told_by(self, way: str, settings: Row, telling: Awaitable[bool]) -> bool:
        try:
            return await telling
        except (OSError, aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning(
                "alert_notice_failed",
                way=way,
                reseller=settings["reseller_id"],
                error=str(error.args[0]) if way == "mail" else type(error).__name__,
            )
            return False

    async def _close(self, alert: Row, now: datetime) -> None:
        await self._store.query(
            PLATFORM,
            "UPDATE alerts SET notified_at = $1 WHERE tenant_id = $2 AND id = $3",
            now,
            alert["tenant_id"],
            alert["id"],
        )

    async def _write(self, settings: Row, alerts: list[Row], now: datetime) -> bool:
        last = self._written.get(settings["reseller_id"])
        if self._mail is None or (last is not None and now - last < BETWEEN_LETTERS):
            return False
        self._written[settings["reseller_id"]] = now
        to = orjson.loads(settings["alert_emails"])
        await self._mail(to, *letter(alerts, settings["language"], settings["zone"]))
        return True

    async def _post(self, settings: Row, alerts: list[Row], now: datetime) -> bool:
        from standardwebhooks import Webhook  # noqa: PLC0415 - few have a webhook

        url = settings["webhook_url"]
        host = urlsplit(url).hostname or ""
        if host.replace(".", "").isdigit() or ":" in host:  # an address is not looked up
            self._resolver.check(host)
        body = orjson.dumps(
            {
                "type": "alerts.opened",
                "timestamp": now,
                "data": {"alerts": [shown(alert) for alert in alerts]},
            }
        )
        message = f"msg_{alerts[0]['id']}_{alerts[-1]['id']}"
        signature = Webhook(settings["webhook_secret"]).sign(message, now, body.decode())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        connector = aiohttp.TCPConnector(resolver=self._resolver, use_dns_cache=False)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            if response.status >= OK:
                msg = f"status {response.status}"
                raise aiohttp.ClientError(msg)
        return True
