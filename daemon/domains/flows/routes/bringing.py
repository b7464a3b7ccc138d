"""Routes by which flows, and what they send, come in and go out as files."""

from aiohttp import web

from daemon.domains.flows.domain.errors import (
    FileNotKnownError,
    FlowNotFoundError,
    FlowTooLargeError,
    ImportRefusedError,
    TooManySecretsError,
)
from daemon.domains.flows.domain.transfer import exported, imported
from daemon.kernel.errors import BadInputError
from daemon.web.routing import Call, Routes
from daemon.web.uploads import parts, read

from .bring_views import FileView, FlowFile, ImportFlow, ImportReport, ImportTypebot
from .views import EXAMPLE, FLOWS, FlowDetail

MAX_FILE = 16 * 1024 * 1024
SHOWN = ("image/png", "image/jpeg", "image/webp", "image/gif", "audio/", "video/")

routes = Routes(tag="flows")


@routes.post(
    "/flows/media",
    upload=True,
    returns=FileView,
    status=201,
    errors=[BadInputError, FlowTooLargeError],
)
async def upload(call: Call[None, None]) -> FileView:
    """Upload one file that a `say` node sends; the same file twice is one."""
    parts_ = call.app[FLOWS]
    kept = None
    async for part in parts(call.request):
        if part.filename is None or kept is not None:
            await read(part, MAX_FILE)
            continue
        data = await read(part, MAX_FILE)
        if not data:
            raise BadInputError(field="files", problem="is empty", problem_pt="está vazio")
        mime = part.headers.get("Content-Type")
        file = await parts_.keep_file(data, mime=mime, name=part.filename[:200])
        kept = await parts_.flows.keep_file(file)
    if kept is None:
        raise BadInputError(
            field="files", problem="has no file in it", problem_pt="não tem nenhum arquivo"
        )
    return FileView.model_validate(kept)


@routes.get("/flows/media/{id}", media="application/octet-stream", errors=[FileNotKnownError])
async def media(call: Call[None, None]) -> web.FileResponse:
    """Download a file that a `say` node sends."""
    parts_ = call.app[FLOWS]
    file = await parts_.flows.file(call.path["id"])
    shown = file.mime.split(";", 1)[0].strip().lower()
    safe = shown.startswith(SHOWN)
    return web.FileResponse(
        parts_.media / file.path,
        headers={
            "Content-Type": shown if safe else "application/octet-stream",
            "Content-Disposition": "inline" if safe else "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=86400",
        },
    )


@routes.post(
    "/flows/import",
    body=ImportFlow,
    returns=FlowDetail,
    status=201,
    errors=[ImportRefusedError, FlowTooLargeError, TooManySecretsError],
    examples={
        "body": {
            "agentId": "",
            "file": {"format": "nextagent.flow", "version": 1, "name": "Menu", "graph": EXAMPLE},
        }
    },
)
async def bring(call: Call[ImportFlow, None]) -> FlowDetail:
    """Make a flow of an exported file; a malformed one is refused whole."""
    name, description, draft = imported(call.body.file)
    made = await call.app[FLOWS].flows.create(
        call.body.agent_id, call.body.name or name, description, draft
    )
    return FlowDetail.of(made)


@routes.post(
    "/flows/import/typebot",
    body=ImportTypebot,
    returns=ImportReport,
    status=201,
    errors=[ImportRefusedError, FlowTooLargeError, TooManySecretsError],
)
async def bring_typebot(call: Call[ImportTypebot, None]) -> ImportReport:
    """Make a draft of a Typebot v6 file, and report for each block what became of it.

    A malformed file is refused whole, naming the block. With `dryRun` nothing is made.
    """
    from daemon.domains.flows.domain.typebot_blocks import convert  # noqa: PLC0415 - rarely needed

    converted = convert(call.body.file)
    flow = None
    if not call.body.dry_run:
        flow = await call.app[FLOWS].flows.create(
            call.body.agent_id, call.body.name or converted.name, "", converted.draft
        )
    return ImportReport.of(converted, flow)


@routes.get("/flows/{id}/export", returns=FlowFile, errors=[FlowNotFoundError])
async def export(call: Call[None, None]) -> FlowFile:
    """Export the draft as a file that `POST /flows/import` takes."""
    flow = await call.app[FLOWS].flows.get(call.path["id"])
    return FlowFile.model_validate(exported(flow.name, flow.description, flow.draft))
