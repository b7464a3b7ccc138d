"""What the API takes and shows of privacy."""

from typing import Literal

from aiohttp import web
from pydantic import Field

from daemon.kernel.subject import Subject
from daemon.web.schema import ApiModel, ListQuery, Moment, Text

from .domain import Erasure, Export, Language, Origin, State
from .service import Privacy

PRIVACY: web.AppKey[Privacy] = web.AppKey("privacy", Privacy)


class OfContact(ListQuery):
    """Whose."""

    contact_id: str | None = Field(None, max_length=64)


class HeldView(ApiModel):
    """How much the box holds of a person."""

    contact_id: str
    name: str | None
    phone: str | None
    conversations: int
    messages: int
    answers: int
    files: int

    @classmethod
    def of(cls, person: Subject) -> "HeldView":
        """Show it."""
        return cls(
            contact_id=person.contact_id,
            name=person.name,
            phone=person.phone,
            conversations=len(person.conversations),
            messages=len(person.messages),
            answers=len(person.traces),
            files=len(person.media),
        )


class ExportWish(ApiModel):
    """How the export is written."""

    language: Language = Field("pt-BR", description="Language of the page in it")


class ExportView(ApiModel):
    """An export."""

    id: str
    contact_id: str
    language: Language
    state: State
    bytes: int
    error: str | None = Field(description="`contact_erased`, `disk_failed` or `crashed`")
    created_at: Moment
    finished_at: Moment | None
    expires_at: Moment | None = Field(description="When its file is deleted")

    @classmethod
    def of(cls, export: Export) -> "ExportView":
        """Show it."""
        return cls.model_validate(export)


class EraseWish(ApiModel):
    """The confirmation of a person."""

    confirm: Text = Field(
        max_length=120, description="The contact's phone or name, typed; its id if it has neither"
    )


class CountView(ApiModel):
    """What became of one place."""

    place: str
    erased: int
    kept: int = Field(description="Rows that the law or a setting keeps, with the minimum")


class ErasureView(ApiModel):
    """An erasure. Nothing in it names the person."""

    id: str
    contact_id: str
    origin: Origin = Field(description="`restore`: a backup had brought the contact back")
    state: State
    progress: float = Field(ge=0, le=1)
    pseudonyms: list[str] = Field(description="Keyed hashes that only this box can make")
    counts: list[CountView]
    files: int = Field(description="Media files and exports that were deleted")
    rebuilt: bool = Field(description="The database file was written anew, without old pages")
    remaining: dict[str, int] = Field(
        description="Files where the phone, the name or the words still stand, in data of others"
    )
    outside: list[str] = Field(description="Other systems that may have been given data")
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    digest: str | None = Field(description="SHA-256 of the certificate")

    @classmethod
    def of(cls, erasure: Erasure) -> "ErasureView":
        """Show it."""
        result = erasure.result
        return cls(
            id=erasure.id,
            contact_id=erasure.contact_id,
            origin=erasure.origin,
            state=erasure.state,
            progress=erasure.progress,
            pseudonyms=list(erasure.pseudonyms),
            counts=[CountView.model_validate(one) for one in result.counts],
            files=result.files,
            rebuilt=result.rebuilt,
            remaining=dict(result.remaining),
            outside=list(result.outside),
            created_at=erasure.created_at,
            started_at=erasure.started_at,
            finished_at=erasure.finished_at,
            digest=erasure.digest,
        )


class CertificateQuery(ApiModel):
    """In which language."""

    language: Literal["pt-BR", "en"] = "pt-BR"
