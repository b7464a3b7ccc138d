"""The office's pages: files read once at the start and served from memory, compressed.

Browsers may load and run nothing but these files, and show them in no frame.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aiohttp import web

STATIC = Path(__file__).parent / "static"
INDEX = "index.html"
CHUNKS = "chunks/"  # fetched later; their names hold a hash of what is in them
FOREVER = "public, max-age=31536000, immutable"
TEXT = ("text/", "application/javascript", "image/svg")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True)
class File:
    """One file: its bytes as they are and compressed, and a tag that changes with them."""

    body: bytes
    packed: bytes | None
    media: str
    tag: str

    @classmethod
    def of(cls, name: str, body: bytes) -> Self:
        """Return a file ready to be served."""
        media = mimetypes.guess_type(name)[0] or "application/octet-stream"
        packed = gzip.compress(body, mtime=0) if media.startswith(TEXT) else None
        return cls(body, packed, media, _tag(body))


class Pages:
    """What stands under `/` and `/static/`."""

    def __init__(self, files: dict[str, File]) -> None:
        self._files = files

    @classmethod
    def load(cls, folder: Path = STATIC) -> Self:
        """Read the folder. Addresses inside the index get the tag, so that browsers may keep."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        raw = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        index = raw.get(INDEX, b"").decode()
        for name, body in raw.items():
            index = index.replace(f'"/static/{name}"', f'"/static/{name}?v={_tag(body)}"')
        raw[INDEX] = index.encode()
        return cls({name: File.of(name, body) for name, body in raw.items()})

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the pages; they hold nothing secret and need no key."""

        async def index(request: web.Request) -> web.Response:
            return self._serve(request, INDEX)

        async def file(request: web.Request) -> web.Response:
            return self._serve(request, request.match_info["name"])

        return [web.get("/", index), web.get("/static/{name:.+}", file)]

    def _serve(self, request: web.Request, name: str) -> web.Response:
        file = self._files.get(name)
        if file is None:
            raise web.HTTPNotFound
        tag = f'"{file.tag}"'
        kept = request.query.get("v") == file.tag or name.startswith(CHUNKS)
        headers = {**HEADERS, "ETag": tag, "Cache-Control": FOREVER if kept else "no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        body = file.body
        if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = file.packed
            headers["Content-Encoding"] = "gzip"
        charset = "utf-8" if file.packed is not None else None
        return web.Response(body=body, content_type=file.media, charset=charset, headers=headers)


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]
