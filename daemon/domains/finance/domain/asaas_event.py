"""An event of the payment provider Asaas, as version 3 of its API documents it.

Its amounts are JSON numbers in reais. They are read as decimals from the raw text and are whole
centavos from then on: no float is ever made of one.
"""

import json
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from daemon.kernel.errors import BadInputError

from .provider import EVENTS, MAX_ID, METHODS, Notice, centavos

PAYMENTS = "PAYMENT_"
Word = Annotated[str, Field(pattern=r"^[ -~]+$", max_length=MAX_ID)]
Reais = Annotated[
    int,
    BeforeValidator(lambda value: centavos(value, "payment.value")),
    WithJsonSchema({"type": "number", "minimum": 0, "description": "In reais, like 249.90"}),
]


def _plain(value: Any) -> Any:
    """Take a reference that is none of ours for none at all."""
    return value if isinstance(value, str) and value.isascii() else None


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


Reference = Annotated[str | None, BeforeValidator(_plain)]
Day = Annotated[str | None, BeforeValidator(_text)]


class Documented(BaseModel):
    """Base of what the provider sends: it may add to it at any time."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class AsaasPayment(Documented):
    """The charge that an event is about."""

    id: Word = Field(description="The provider's own id of the charge")
    value: Reais
    external_reference: Reference = Field(None, description="The id of the invoice")
    billing_type: Reference = Field(None, description="PIX, BOLETO, CREDIT_CARD, ...")
    payment_date: Day = Field(None, description="The day it was paid: 2026-11-22")
    client_payment_date: Day = None


class AsaasEvent(Documented):
    """One event. Fields that are not named here are passed over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "evt_05b708f961d739ea7eba7e4db318f621&368604920",
                    "event": "PAYMENT_RECEIVED",
                    "dateCreated": "2026-11-22 16:45:03",
                    "payment": {
                        "object": "payment",
                        "id": "pay_080225913252",
                        "customer": "cus_G7Dvo4iphUNk",
                        "value": 249,
                        "netValue": 248,
                        "billingType": "PIX",
                        "status": "RECEIVED",
                        "dueDate": "2026-12-10",
                        "paymentDate": "2026-11-22",
                        "externalReference": "0193547e-7c1a-7c3e-9f0a-3d1f5b2c8e47",
                    },
                }
            ]
        }
    )

    id: Word = Field(description="Of this event: one that comes twice changes nothing")
    event: Word = Field(description=f"Of interest: {', '.join(EVENTS)}; others change nothing")
    payment: AsaasPayment | None = Field(None, description=f"With every event {PAYMENTS}...")

    @property
    def notice(self) -> Notice:
        """What it says. Raises BadInputError when the charge is missing that it must be about."""
        paid = self.payment
        if paid is None:
            if self.event.startswith(PAYMENTS):
                raise BadInputError(
                    field="payment", problem="must be an object", problem_pt="deve ser um objeto"
                )
            return Notice(self.id, None, "", None, 0, "other", None)
        return Notice(
            id=self.id,
            state=EVENTS.get(self.event),
            charge_id=paid.id,
            invoice_id=paid.external_reference,
            amount=paid.value,
            method=METHODS.get(paid.billing_type or "", "other"),
            paid_on=paid.payment_date or paid.client_payment_date,
        )


def read_notice(raw: bytes) -> Notice:
    """Read an event. Raises BadInputError or ValidationError naming the field that is wrong."""
    try:
        body = json.loads(raw, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadInputError(
            field="body", problem="is not valid JSON", problem_pt="não é um JSON válido"
        ) from error
    if not isinstance(body, dict):
        raise BadInputError(
            field="body", problem="must be an object", problem_pt="deve ser um objeto"
        )
    return AsaasEvent.model_validate(body).notice


def _refuse(name: str) -> None:
    raise ValueError(name)
