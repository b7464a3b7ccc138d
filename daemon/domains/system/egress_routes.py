"""What left the box: the account of the days, and everybody the settings let it talk to."""

from dataclasses import dataclass

from aiohttp import web

from daemon.infra.egress import Egress
from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery, PageView


@dataclass(frozen=True)
class Destination:
    """Somebody the box may talk to."""

    host: str
    purpose: str
    on: bool
    counted: bool


@dataclass(frozen=True)
class Leaving:
    """The account, and the destinations that the settings name."""

    account: Egress
    destinations: tuple[Destination, ...]


EGRESS: web.AppKey[Leaving] = web.AppKey("egress", Leaving)

PURPOSES = {
    "sync": ("sincronização com a revenda", "sync with the reseller"),
    "integrations": ("webhooks, CRM e fluxos", "webhooks, CRM and flows"),
    "mail": ("e-mail", "e-mail"),
    "whatsapp": ("WhatsApp", "WhatsApp"),
    "language": ("modelo de linguagem remoto", "remote language model"),
    "retrieval": ("busca remota", "remote search"),
    "payments": ("cobrança", "payments"),
}

routes = Routes(tag="system")


class LeftView(ApiModel):
    """What went to a host for a purpose on a day (UTC), in bytes of content."""

    day: str
    host: str
    purpose: str
    text: str
    times: int
    sent: int
    received: int


class DestinationView(ApiModel):
    """Somebody the settings let the box talk to; not counted: it has a line of its own."""

    host: str
    purpose: str
    text: str
    on: bool
    counted: bool


class DestinationsView(ApiModel):
    """All of them."""

    items: list[DestinationView]


@routes.get(
    "/egress",
    role="operator",
    query=ListQuery,
    returns=PageView[LeftView],
    errors=[BadInputError],
)
async def left(call: Call[None, ListQuery]) -> Page[LeftView]:
    """List what left the box, newest day first."""
    page = await call.app[EGRESS].account.page(call.query.cursor, call.query.limit)
    items = [
        LeftView(
            day=row.day,
            host=row.host,
            purpose=row.purpose,
            text=_words(row.purpose, call.language),
            times=row.times,
            sent=row.sent,
            received=row.received,
        )
        for row in page.items
    ]
    return Page(items, page.next_cursor)


@routes.get("/egress/destinations", role="operator", returns=DestinationsView)
async def destinations(call: Call[None, None]) -> DestinationsView:
    """List everybody the settings let this box talk to, and why."""
    found = call.app[EGRESS].destinations
    return DestinationsView(
        items=[
            DestinationView(
                host=one.host,
                purpose=one.purpose,
                text=_words(one.purpose, call.language),
                on=one.on,
                counted=one.counted,
            )
            for one in found
        ]
    )


def _words(purpose: str, language: str) -> str:
    return PURPOSES.get(purpose, (purpose, purpose))[int(language.startswith("en"))]
