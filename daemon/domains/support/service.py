"""The help centre: shipped entries with own ones on top."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from . import store
from .domain import (
    MAX_OWN,
    Article,
    ArticleLimitError,
    ArticleNotFoundError,
    Film,
    Kind,
    NoFilmError,
    after,
    found,
)
from .library import shipped


class Help:
    """FAQ and tutorials of the box; films lie in `folder` by the id of their tutorial."""

    def __init__(self, database: Database, clock: Clock, tenant_id: str, folder: Path) -> None:
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._folder = folder

    async def page(
        self,
        kind: Kind,
        *,
        category: str | None,
        language: str | None,
        search: str | None,
        hidden: bool,
        cursor: str | None,
        limit: int,
    ) -> Page[Article]:
        """List entries: own ones after the shipped ones, the best match of a search first."""
        own = await self._db.read(lambda tx: store.listed(tx, kind))
        everything = await self._merged(kind, own)
        wanted = found(
            everything, category=category, language=language, search=search, hidden=hidden
        )
        return Page.of(after(wanted, cursor)[: limit + 1], limit, lambda one: one.id)

    async def get(self, kind: Kind, number: str) -> Article:
        """Return an entry. Raises ArticleNotFoundError."""
        original = await self._shipped(kind, number)
        own = await self._db.read(lambda tx: store.find(tx, kind, number))
        if own is None and original is None:
            raise ArticleNotFoundError(id=number)
        return _over(own, original)

    async def add(self, kind: Kind, values: Mapping[str, Any]) -> Article:
        """Add an entry."""
        now = self._clock.now()
        made = Article(id=new_id(), kind=kind, shipped=False, updated_at=now, **values)

        def commit(tx: Connection) -> Article:
            if store.count(tx) >= MAX_OWN:
                raise ArticleLimitError(field="support", limit=MAX_OWN)
            store.put(tx, self._tenant, made, now)
            return made

        return await self._db.write(commit)

    async def change(self, kind: Kind, number: str, values: Mapping[str, Any]) -> Article:
        """Change an entry; a changed copy stands in the place of a shipped one."""
        original = await self._shipped(kind, number)
        now = self._clock.now()

        def commit(tx: Connection) -> Article:
            old = store.find(tx, kind, number)
            if old is None and original is None:
                raise ArticleNotFoundError(id=number)
            if old is None and store.count(tx) >= MAX_OWN:
                raise ArticleLimitError(field="support", limit=MAX_OWN)
            new = replace(_over(old, original), **values)
            store.put(tx, self._tenant, new, now)
            return _over(store.find(tx, kind, number), original)

        return await self._db.write(commit)

    async def delete(self, kind: Kind, number: str) -> None:
        """Remove an own entry; a changed shipped one is again as it was shipped."""
        original = await self._shipped(kind, number)

        def commit(tx: Connection) -> None:
            if store.find(tx, kind, number) is None and original is None:
                raise ArticleNotFoundError(id=number)
            store.delete(tx, number)

        await self._db.write(commit)
        await asyncio.to_thread(self._path(number).unlink, missing_ok=True)

    async def film(self, number: str) -> tuple[Film, Path]:
        """Return the uploaded video of a tutorial. Raises NoFilmError."""
        article = await self.get("video", number)
        path = self._path(number)
        if article.film is None or not await asyncio.to_thread(path.is_file):
            raise NoFilmError(id=number)
        return article.film, path

    async def keep_film(self, number: str, film: Film, file: Path) -> Article:
        """Take the file of a video in its place; it is whole when it appears."""
        await self.get("video", number)
        await asyncio.to_thread(self._take, file, number)
        return await self.change("video", number, {"film": film})

    async def forget_film(self, number: str) -> Article:
        """Remove the video; the steps stay."""
        article = await self.get("video", number)
        if article.film is None:
            raise NoFilmError(id=number)
        changed = await self.change("video", number, {"film": None})
        await asyncio.to_thread(self._path(number).unlink, missing_ok=True)
        return changed

    @contextlib.asynccontextmanager
    async def room(self) -> Any:
        """Give a file to write an upload to; what is left of it goes with the block."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{new_id()}.part"
        try:
            yield path
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    def _take(self, file: Path, number: str) -> None:
        file.chmod(0o600)
        file.replace(self._path(number))

    def _path(self, number: str) -> Path:
        return self._folder / f"{number}.video"

    async def _shipped(self, kind: Kind, number: str) -> Article | None:
        one = (await asyncio.to_thread(shipped)).get(number)
        return one if one is not None and one.kind == kind else None

    async def _merged(self, kind: Kind, own: Sequence[Article]) -> list[Article]:
        originals = await asyncio.to_thread(shipped)
        mine = {one.id: one for one in own}
        merged = [
            _over(mine.pop(one.id, None), one) for one in originals.values() if one.kind == kind
        ]
        return [*merged, *mine.values()]


def _over(own: Article | None, original: Article | None) -> Article:
    if own is None:
        assert original is not None  # noqa: S101 - every caller has made sure that one is there
        return original
    return replace(own, shipped=original is not None, changed=original is not None)
