"""The settings in force: the box's own, under what its control plane changed while it runs.

One source of truth: whoever shows the brand, keeps a limit or prunes by age reads it here, at the
moment it is needed. Without a control plane these are the settings as they were read at the start.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import structlog

from config import logging as logs
from config.settings import Brand, Settings
from sync.protocol.contents import BrandPack, Channel, Entitlements, FleetModel

from . import desired
from .desired import BadDocumentError

log = structlog.get_logger(__name__)

T = TypeVar("T")


class _View(Generic[T]):
    """Reads like the thing, each time anew."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read

    def __getattr__(self, name: str) -> Any:
        return getattr(self._read(), name)


def view(read: Callable[[], T]) -> T:
    """Return what reads like `read()`, whatever that is at the moment of each look."""
    return cast("T", _View(read))


class Steering:
    """What is in force now. Change it on the event loop only."""

    def __init__(self, own: Settings, folder: Path) -> None:
        """`folder` holds the pictures of brands, by their hash."""
        self._own, self._folder = own, folder
        self.settings = own
        self.entitlements: dict[str, Any] | None = None
        self.models: tuple[FleetModel, ...] = ()
        self.channel: Channel | None = None

    @property
    def own(self) -> Settings:
        """The settings of the file and the environment."""
        return self._own

    @property
    def brand(self) -> Brand:
        """The brand in force."""
        return self.settings.brand

    def picture(self, sha256: str) -> Path:
        """Return where a picture of that hash is kept."""
        return self._folder / sha256

    def live(self) -> Settings:
        """Return settings whose parts read as they are at each look."""
        return cast("Settings", _Parts(self))

    def take(self, bodies: Mapping[str, Any]) -> None:
        """Put contents in force that were judged before; what no longer fits is left out."""
        settings, before = self._own, self.settings.log.level
        if (config := self._read("config", bodies)) is not None:
            settings = config
        if (pack := self._read("brand", bodies)) is not None:
            settings = settings.model_copy(update={"brand": self._dressed(pack)})
        entitled: Entitlements | None = self._read("entitlements", bodies)
        if entitled is not None:
            settings = desired.capped(settings, entitled)
        models = self._read("models", bodies)
        self.settings = settings
        self.entitlements = None if entitled is None else bodies["entitlements"]
        self.models = () if models is None else tuple(models.models)
        self.channel = self._read("channel", bodies)
        if settings.log.level != before:
            logs.set_level(settings.log.level)

    def _read(self, kind: str, bodies: Mapping[str, Any]) -> Any:
        if kind not in bodies:
            return None
        try:
            return desired.read(kind, bodies[kind], self._own)
        except BadDocumentError as error:  # judged by another version of this program
            log.warning("document_unfit", kind=kind, reason=str(error))
            return None

    def _dressed(self, pack: BrandPack) -> Brand:
        given = pack.model_dump(exclude_none=True)
        for name in ("logo", "favicon"):
            if name in given:
                given[name] = self.picture(given[name])
        return self._own.brand.model_copy(update=given)


class _Parts:
    """The branches of the settings tree, each a view."""

    def __init__(self, steering: Steering) -> None:
        self._steering = steering

    def __getattr__(self, name: str) -> Any:
        steering = self._steering
        return view(lambda: getattr(steering.settings, name))
