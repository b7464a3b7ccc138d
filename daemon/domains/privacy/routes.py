"""Routes of a person's rights: what there is of them, a copy of it, and its erasure."""

from urllib.parse import quote

from aiohttp import web

from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import PageView

from .domain import (
    ErasureNotFoundError,
    ErasureNotReadyError,
    ExportNotFoundError,
    ExportNotReadyError,
    UnknownContactError,
)
from .exporting import file_name
from .views import (
    PRIVACY,
    CertificateQuery,
    EraseWish,
    ErasureView,
    ExportView,
    ExportWish,
    HeldView,
    OfContact,
)

routes = Routes(tag="privacy")


@routes.get(
    "/privacy/contacts/{id}", role="operator", returns=HeldView, errors=[UnknownContactError]
)
async def held(call: Call[None, None]) -> HeldView:
    """Say how much the box holds of a contact."""
    return HeldView.of(await call.app[PRIVACY].person(call.path["id"]))


@routes.post(
    "/privacy/contacts/{id}/export",
    role="operator",
    body=ExportWish,
    returns=ExportView,
    status=202,
    errors=[UnknownContactError],
    examples={"body": {"language": "pt-BR"}},
)
async def export(call: Call[ExportWish, None]) -> ExportView:
    """Ask for all data of a contact: a ZIP with JSON, a page to read, and its files."""
    made = await call.app[PRIVACY].export(call.path["id"], call.body.language)
    return ExportView.of(made)


@routes.get("/privacy/exports", role="operator", query=OfContact, returns=PageView[ExportView])
async def exports(call: Call[None, OfContact]) -> Page[ExportView]:
    """List exports, newest first."""
    query = call.query
    found = await call.app[PRIVACY].exports(query.contact_id, query.cursor, query.limit)
    return Page([ExportView.of(one) for one in found.items], found.next_cursor)


@routes.get(
    "/privacy/exports/{id}", role="operator", returns=ExportView, errors=[ExportNotFoundError]
)
async def get_export(call: Call[None, None]) -> ExportView:
    """Show how far an export is."""
    return ExportView.of(await call.app[PRIVACY].get_export(call.path["id"]))


@routes.get(
    "/privacy/exports/{id}/file",
    role="operator",
    media="application/zip",
    errors=[ExportNotFoundError, ExportNotReadyError],
)
async def file(call: Call[None, None]) -> web.FileResponse:
    """Download an export."""
    privacy = call.app[PRIVACY]
    made = await privacy.get_export(call.path["id"])
    path = await privacy.file(made.id)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{file_name(made, made.finished_at)}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return web.FileResponse(path, headers=headers)


@routes.delete("/privacy/exports/{id}", errors=[ExportNotFoundError])
async def delete_export(call: Call[None, None]) -> None:
    """Delete an export and its file."""
    await call.app[PRIVACY].delete_export(call.path["id"])


@routes.post(
    "/privacy/contacts/{id}/erase",
    role="owner",
    body=EraseWish,
    returns=ErasureView,
    status=202,
    errors=[UnknownContactError, BadInputError],
)
async def erase(call: Call[EraseWish, None]) -> ErasureView:
    """Erase a contact everywhere; this cannot be undone.

    Who writes again afterwards is a new contact. Invoices stay as the law asks, with the payer's
    name and document and nothing else.
    """
    return ErasureView.of(await call.app[PRIVACY].erase(call.path["id"], call.body.confirm))


@routes.get("/privacy/erasures", role="operator", query=OfContact, returns=PageView[ErasureView])
async def erasures(call: Call[None, OfContact]) -> Page[ErasureView]:
    """List erasures, newest first."""
    query = call.query
    found = await call.app[PRIVACY].erasures(query.contact_id, query.cursor, query.limit)
    return Page([ErasureView.of(one) for one in found.items], found.next_cursor)


@routes.get(
    "/privacy/erasures/{id}", role="operator", returns=ErasureView, errors=[ErasureNotFoundError]
)
async def get_erasure(call: Call[None, None]) -> ErasureView:
    """Show how far an erasure is, and what it did."""
    return ErasureView.of(await call.app[PRIVACY].get_erasure(call.path["id"]))


@routes.get(
    "/privacy/erasures/{id}/certificate",
    role="operator",
    query=CertificateQuery,
    media="text/html",
    errors=[ErasureNotFoundError, ErasureNotReadyError],
)
async def certificate(call: Call[None, CertificateQuery]) -> web.Response:
    """Download the certificate of an erasure that is done, as a page to print."""
    number, language = call.path["id"], call.query.language
    text = await call.app[PRIVACY].certificate(number, language)
    word = "certificado" if language == "pt-BR" else "certificate"
    name = quote(f"{word}-{number}.html")
    return web.Response(
        text=text,
        content_type="text/html",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
