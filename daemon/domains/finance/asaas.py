"""The payment provider Asaas, version 3 of its API.

Its own references (`externalReference`) find what was made before: a charge that was created by a
call whose answer was lost is found again, and never made twice.
"""

from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from pydantic import SecretStr

from .domain.provider import Bill, Charge, reais
from .ports import ProviderFailedError, ProviderRefusedError

__all__ = ["Asaas", "ProviderFailedError"]

TIMEOUT = aiohttp.ClientTimeout(total=30)
SHORT = aiohttp.ClientTimeout(total=10)
"""Somebody waits for the answer."""
MAX_ANSWER = 1024 * 1024
DONE, REFUSED = range(200, 300), range(400, 500)
TRY_AGAIN = frozenset({401, 403, 408, 429})
"""A wrong key is mended in the settings, not in the bill: those are worth another try."""
KEY_REFUSED = frozenset({"401", "403"})


class Asaas:
    """The adapter; it keeps no state of its own."""

    name = "asaas"

    def __init__(self, url: str, key: SecretStr) -> None:
        self._url, self._key = url.rstrip("/"), key

    async def charge(self, bill: Bill) -> Charge:
        """Return the charge for a bill, made before or now, with its Pix code."""
        async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as session:
            found = await self._find(session, "payments", bill.invoice_id)
            payment = found or await self._create(session, bill)
            number = _text(payment, "id")
            code = await self._call(session, "GET", f"payments/{quote(number)}/pixQrCode")
            return Charge(number, _optional(code, "payload"), _optional(payment, "invoiceUrl"))

    async def check(self) -> None:
        """Ask for one customer: the smallest thing that needs the key."""
        async with aiohttp.ClientSession(timeout=SHORT, trust_env=False) as session:
            try:
                await self._call(session, "GET", "customers?limit=1")
            except ProviderFailedError as error:
                if error.args[0] in KEY_REFUSED:
                    raise ProviderRefusedError(error.args[0]) from error
                raise

    async def _create(self, session: aiohttp.ClientSession, bill: Bill) -> dict[str, Any]:
        customer = await self._find(session, "customers", bill.client_id)
        if customer is None:
            details = {
                "name": bill.name,
                "cpfCnpj": bill.document,
                "email": bill.email,
                "mobilePhone": bill.phone,
                "externalReference": bill.client_id,
                "notificationDisabled": True,  # the box itself reminds, in the tenant's name
            }
            known = {name: value for name, value in details.items() if value is not None}
            customer = await self._call(session, "POST", "customers", known)
        body = {
            "customer": _text(customer, "id"),
            "billingType": "PIX",
            "value": orjson.Fragment(reais(bill.amount)),  # a JSON number, never a float here
            "dueDate": bill.due_on,
            "description": bill.label,
            "externalReference": bill.invoice_id,
        }
        return await self._call(session, "POST", "payments", body)

    async def _find(
        self, session: aiohttp.ClientSession, kind: str, reference: str
    ) -> dict[str, Any] | None:
        answer = await self._call(session, "GET", f"{kind}?externalReference={quote(reference)}")
        rows = answer.get("data")
        found = [row for row in rows if not row.get("deleted")] if isinstance(rows, list) else []
        return found[0] if found else None

    async def _call(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        headers = {
            "access_token": self._key.get_secret_value(),
            "content-type": "application/json",
            "user-agent": "box",
        }
        try:
            async with session.request(
                method,
                f"{self._url}/v3/{path}",
                data=None if body is None else orjson.dumps(body),
                headers=headers,
                allow_redirects=False,  # the key goes to nobody else
            ) as response:
                raw = await response.content.read(MAX_ANSWER)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise ProviderFailedError(type(error).__name__) from error
        return _answer(status, raw)


def _answer(status: int, raw: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError:
        answer = None
    if status in REFUSED and status not in TRY_AGAIN:
        raise ProviderRefusedError(f"{status} {_codes(answer)}".strip())
    if status not in DONE or not isinstance(answer, dict):
        raise ProviderFailedError(str(status))
    return answer


def _codes(answer: Any) -> str:
    """Return the provider's error codes; its sentences may repeat a client's data."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    rows = errors if isinstance(errors, list) else []
    return ", ".join(str(row.get("code"))[:60] for row in rows if isinstance(row, dict))


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderFailedError(name)
    return value


def _optional(answer: dict[str, Any], name: str) -> str | None:
    value = answer.get(name)
    return value if isinstance(value, str) and value else None
