"""What the API takes and shows of files."""

from typing import Any, Literal

from pydantic import Field

from daemon.domains.integrations.domain.files import FileKind
from daemon.domains.integrations.service.files import SHOWN, Taken
from daemon.web.schema import ApiModel, Moment


class CsvQuery(ApiModel):
    """What a file holds."""

    kind: FileKind = Field("contacts", description="What the rows are")
    dry_run: bool = Field(False, description="Say what would happen, and write nothing")


class CardQuery(ApiModel):
    """How to take a file."""

    dry_run: bool = False


class ExportQuery(ApiModel):
    """Which vCard."""

    version: Literal["3.0", "4.0"] = "4.0"


class TakenView(ApiModel):
    """What came of a file, or what would (`dryRun`)."""

    kind: FileKind
    dry_run: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    columns: dict[str, str]
    ignored: list[str]
    sample: list[dict[str, Any]]

    @classmethod
    def of(cls, taken: Taken) -> "TakenView":
        """Show what came of a file."""
        return cls(
            kind=taken.plan.kind,
            dry_run=taken.dry_run,
            rows=len(taken.plan.rows),
            created=taken.created,
            updated=taken.updated,
            unchanged=taken.unchanged,
            skipped=taken.skipped,
            columns=taken.plan.columns,
            ignored=taken.plan.ignored,
            sample=taken.plan.rows[:SHOWN],
        )


class ImportView(ApiModel):
    """A file that came."""

    id: str
    source: Literal["csv", "drop", "vcard"]
    file: str
    kind: str
    sha256: str
    outcome: Literal["imported", "refused"]
    error: str | None
    rows: int
    created: int
    updated: int
    at: Moment
