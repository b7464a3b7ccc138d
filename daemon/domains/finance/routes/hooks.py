"""Where payment providers tell what happened: public, but only with the token agreed upon."""

import hmac

from aiohttp import web

from daemon.domains.finance.domain.asaas_event import AsaasEvent, read_notice
from daemon.kernel.errors import BadInputError, TooLargeError, UnauthorizedError
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel

from .views import FINANCE

routes = Routes(tag="billing")

TOKEN_HEADER = "asaas-access-token"  # noqa: S105 - the name of a header
MAX_BYTES = 256 * 1024


class Taken(ApiModel):
    """The event was taken in; `known` if it had been before."""

    known: bool


@routes.post(
    "/billing/webhooks/asaas",
    unaudited="an event of the provider; the payment keeps it",
    public=True,
    reads=AsaasEvent,
    headers={TOKEN_HEADER: "`provider.webhookToken` of the billing settings"},
    returns=Taken,
    errors=[UnauthorizedError, BadInputError, TooLargeError],
)
async def asaas(call: Call[None, None]) -> Taken:
    """Take an event of the payment provider.

    It comes from the provider, in the provider's own shape; its amounts are decimals in reais. One
    that comes twice, or late, changes nothing; one of another kind is taken and passed over.
    """
    finance, request = call.app[FINANCE], call.request
    wanted = finance.desk.terms.webhook_token.get_secret_value().encode()
    given = request.headers.get(TOKEN_HEADER, "").encode()
    if not wanted or not hmac.compare_digest(wanted, given):
        raise UnauthorizedError
    notice = read_notice(await _small(request))
    return Taken(known=not await finance.payments.notice("asaas", notice))


async def _small(request: web.Request) -> bytes:
    raw = await request.content.read(MAX_BYTES + 1)
    while len(raw) <= MAX_BYTES and not request.content.at_eof():
        raw += await request.content.read(MAX_BYTES + 1 - len(raw))
    if len(raw) > MAX_BYTES:
        raise TooLargeError(field="body", what="body", limit=f"{MAX_BYTES} bytes")
    return raw
