"""What would happen if: a subscription's next step, looked at before it is taken."""

from typing import Literal

from pydantic import Field

from daemon.domains.finance.domain.errors import (
    FinanceNotFoundError,
    PlanArchivedError,
    SubscriptionStateError,
)
from daemon.domains.finance.domain.records import LineKind
from daemon.domains.finance.service import stepping
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, Moment

from .views import FINANCE, Cancellation, SubscriptionChange, SubscriptionView

routes = Routes(tag="billing")


class Foresight(SubscriptionChange, Cancellation):
    """A step, with what the route that takes it would be sent."""

    action: Literal["change", "cancel", "pause", "resume", "reactivate"] = "change"

    @property
    def step(self) -> stepping.Step:
        """The step itself."""
        match self.action:
            case "change":
                return stepping.move(self.plan_id, self.period, self.price_centavos)
            case "cancel":
                later = self.when == "period_end"
                return stepping.cancel(self.reason, later=later, give_back=self.give_back)
            case "pause":
                return stepping.pause
            case "resume":
                return stepping.resume
            case "reactivate":
                return stepping.reactivate


class ForeseenLine(ApiModel):
    """A line that the step would write; what is given back is negative."""

    kind: LineKind
    code: str
    description: str
    total: int = Field(serialization_alias="totalCentavos")
    from_at: Moment | None = Field(serialization_alias="from")
    until_at: Moment | None = Field(serialization_alias="until")


class OutlookView(ApiModel):
    """What the step would do; nothing of it is written down."""

    subscription: SubscriptionView = Field(description="As it would stand")
    lines: list[ForeseenLine] = Field(description="What the step charges and gives back")
    net: int = Field(serialization_alias="netCentavos", description="The sum of the lines")
    waiting: int = Field(
        serialization_alias="waitingCentavos",
        description="What waits for the client's next invoice already; credit is negative",
    )
    due_now: int = Field(
        serialization_alias="dueNowCentavos",
        description="What an invoice that is drawn up right after the step would ask for",
    )
    credit: int = Field(
        serialization_alias="creditCentavos",
        description="What is kept for later invoices, where more is given back than charged",
    )
    mrr_change: int = Field(serialization_alias="mrrChangeCentavos")
    holds_from: Moment | None = Field(
        description="From when the price is charged; null: nothing is, for now"
    )
    next_charge_at: Moment | None = Field(description="When the next whole period is charged")
    invoiced_at: Moment = Field(description="The month's edge: invoiced by itself then")


@routes.post(
    "/billing/subscriptions/{id}/preview",
    unaudited="writes nothing",
    body=Foresight,
    examples={
        "upgrade": {"action": "change", "priceCentavos": 29900},
        "end": {"action": "cancel", "when": "now", "giveBack": True},
    },
    returns=OutlookView,
    errors=[FinanceNotFoundError, SubscriptionStateError, PlanArchivedError],
)
async def preview(call: Call[Foresight, None]) -> OutlookView:
    """Say what a change, pause or end would charge and give back, without doing it.

    The same step is taken as by `/change`, `/cancel`, `/pause`, `/resume` and `/reactivate`, and
    forgotten: what it says is what they do at that moment.
    """
    found = await call.app[FINANCE].subscriptions.foresee(call.path["id"], call.body.step)
    return OutlookView.model_validate(found)
