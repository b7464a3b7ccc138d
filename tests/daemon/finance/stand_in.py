"""A server that stands in for Asaas."""

import json
from decimal import Decimal
from typing import Any

from aiohttp import web

CODE = "00020101021226dynamic"


class StandIn:
    """Customers and payments as Asaas keeps them, and the faults a test asks for."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {"customers": [], "payments": []}
        self.lose_answer_of_next = False
        self.status = 200
        self.keys: set[str | None] = set()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v3/payments/{id}/pixQrCode", self.code)
        app.router.add_get("/v3/{kind}", self.find)
        app.router.add_post("/v3/{kind}", self.create)
        return app

    async def find(self, request: web.Request) -> web.Response:
        rows = self._rows(request)
        wanted = request.query.get("externalReference")
        found = [row for row in rows if wanted in {None, row["externalReference"]}]
        return self._answer(request, {"data": found, "totalCount": len(found)})

    async def create(self, request: web.Request) -> web.StreamResponse:
        rows = self._rows(request)
        body = json.loads(await request.text(), parse_float=Decimal)
        row = {"id": f"{request.match_info['kind'][:3]}_{len(rows)}", **body}
        if self.status == 200:
            rows.append(row)
        if self.lose_answer_of_next and request.match_info["kind"] == "payments":
            self.lose_answer_of_next = False
            assert request.transport is not None
            request.transport.close()
        return self._answer(request, {**row, "value": None, "invoiceUrl": "https://pay.example/1"})

    async def code(self, request: web.Request) -> web.Response:
        return self._answer(request, {"encodedImage": "", "payload": CODE})

    def _rows(self, request: web.Request) -> list[dict[str, Any]]:
        return self.rows[request.match_info["kind"]]

    def _answer(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        self.keys.add(request.headers.get("access_token"))
        if self.status != 200:
            errors = [{"code": "invalid_cpfCnpj", "description": "O CPF 123 de Bela"}]
            return web.json_response({"errors": errors}, status=self.status)
        return web.Response(text=json.dumps(body, default=str), content_type="application/json")
