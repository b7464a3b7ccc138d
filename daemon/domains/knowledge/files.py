"""Uploaded files: kept as they came, under the id of their document."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrived whole, still in its temporary place."""

    path: Path
    name: str
    size: int
    sha256: str


def keep(folder: Path, files: Sequence[tuple[Upload, str]]) -> None:
    """Move files to their place, readable by the owner alone."""
    for upload, document_id in files:
        with contextlib.suppress(FileNotFoundError):  # the same file twice in one upload
            upload.path.chmod(0o600)
            upload.path.replace(folder / document_id)


def drop(folder: Path, names: Iterable[str]) -> None:
    """Remove files; one that is not there is no error."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


def sweep(folder: Path, known: set[str]) -> None:
    """Remove what a crash between file and row left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    drop(folder, {entry.name for entry in folder.iterdir()} - known)
