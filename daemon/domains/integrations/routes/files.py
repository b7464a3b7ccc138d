"""Routes of files: CSV and vCard in, vCard out."""

from typing import Any

import orjson
from aiohttp import web

from daemon.domains.integrations.domain.sheets import FileRefusedError
from daemon.domains.integrations.service.files import MAX_BYTES
from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page
from daemon.web import uploads
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .file_views import CardQuery, CsvQuery, ExportQuery, ImportView, TakenView
from .views import INTEGRATIONS

routes = Routes(tag="integrations")

MAX_MAPPING = 20_000


@routes.post(
    "/integrations/csv",
    query=CsvQuery,
    upload=True,
    returns=TakenView,
    errors=[BadInputError, FileRefusedError],
)
async def csv(call: Call[None, CsvQuery]) -> TakenView:
    """Take in contacts, clients or deals: all rows of the file, or none.

    UTF-8 or Windows-1252, `;` or `,`, with or without a BOM; the first line names the columns. A
    part `mapping` may say which column is what, as JSON: `{"Celular": "phone"}`; otherwise the
    names decide. Contacts are known by phone, clients by external id or document, deals by
    external id. What is malformed is refused with its line and column.
    """
    name, data, mapping = await _file(call.request)
    taken = await call.app[INTEGRATIONS].files.csv(
        data, call.query.kind, mapping, name=name, dry_run=call.query.dry_run
    )
    return TakenView.of(taken)


@routes.post(
    "/integrations/vcard",
    query=CardQuery,
    upload=True,
    returns=TakenView,
    errors=[BadInputError, FileRefusedError],
)
async def take_cards(call: Call[None, CardQuery]) -> TakenView:
    """Take in contacts of a vCard file (3.0 or 4.0); cards without a telephone are skipped."""
    name, data, _ = await _file(call.request)
    taken = await call.app[INTEGRATIONS].files.vcard(data, name=name, dry_run=call.query.dry_run)
    return TakenView.of(taken)


@routes.get(
    "/integrations/vcard",
    query=ExportQuery,
    role="operator",
    media="text/vcard",
    audited="before",
)
async def give_cards(call: Call[None, ExportQuery]) -> web.StreamResponse:
    """Give all contacts as one vCard file."""
    files, version = call.app[INTEGRATIONS].files, call.query.version
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/vcard; charset=utf-8",
            "Content-Disposition": 'attachment; filename="contacts.vcf"',
        }
    )
    chunk, after = await files.export(version, "")
    await response.prepare(call.request)
    await response.write(chunk)
    while after is not None:
        chunk, after = await files.export(version, after)
        await response.write(chunk)
    await response.write_eof()
    return response


@routes.get("/integrations/imports", query=ListQuery, returns=PageView[ImportView])
async def imports(call: Call[None, ListQuery]) -> Page[ImportView]:
    """List the files that came, by upload or in the folder `import`, newest first."""
    found = await call.app[INTEGRATIONS].files.page(call.query.cursor, call.query.limit)
    return Page([ImportView.model_validate(one) for one in found.items], found.next_cursor)


async def _file(request: web.Request) -> tuple[str, bytes, dict[str, str] | None]:
    """Return the one file of an upload, with its mapping if there is one."""
    found: tuple[str, bytes] | None = None
    mapping: dict[str, str] | None = None
    async for part in uploads.parts(request):
        if part.name == "mapping":
            mapping = _mapping(await uploads.read(part, MAX_MAPPING))
        elif found is not None:
            raise BadInputError(
                field="files", problem="must be one file", problem_pt="deve ser um só arquivo"
            )
        else:
            found = (part.filename or "file", await uploads.read(part, MAX_BYTES))
    if found is None:
        raise BadInputError(field="files", problem="is missing", problem_pt="está faltando")
    return found[0], found[1], mapping


def _mapping(raw: bytes) -> dict[str, str]:
    try:
        value: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise BadInputError(
            field="mapping",
            problem='must be JSON, such as {"Celular": "phone"}',
            problem_pt='deve ser um JSON, como {"Celular": "phone"}',
        )
    return value
