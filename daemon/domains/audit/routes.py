"""Routes of the audit log: read by owners, changed by nobody."""

import csv
import io
from typing import Any, Literal

import orjson
from aiohttp import web
from pydantic import Field

from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery, Moment, PageView

from .domain import AuditNotFoundError, Entry, Outcome, WhoKind
from .service import Audit

AUDIT: web.AppKey[Audit] = web.AppKey("audit", Audit)
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

routes = Routes(tag="audit")


class AuditFilter(ApiModel):
    """Which acts."""

    who: str | None = Field(None, max_length=64, description="Id of a user or an API key")
    act: str | None = Field(None, max_length=120, description="Such as agents.create")
    object: str | None = Field(None, max_length=200, description="Id of the thing acted on")
    start: str | None = Field(None, max_length=40, description="ISO date or date-time, included")
    end: str | None = Field(
        None, max_length=40, description="ISO date (its day included) or date-time (excluded)"
    )


class AuditQuery(AuditFilter, ListQuery):
    """Which acts, and which page of them."""


class ExportQuery(AuditFilter):
    """Which acts, and how to write them."""

    format: Literal["csv", "ndjson"] = "csv"


class AuditView(ApiModel):
    """An act: who, when, what, to which thing, from where, and how it went."""

    id: str
    seq: int
    at: Moment
    act: str
    who_kind: WhoKind
    who_id: str
    who_name: str
    role: str
    object: str | None
    path: dict[str, str]
    fields: list[str]
    values: dict[str, Any]
    address: str
    request_id: str
    status: int | None
    outcome: Outcome
    finished_at: Moment | None
    facts: dict[str, Any]
    hash: str


@routes.get(
    "/audit", role="owner", query=AuditQuery, returns=PageView[AuditView], errors=[BadInputError]
)
async def page(call: Call[None, AuditQuery]) -> Page[AuditView]:
    """List administrative acts, newest first."""
    found = await call.app[AUDIT].page(
        **_filters(call.query), cursor=call.query.cursor, limit=call.query.limit
    )
    return Page([AuditView.model_validate(entry) for entry in found.items], found.next_cursor)


@routes.get(
    "/audit/export",
    role="owner",
    query=ExportQuery,
    media="text/csv, application/x-ndjson",
    errors=[BadInputError],
    audited="before",
)
async def export(call: Call[None, ExportQuery]) -> web.StreamResponse:
    """Write acts to a file, newest first: CSV for a spreadsheet, or a JSON object a line."""
    pages = call.app[AUDIT].every(**_filters(call.query))
    first = await anext(pages)  # a bad date is refused before the answer begins
    kind = call.query.format
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8" if kind == "csv" else "application/x-ndjson",
            "Content-Disposition": f'attachment; filename="audit.{kind}"',
        }
    )
    await response.prepare(call.request)
    portuguese = call.language == "pt-BR"
    if kind == "csv":
        await response.write(_line([*AuditView.model_fields], portuguese, start=BOM))
    await response.write(_lines(first, kind, portuguese=portuguese))
    async for entries in pages:
        await response.write(_lines(entries, kind, portuguese=portuguese))
    await response.write_eof()
    return response


@routes.get("/audit/{id}", role="owner", returns=AuditView, errors=[AuditNotFoundError])
async def get(call: Call[None, None]) -> AuditView:
    """Show an act."""
    return AuditView.model_validate(await call.app[AUDIT].get(call.path["id"]))


def _filters(query: AuditFilter) -> dict[str, Any]:
    return {
        "who": query.who,
        "act": query.act,
        "object_id": query.object,
        "start": query.start,
        "end": query.end,
    }


def _lines(entries: list[Entry], kind: str, *, portuguese: bool) -> bytes:
    views = [AuditView.model_validate(entry).model_dump(mode="json") for entry in entries]
    if kind == "ndjson":
        return b"".join(orjson.dumps(view) + b"\n" for view in views)
    return b"".join(_line([_cell(value) for value in view.values()], portuguese) for view in views)


def _line(cells: list[str], portuguese: bool, start: str = "") -> bytes:  # noqa: FBT001 - private
    out = io.StringIO()
    csv.writer(out, delimiter=";" if portuguese else ",").writerow(cells)
    return (start + out.getvalue()).encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    # A cell that begins like a formula is run by spreadsheets.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
