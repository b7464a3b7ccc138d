"""Invoices on paper: drawn in a thread, kept for those who look twice."""

import asyncio
import hashlib
import io
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from aiohttp import web

from .ports import InvoicePaper, Invoicing

KEPT = 64


@dataclass(frozen=True)
class Drawn:
    """A PDF; `etag` is that of what stands on it."""

    name: str
    etag: str
    body: bytes


class Papers:
    """Draws invoices."""

    def __init__(self, invoicing: Invoicing, brand: Callable[[], dict[str, Any]]) -> None:
        self._invoicing, self._face = invoicing, brand
        self._drawn: OrderedDict[str, Drawn] = OrderedDict()
        self._one = asyncio.Lock()

    async def pdf(self, invoice_id: str, language: str) -> Drawn:
        """Return an invoice as it stands now."""
        paper = await self._invoicing(invoice_id, language)
        brand = self._face()
        stands = orjson.dumps([asdict(paper), language, brand])
        key = f'"{hashlib.sha256(stands).hexdigest()[:32]}"'
        async with self._one:  # one at a time: the others of a page of invoices wait their turn
            if key not in self._drawn:
                body = await asyncio.to_thread(_draw, paper, brand, language)
                self._drawn[key] = Drawn(f"{paper.label}.pdf", key, body)
                if len(self._drawn) > KEPT:
                    self._drawn.popitem(last=False)
            self._drawn.move_to_end(key)
            return self._drawn[key]


PAPERS: web.AppKey[Papers] = web.AppKey("invoice-papers", Papers)


def _draw(paper: InvoicePaper, brand: dict[str, Any], language: str) -> bytes:
    from .paper.invoice import draw  # noqa: PLC0415 - loads reportlab, which the start can spare

    drawn = io.BytesIO()
    draw(drawn, paper, brand, language)
    return drawn.getvalue()
