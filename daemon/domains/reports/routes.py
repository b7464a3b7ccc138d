"""Routes of reports, of their schedules, and of invoices on paper."""

from urllib.parse import quote

from aiohttp import web

from daemon.kernel.errors import BadInputError, ForbiddenError, NotFoundError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .domain import MIMES, file_name
from .errors import (
    ReportNotFoundError,
    ReportNotReadyError,
    ScheduleNotFoundError,
    TooManyReportsError,
    TooManySchedulesError,
)
from .invoices import PAPERS
from .views import (
    REPORTS,
    SCHEDULES,
    NewReport,
    NewSchedule,
    ReportQuery,
    ReportView,
    ScheduleChange,
    ScheduleView,
)

routes = Routes(tag="reports")
invoice_routes = Routes(tag="billing")


@routes.post(
    "/reports",
    role="viewer",
    body=NewReport,
    returns=ReportView,
    status=202,
    errors=[BadInputError, TooManyReportsError],
)
async def create(call: Call[NewReport, None]) -> ReportView:
    """Ask for a report; `report.progress` and `report.ready` tell how far it is.

    To have it sent takes the role operator.
    """
    reports, body = call.app[REPORTS], call.body
    if body.wish().deliver and not call.who.may("operator"):
        raise ForbiddenError(field="deliver")
    return ReportView.of(
        await reports.create(body.wish(), body.start, body.end), reports, call.language
    )


@routes.get("/reports", query=ReportQuery, returns=PageView[ReportView])
async def page(call: Call[None, ReportQuery]) -> Page[ReportView]:
    """List reports, newest first."""
    reports, query = call.app[REPORTS], call.query
    equal = query.model_dump(include={"kind", "state", "schedule_id"})
    found = await reports.page(equal, query.cursor, query.limit)
    return Page(
        [ReportView.of(one, reports, call.language) for one in found.items], found.next_cursor
    )


@routes.get("/reports/schedules", query=ListQuery, returns=PageView[ScheduleView])
async def schedules(call: Call[None, ListQuery]) -> Page[ScheduleView]:
    """List schedules, newest first."""
    found = await call.app[SCHEDULES].page(call.query.cursor, call.query.limit)
    return Page([ScheduleView.of(one) for one in found.items], found.next_cursor)


@routes.post(
    "/reports/schedules",
    body=NewSchedule,
    returns=ScheduleView,
    status=201,
    errors=[BadInputError, TooManySchedulesError],
)
async def schedule(call: Call[NewSchedule, None]) -> ScheduleView:
    """Let a report come back, by the tenant's clock."""
    body = call.body
    made = await call.app[SCHEDULES].create(
        name=body.name,
        wish=body.wish(),
        every=body.every,
        hour=body.hour,
        weekday=body.weekday,
        day=body.day,
        enabled=body.enabled,
    )
    return ScheduleView.of(made)


@routes.get("/reports/schedules/{id}", returns=ScheduleView, errors=[ScheduleNotFoundError])
async def get_schedule(call: Call[None, None]) -> ScheduleView:
    """Show a schedule."""
    return ScheduleView.of(await call.app[SCHEDULES].get(call.path["id"]))


@routes.patch(
    "/reports/schedules/{id}",
    body=ScheduleChange,
    returns=ScheduleView,
    errors=[ScheduleNotFoundError, BadInputError],
)
async def change_schedule(call: Call[ScheduleChange, None]) -> ScheduleView:
    """Change a schedule, or switch it off and on."""
    body = call.body
    return ScheduleView.of(
        await call.app[SCHEDULES].change(call.path["id"], body.wish(), body.rest())
    )


@routes.delete("/reports/schedules/{id}", errors=[ScheduleNotFoundError])
async def delete_schedule(call: Call[None, None]) -> None:
    """Delete a schedule; the reports that it made stay."""
    await call.app[SCHEDULES].delete(call.path["id"])


@routes.get("/reports/{id}", returns=ReportView, errors=[ReportNotFoundError])
async def get(call: Call[None, None]) -> ReportView:
    """Show a report and how far it is."""
    reports = call.app[REPORTS]
    return ReportView.of(await reports.get(call.path["id"]), reports, call.language)


@routes.delete("/reports/{id}", errors=[ReportNotFoundError])
async def delete(call: Call[None, None]) -> None:
    """Delete a report and its file; one that is being made is stopped."""
    await call.app[REPORTS].delete(call.path["id"])


@routes.get(
    "/reports/{id}/file",
    media=", ".join(mime.partition(";")[0] for mime in MIMES.values()),
    errors=[ReportNotFoundError, ReportNotReadyError],
)
async def file(call: Call[None, None]) -> web.FileResponse:
    """Download a report; ranges work. One that is being made is waited for up to 20 seconds.

    The content type is that of its format: PDF, XLSX, CSV, JSON or NDJSON.
    """
    reports = call.app[REPORTS]
    report, path = await reports.file(call.path["id"])
    return web.FileResponse(
        path, headers=_headers(file_name(report, reports.zone), MIMES[report.wish.format])
    )


@invoice_routes.get("/billing/invoices/{id}/pdf", media="application/pdf", errors=[NotFoundError])
async def invoice(call: Call[None, None]) -> web.Response:
    """Show an invoice or a credit note as PDF, with its Pix code, in the reader's language."""
    found = await call.app[PAPERS].pdf(call.path["id"], call.language)
    body = found.body
    if call.request.headers.get("If-None-Match") == found.etag:
        return web.Response(status=304, headers={"ETag": found.etag})
    headers = _headers(found.name, "application/pdf", how="inline")
    return web.Response(body=body, headers={**headers, "ETag": found.etag})


def _headers(name: str, mime: str, *, how: str = "attachment") -> dict[str, str]:
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return {
        "Content-Type": mime,
        "Content-Disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
