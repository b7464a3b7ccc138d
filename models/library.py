"""The model files of this box: which are here, what their bytes must be, which one is in use.

One small JSON file beside the models remembers it. Only a file whose sha256 is the pinned one is
ever opened by the engine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from . import catalog
from .errors import (
    ModelChecksumError,
    ModelMissingError,
    NotAChatModelError,
    UnknownModelError,
)
from .gguf import read_header

if TYPE_CHECKING:
    from collections.abc import Callable

    from .ports import Capability

RECORD = "library.json"
CHUNK = 4 * 1024 * 1024
WRITES_TOOLS_FROM_MB = 1500
"""A file we know nothing about is judged by its size..."""
WRITES_FROM_MB = 500
"""...and one smaller than this is not trusted to answer people."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model file, ready to be opened once its bytes are checked."""

    id: str
    name: str
    path: str
    sha256: str | None
    size_bytes: int
    languages: tuple[str, ...]
    capability: Capability
    license: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """A line of the record: where a model's file is and what it must hash to."""

    file: str
    """Relative to the folder when it lies inside, else absolute."""
    sha256: str
    size_bytes: int
    source: str = ""
    added_at: str = ""


class Library:
    """The models folder. Its methods touch files: call them outside the event loop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def installed(self) -> dict[str, Installed]:
        """Return what has been pulled or added, by id."""
        models = self._record().get("models", {})
        return {one: Installed(**facts) for one, facts in models.items()}

    def selected(self) -> str:
        """Return the id in use when the settings say ``default``."""
        return str(self._record().get("selected") or catalog.DEFAULT)

    def use(self, choice: str) -> ModelSpec:
        """Make an installed model, or any GGUF file, the one in use from the next start on."""
        if choice == catalog.DEFAULT:
            self._change(lambda record: record.update(selected=choice))
            return ModelSpec(choice, choice, "", None, 0, ("en",), "weak")
        if _is_path(choice):
            choice = self.add(Path(choice)).id
        spec = self.resolve(choice)
        self._change(lambda record: record.update(selected=spec.id))
        return spec

    def add(self, path: Path, *, model_id: str | None = None) -> ModelSpec:
        """Take note of a chat model lying anywhere, and pin its present bytes."""
        path = path.expanduser().absolute()
        if read_header(path).chat_template is None:
            raise NotAChatModelError(path=str(path))
        known = model_id or _id_of(path)
        self.pin(known, path, sha256_of(path), source=str(path))
        return self.resolve(known)

    def pin(self, model_id: str, path: Path, sha256: str, *, source: str, at: str = "") -> None:
        """Remember a file and the only bytes it may ever have."""
        inside = path.parent == self.folder
        line = Installed(
            file=path.name if inside else str(path),
            sha256=sha256,
            size_bytes=path.stat().st_size,
            source=source,
            added_at=at,
        )
        self._change(
            lambda record: record.setdefault("models", {}).update({model_id: asdict(line)})
        )

    def pinned(self, model_id: str) -> str | None:
        """Return the sha256 a model must have: the record's, or the catalogue's."""
        if (line := self.installed().get(model_id)) is not None:
            return line.sha256
        entry = catalog.find(model_id)
        return entry.sha256 if entry else None

    def forget(self, model_id: str) -> None:
        """Drop a line of the record; the file stays."""
        self._change(lambda record: record.get("models", {}).pop(model_id, None))

    def resolve(self, choice: str) -> ModelSpec:
        """Find the file behind a setting: ``default``, an id, or the path of a GGUF file.

        Raises UnknownModelError, ModelMissingError or NotAModelError.
        """
        if choice == "default":
            choice = self.selected()
        if _is_path(choice):
            return self._at(Path(choice).expanduser().absolute())
        line = self.installed().get(choice)
        if line is None:
            entry = catalog.find(choice)
            if entry is None:
                raise UnknownModelError(model=choice)
            raise ModelMissingError(path=str(self.folder / f"{choice}.gguf"))
        spec = _described(self.folder / line.file, choice, line.sha256)
        return replace(spec, size_bytes=line.size_bytes)

    def _at(self, path: Path) -> ModelSpec:
        """Describe a file by its path: with its pin, if it was ever used before."""
        for model_id, line in self.installed().items():
            if self.folder / line.file == path:
                return _described(path, model_id, line.sha256)
        return _described(path, _id_of(path), None)

    def _record(self) -> dict[str, Any]:
        try:
            found = orjson.loads((self.folder / RECORD).read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _change(self, change: Callable[[dict[str, Any]], object]) -> None:
        record = self._record()
        change(record)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(
            self.folder / RECORD,
            orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS),
        )


def sha256_of(path: Path, progress: Callable[[float], None] = lambda _: None) -> str:
    """Hash a file. Raises ModelMissingError."""
    try:
        with path.open("rb") as file:
            return sha256_of_open(file, progress)
    except FileNotFoundError:
        raise ModelMissingError(path=str(path)) from None


def sha256_of_open(file: IO[bytes], progress: Callable[[float], None] = lambda _: None) -> str:
    """Hash an open file from its beginning."""
    digest, size, done = hashlib.sha256(), os.fstat(file.fileno()).st_size or 1, 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        done += len(chunk)
        progress(done / size)
    return digest.hexdigest()


@contextlib.contextmanager
def opened(spec: ModelSpec, progress: Callable[[float], None] = lambda _: None) -> Any:
    """Open a model's file, check its bytes, and yield a path to exactly those bytes.

    The path names the open descriptor, so that a file swapped after the check is not what loads.
    Raises ModelChecksumError before anything is read as a model.
    """
    if not Path(spec.path).is_file():
        raise ModelMissingError(path=spec.path)
    with Path(spec.path).open("rb") as file:
        if spec.sha256 is not None:
            actual = sha256_of_open(file, progress)
            if actual != spec.sha256:
                raise ModelChecksumError(path=spec.path, actual=actual, expected=spec.sha256)
        yield f"/proc/self/fd/{file.fileno()}"


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file so that a power cut leaves the old or the new one, never half."""
    temporary = path.with_suffix(f"{path.suffix}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_path(choice: str) -> bool:
    return "/" in choice or choice.endswith(".gguf")


def _id_of(path: Path) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", path.stem.lower()).strip("-.") or "model"


def _described(path: Path, model_id: str, sha256: str | None) -> ModelSpec:
    """Describe a file by the catalogue where it is listed, else by its own header."""
    header = read_header(path)
    spec = ModelSpec(
        id=model_id,
        name=header.name or path.stem,
        path=str(path),
        sha256=sha256,
        size_bytes=header.size_bytes,
        languages=header.languages,
        capability=_capability(header.size_bytes),
        license=str(header.values.get("general.license", "")),
    )
    if (entry := catalog.find(model_id)) is not None:
        spec = replace(
            spec,
            name=entry.name,
            languages=entry.languages,
            capability=entry.capability,
            license=entry.license,
        )
    return spec


def _capability(size_bytes: int) -> Capability:
    megabytes = size_bytes // catalog.MB
    if megabytes < WRITES_FROM_MB:
        return "weak"
    return "tools" if megabytes >= WRITES_TOOLS_FROM_MB else "chat"
