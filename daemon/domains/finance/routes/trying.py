"""Routes that try the tenant's terms before they are kept: the Pix code, the payment provider."""

import asyncio
from typing import Annotated

from pydantic import Field

from daemon.domains.finance.domain.money import MOST
from daemon.domains.finance.domain.paying import svg
from daemon.domains.finance.domain.pix import Merchant, br_code
from daemon.domains.finance.service.parts import Reached
from daemon.kernel.errors import BadInputError
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel

from .terms import PixTerms, ProviderTerms
from .views import FINANCE

routes = Routes(tag="billing")

SAMPLE = "AMOSTRA"
"""Stands where an invoice has its label, so that a payment of a sample is known as one."""
DETAILS: dict[Reached, tuple[str, str]] = {
    "ok": ("O provedor respondeu e aceitou a chave.", "The provider answered and took the key."),
    "refused": (
        "O provedor respondeu, mas recusou a chave da API.",
        "The provider answered, but refused the API key.",
    ),
    "unreachable": (
        "Ninguém respondeu como se espera nesse endereço.",
        "Nobody answered as expected at that address.",
    ),
}


class PixSample(ApiModel):
    """A code to look at; what is not given is as the terms stand."""

    pix: PixTerms = PixTerms()
    amount_centavos: Annotated[int, Field(ge=1, le=MOST)] = 1000


class PixPicture(ApiModel):
    """The code to copy and paste, and its QR picture."""

    code: str
    svg: str


class ProviderTry(ApiModel):
    """What to reach the provider with; what is not given is as the terms stand."""

    provider: ProviderTerms = ProviderTerms()


class ProviderReached(ApiModel):
    """How that went."""

    state: Reached
    detail: str


@routes.post(
    "/billing/settings/pix/preview",
    role="owner",
    unaudited="writes nothing",
    body=PixSample,
    examples={"body": {"pix": {"key": "contato@bela.example"}, "amountCentavos": 4990}},
    returns=PixPicture,
    errors=[BadInputError],
)
async def picture(call: Call[PixSample, None]) -> PixPicture:
    """Draw the Pix code that invoices would have by these terms, for a sample amount."""
    given, terms = call.body.pix, call.app[FINANCE].desk.terms
    key = terms.pix_key if given.key is None else given.key
    if not key:
        raise BadInputError(field="pix.key", problem="is empty", problem_pt="está vazia")
    merchant = Merchant(key, given.name or terms.pix_name, given.city or terms.pix_city)
    code = br_code(merchant, call.body.amount_centavos, SAMPLE)
    return PixPicture(code=code, svg=(await asyncio.to_thread(svg, code)).decode())


@routes.post(
    "/billing/settings/provider/check",
    role="owner",
    body=ProviderTry,
    examples={"body": {"provider": {"url": "http://127.0.0.1:9", "key": "uma-chave"}}},
    returns=ProviderReached,
    errors=[BadInputError],
)
async def check(call: Call[ProviderTry, None]) -> ProviderReached:
    """Try the connection to the payment provider; nothing is charged and nothing kept.

    The key that is kept is tried at its own address only: another address needs a key with it.
    """
    given = call.body.provider
    state = await call.app[FINANCE].check_provider(given.url, given.key)
    call.note(state=state)
    portuguese, english = DETAILS[state]
    return ProviderReached(state=state, detail=english if call.language == "en" else portuguese)
