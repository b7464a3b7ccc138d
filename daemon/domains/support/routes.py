"""Routes of the help centre and of the diagnostics bundle."""

import asyncio
from typing import Any

from aiohttp import web

from daemon.kernel.errors import BadInputError, TooLargeError, UnprocessableError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import PageView
from daemon.web.uploads import parts

from .diagnostics import Diagnostics
from .domain import (
    MAX_VIDEO_MB,
    ArticleLimitError,
    ArticleNotFoundError,
    Film,
    Kind,
    NoFilmError,
    NotAVideoError,
    kind_of_film,
)
from .service import Help
from .views import (
    FaqChange,
    FaqInput,
    FaqView,
    HelpQuery,
    VideoChange,
    VideoInput,
    VideoView,
)

HELP: web.AppKey[Help] = web.AppKey("help", Help)
DIAGNOSTICS: web.AppKey[Diagnostics] = web.AppKey("diagnostics", Diagnostics)
PIECE = 256 * 1024
HEAD = 16

routes = Routes(tag="support")


async def _page(call: Call[None, HelpQuery], kind: Kind) -> Page[Any]:
    query = call.query
    return await call.app[HELP].page(
        kind,
        category=query.category,
        language=query.language or call.language,
        search=query.search,
        hidden=query.hidden,
        cursor=query.cursor,
        limit=query.limit,
    )


@routes.get("/support/faq", query=HelpQuery, returns=PageView[FaqView], errors=[BadInputError])
async def list_faq(call: Call[None, HelpQuery]) -> Page[FaqView]:
    """List questions about the box, with their answers."""
    page = await _page(call, "faq")
    return Page([FaqView.of(one) for one in page.items], page.next_cursor)


@routes.post(
    "/support/faq",
    body=FaqInput,
    returns=FaqView,
    status=201,
    errors=[ArticleLimitError],
    examples={
        "own": {
            "category": "start",
            "language": "pt-BR",
            "question": "Qual é o telefone do suporte?",
            "answer": "Ligue para (11) 4002-8922, de segunda a sexta.",
        }
    },
)
async def add_faq(call: Call[FaqInput, None]) -> FaqView:
    """Add a question of your own."""
    body = call.body
    values = {"title": body.question, "body": body.answer}
    values |= {"category": body.category, "language": body.language}
    return FaqView.of(await call.app[HELP].add("faq", values))


@routes.get("/support/faq/{id}", returns=FaqView, errors=[ArticleNotFoundError])
async def get_faq(call: Call[None, None]) -> FaqView:
    """Show a question."""
    return FaqView.of(await call.app[HELP].get("faq", call.path["id"]))


@routes.patch(
    "/support/faq/{id}",
    body=FaqChange,
    returns=FaqView,
    errors=[ArticleNotFoundError, ArticleLimitError],
    examples={"hide": {"hidden": True}, "reword": {"answer": "Ligue para (11) 4002-8922."}},
)
async def change_faq(call: Call[FaqChange, None]) -> FaqView:
    """Reword or hide a question; your words stand in the place of shipped ones."""
    given = call.body.model_dump(exclude_none=True)
    named = {"question": "title", "answer": "body"}
    values = {named.get(name, name): value for name, value in given.items()}
    return FaqView.of(await call.app[HELP].change("faq", call.path["id"], values))


@routes.delete("/support/faq/{id}", errors=[ArticleNotFoundError])
async def delete_faq(call: Call[None, None]) -> None:
    """Delete a question of your own; a shipped one is again as it was shipped."""
    await call.app[HELP].delete("faq", call.path["id"])


@routes.get("/support/videos", query=HelpQuery, returns=PageView[VideoView], errors=[BadInputError])
async def list_videos(call: Call[None, HelpQuery]) -> Page[VideoView]:
    """List tutorials: steps to read, with a video where there is one."""
    page = await _page(call, "video")
    return Page([VideoView.of(one) for one in page.items], page.next_cursor)


@routes.post(
    "/support/videos",
    body=VideoInput,
    returns=VideoView,
    status=201,
    errors=[ArticleLimitError],
    examples={
        "link": {
            "category": "whatsapp",
            "language": "pt-BR",
            "title": "Trocar o número",
            "summary": "Como passar a caixa para outro número.",
            "steps": ["Desconecte o número antigo.", "Conecte o novo."],
            "link": "https://videos.example.com/trocar-numero",
        }
    },
)
async def add_video(call: Call[VideoInput, None]) -> VideoView:
    """Add a tutorial of your own."""
    given = call.body.model_dump()
    values = {"body": given.pop("summary"), "steps": tuple(given.pop("steps")), **given}
    return VideoView.of(await call.app[HELP].add("video", values))


