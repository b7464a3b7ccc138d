"""What the API shows of the fleet."""

from typing import Any, Self

from pydantic import Field

from daemon.kernel.licence import EXTRAS
from daemon.web.schema import ApiModel, Moment
from sync.evidence import Evidence

from .domain import CLOCKS, LICENCES, STATES, until_words
from .installing import Offered
from .service import State


class EnrollInput(ApiModel):
    """The one-time token that the reseller's office gave."""

    token: str = Field(min_length=8, max_length=200)


class DocumentView(ApiModel):
    """A document of the control plane: which version runs here, and what became of the latest."""

    kind: str
    version: int
    applied: int | None
    state: str
    text: str
    reason: str
    expires: str | None


class ExtraView(ApiModel):
    """A paid extra."""

    name: str
    text: str


class LicenceView(ApiModel):
    """The licence, and what it turns off."""

    state: str
    text: str
    until: Moment | None
    stale: bool
    plan: str
    features: list[str]
    limits: dict[str, int]
    off: list[ExtraView]


class ReleaseView(ApiModel):
    """The release that runs, and the one that is wanted; this box never replaces its own code."""

    channel: str
    wanted: str | None
    running: str
    up_to_date: bool


class SyncView(ApiModel):
    """How the sync stands, in facts and in words."""

    state: str
    text: str
    device_id: str
    tenant: str | None
    epoch: int
    acked: int
    waiting: int
    failures: int
    trouble: str
    detail: str
    last_receipt_at: Moment | None
    next_try_at: Moment | None
    clock: str
    clock_text: str
    time: Moment | None
    licence: str
    entitled: LicenceView
    documents: list[DocumentView]
    release: ReleaseView

    @classmethod
    def of(cls, found: State, language: str) -> Self:
        """Describe a state in the reader's language."""
        status, place = found.sync, int(language.startswith("en"))
        return cls(
            state=status.state,
            text=status.text(language),
            device_id=status.device_id,
            tenant=status.tenant,
            epoch=status.epoch,
            acked=status.acked,
            waiting=status.waiting,
            failures=status.failures,
            trouble=status.trouble,
            detail=status.detail,
            last_receipt_at=status.last_receipt_at,
            next_try_at=status.next_try_at,
            clock=status.clock,
            clock_text=CLOCKS[status.clock][place],
            time=status.now,
            licence=str(status.licence.state),
            entitled=_licence(found, place),
            documents=[
                DocumentView(
                    kind=one.kind,
                    version=one.version,
                    applied=one.applied,
                    state=one.state,
                    text=STATES[one.state][place],
                    reason=one.reason,
                    expires=one.expires,
                )
                for one in status.documents
            ],
            release=ReleaseView(
                channel=found.release.channel,
                wanted=found.release.wanted,
                running=found.release.running,
                up_to_date=found.release.up_to_date,
            ),
        )


class HeadView(ApiModel):
    """The end of a chain."""

    stream: str
    epoch: int
    seq: int
    hash: str
    kept_from: int


class ReceiptView(ApiModel):
    """What the control plane signed for."""

    epoch: int
    acked: int
    head: str
    received_at: str


class EvidenceView(ApiModel):
    """The evidence of both sides."""

    heads: list[HeadView]
    rolled: int
    receipts: list[ReceiptView]
    frozen: str
    key: str
    rotating: bool
    sync: SyncView

    @classmethod
    def of(cls, found: Evidence, state: State, language: str) -> Self:
        """Show the ends of the chains beside the state."""
        return cls(
            heads=[
                HeadView(
                    stream=head.stream,
                    epoch=head.epoch,
                    seq=head.seq,
                    hash=head.hash.hex(),
                    kept_from=head.anchor_seq + 1,
                )
                for head in found.heads
            ],
            rolled=found.rolled,
            receipts=[ReceiptView.model_validate(one) for one in found.receipts],
            frozen=found.frozen,
            key=found.key,
            rotating=found.rotating,
            sync=SyncView.of(state, language),
        )


class FleetModelView(ApiModel):
    """A model of the fleet's catalogue."""

    id: str
    name: str
    sha256: str
    size_mb: int
    languages: list[str]
    license: str
    state: str
    error: str

    @classmethod
    def of(cls, one: Offered) -> Self:
        """Show a model as it stands here."""
        facts: dict[str, Any] = one.model.model_dump(exclude={"install"})
        return cls(**facts, state=one.state, error=one.error)


class FleetModelsView(ApiModel):
    """The fleet's catalogue."""

    items: list[FleetModelView]


def _licence(found: State, place: int) -> LicenceView:
    licence = found.sync.licence
    words = LICENCES[licence.state][place]
    until = until_words(licence.until, found.zone, english=bool(place))
    return LicenceView(
        state=licence.state,
        text=words.format(until=until),
        until=licence.until,
        stale=licence.stale,
        plan=licence.plan,
        features=sorted(licence.features),
        limits=licence.limits,
        off=[ExtraView(name=extra, text=EXTRAS[extra][place]) for extra in found.off],
    )
