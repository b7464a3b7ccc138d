"""Where things lie below the state directory."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The layout of the state directory; all of it is mode 0700, files 0600."""

    state: Path

    @property
    def database(self) -> Path:
        """The one SQLite file."""
        return self.state / "nextagent.db"

    @property
    def media(self) -> Path:
        """Media of messages."""
        return self.state / "media"

    @property
    def documents(self) -> Path:
        """Uploaded files, as they came."""
        return self.state / "documents"

    @property
    def models(self) -> Path:
        """Model files."""
        return self.state / "models"

    @property
    def vectors(self) -> Path:
        """Chroma's folder: an index that can be made again."""
        return self.state / "vectors"

    @property
    def key(self) -> Path:
        """The vault's key, where systemd hands over none."""
        return self.state / "vault.key"

    @property
    def incoming(self) -> Path:
        """Uploads on their way in."""
        return self.state / "incoming"

    @property
    def reports(self) -> Path:
        """Finished reports, for as long as they are kept."""
        return self.state / "reports"

    @property
    def exports(self) -> Path:
        """Exports of one person's data, for a few days."""
        return self.state / "exports"

    @property
    def erasures(self) -> Path:
        """Who was erased, as keyed hashes: outlives the restore of a backup."""
        return self.state / "erasures.jsonl"

    def create(self) -> None:
        """Make the folders, for the owner alone."""
        for folder in (
            self.state,
            self.media,
            self.documents,
            self.models,
            self.vectors,
            self.incoming,
            self.reports,
            self.exports,
        ):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
