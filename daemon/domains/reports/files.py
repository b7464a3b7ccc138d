"""The folder of finished reports: a file is there whole, or not at all."""

import contextlib
import os
from pathlib import Path

SCRATCH = "making"


class Shelf:
    """One file a report, named by its id; all of it belongs to the owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def scratch(self) -> Path:
        """Where makers keep what they need on the way."""
        return self.folder / SCRATCH

    def prepare(self) -> None:
        """Make the folders, and throw away what an earlier life left half done."""
        for folder in (self.folder, self.scratch):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        for left in self.scratch.iterdir():
            left.unlink(missing_ok=True)

    def draft(self, report_id: str) -> Path:
        """Return where a report is written."""
        return self.scratch / f"{report_id}.part"

    def path(self, report_id: str) -> Path:
        """Return where a finished report lies."""
        return self.folder / report_id

    def publish(self, report_id: str) -> int:
        """Move a draft, which is on the disk already, to its place; return its size."""
        path = self.path(report_id)
        self.draft(report_id).replace(path)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return path.stat().st_size

    def remove(self, report_id: str) -> None:
        """Delete the file of a report, finished or not."""
        for path in (self.path(report_id), self.draft(report_id)):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def compare(self, known: set[str]) -> set[str]:
        """Delete the files that are not known, and return what is known but not there."""
        found = {path.name: path for path in self.folder.iterdir() if path.is_file()}
        for name in found.keys() - known:
            found[name].unlink(missing_ok=True)
        return known - found.keys()
