"""The files of the page, read once at the start and served from memory, compressed."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
CHUNKS = "chunks/"  # parts of the page fetched later; their names hold a hash of what is in them
FOREVER = "public, max-age=31536000, immutable"
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg")
CHARSET = ("text/", "application/javascript", "application/json")


@dataclass(frozen=True)
class Asset:
    """One file: its bytes as they are and compressed, and a tag that changes with them."""

    body: bytes
    packed: bytes | None
    media: str
    tag: str


class Assets:
    """What stands under `/` and `/static/`."""

    def __init__(self, files: dict[str, Asset]) -> None:
        self._files = files

    @classmethod
    def load(cls, folder: Path = STATIC) -> "Assets":
        """Read the folder. Addresses inside index.html get the tag, so that browsers may cache."""
        if not folder.is_dir():
            return cls({})
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        raw = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        if (index := raw.get("index.html")) is not None:
            text = index.decode()
            for name, body in raw.items():
                text = text.replace(f'"/static/{name}"', f'"/static/{name}?v={_tag(body)}"')
            raw["index.html"] = text.encode()
        return cls({name: _asset(name, body) for name, body in raw.items()})

    def mount(self, app: web.Application) -> None:
        """Serve `/` and `/static/...`."""
        app.router.add_get("/", self._index)
        app.router.add_get("/static/{name:.+}", self._file)

    async def _index(self, request: web.Request) -> web.Response:
        return self._serve(request, "index.html")

    async def _file(self, request: web.Request) -> web.Response:
        return self._serve(request, request.match_info["name"])

    def _serve(self, request: web.Request, name: str) -> web.Response:
        asset = self._files.get(name)
        if asset is None:
            raise web.HTTPNotFound
        tag = f'"{asset.tag}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.query.get("v") == asset.tag or name.startswith(CHUNKS):
            headers["Cache-Control"] = FOREVER
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        body = asset.body
        if asset.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = asset.packed
            headers["Content-Encoding"] = "gzip"
        charset = "utf-8" if asset.media.startswith(CHARSET) else None
        return web.Response(body=body, content_type=asset.media, charset=charset, headers=headers)


def _asset(name: str, body: bytes) -> Asset:
    media = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(body, mtime=0) if media.startswith(COMPRESSIBLE) else None
    return Asset(body=body, packed=packed, media=media, tag=_tag(body))


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]