@routes.get("/support/videos/{id}", returns=VideoView, errors=[ArticleNotFoundError])
async def get_video(call: Call[None, None]) -> VideoView:
    """Show a tutorial."""
    return VideoView.of(await call.app[HELP].get("video", call.path["id"]))


@routes.patch(
    "/support/videos/{id}",
    body=VideoChange,
    returns=VideoView,
    errors=[ArticleNotFoundError, ArticleLimitError],
    examples={"link": {"link": "https://videos.example.com/novo"}},
)
async def change_video(call: Call[VideoChange, None]) -> VideoView:
    """Change or hide a tutorial; `"link": null` takes the link away."""
    given = call.body.model_dump(exclude_unset=True)
    values = {name: value for name, value in given.items() if value is not None or name == "link"}
    if "summary" in values:
        values["body"] = values.pop("summary")
    if "steps" in values:
        values["steps"] = tuple(values["steps"])
    return VideoView.of(await call.app[HELP].change("video", call.path["id"], values))


@routes.delete("/support/videos/{id}", errors=[ArticleNotFoundError])
async def delete_video(call: Call[None, None]) -> None:
    """Delete a tutorial of your own with its file; a shipped one is as it was shipped."""
    await call.app[HELP].delete("video", call.path["id"])


@routes.put(
    "/support/videos/{id}/file",
    upload=True,
    returns=VideoView,
    errors=[ArticleNotFoundError, BadInputError, UnprocessableError, TooLargeError],
)
async def upload(call: Call[None, None]) -> VideoView:
    """Upload the video of a tutorial: one MP4 or WebM file, in place of the one before."""
    helping = call.app[HELP]
    await helping.get("video", call.path["id"])
    async with helping.room() as path:
        film = await _received(call.request, path)
        return VideoView.of(await helping.keep_film(call.path["id"], film, path))


@routes.get("/support/videos/{id}/file", media="video/*", also=[206], errors=[NoFilmError])
async def play(call: Call[None, None]) -> web.FileResponse:
    """Play the uploaded video; a player may ask for a range of it."""
    film, path = await call.app[HELP].film(call.path["id"])
    headers = {"Content-Type": film.mime, "Cache-Control": "private, max-age=3600"}
    return web.FileResponse(path, headers=headers)


@routes.delete("/support/videos/{id}/file", returns=VideoView, status=200, errors=[NoFilmError])
async def remove_film(call: Call[None, None]) -> VideoView:
    """Remove the uploaded video; the steps stay."""
    return VideoView.of(await call.app[HELP].forget_film(call.path["id"]))


@routes.post("/support/diagnostics", media="application/zip")
async def diagnose(call: Call[None, None]) -> web.StreamResponse:
    """Make a bundle for support: the state of the box, without text, phones or secrets."""
    name, pieces = await call.app[DIAGNOSTICS].bundle()
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
    )
    await response.prepare(call.request)
    for piece in pieces:
        await response.write(piece)
    await response.write_eof()
    return response


async def _received(request: web.Request, path: Any) -> Film:
    """Write the first file of an upload to `path`. Raises what is wrong with it."""
    async for part in parts(request):
        if part.filename is None:
            continue
        size, mime = 0, None
        file = await asyncio.to_thread(path.open, "xb")
        try:
            while data := bytes(await part.read_chunk(PIECE)):
                if size == 0 and (mime := kind_of_film(data[:HEAD])) is None:
                    raise NotAVideoError(field="files", name=part.filename[:100])
                size += len(data)
                if size > MAX_VIDEO_MB * 1024 * 1024:
                    limit = f"{MAX_VIDEO_MB} MiB"
                    raise TooLargeError(field="files", what="files", limit=limit)
                await asyncio.to_thread(file.write, data)
        finally:
            await asyncio.to_thread(file.close)
        if mime is None:
            raise NotAVideoError(field="files", name=part.filename[:100])
        return Film(mime, size, part.filename[:200])
    raise BadInputError(field="files", problem="has no file", problem_pt="não tem nenhum arquivo")
