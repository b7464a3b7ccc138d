"""Invoices and reports."""

from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from .part import Part


class Finance(Part):
    """Invoices of this tenant, and where they are paid."""

    due_days: int = Field(10, ge=0, le=90, description="Days from an invoice to its last day")
    pix_key: str = Field(
        "", max_length=77, description="Pix key that invoices are paid to; empty: no Pix code"
    )
    pix_name: str = Field("", max_length=60, description="Receiver's name; empty: tenant's name")
    pix_city: str = Field("BRASIL", max_length=60, description="Receiver's city")
    provider: Literal["none", "asaas"] = Field(
        "none", description="Who charges for invoices and confirms their payment"
    )
    provider_url: str = Field(
        "https://api.asaas.com",
        pattern=r"^https?://[^\s/]+$",
        description="Its API, without a path",
    )
    provider_key: SecretStr = Field(SecretStr(""), description="Its API key")
    provider_webhook_token: SecretStr = Field(
        SecretStr(""), description="Token its events carry; empty: none are heard"
    )
    reminders_agent: str = Field(
        "",
        max_length=64,
        description="Id of the agent whose number sends reminders and receipts; empty: none",
    )
    language: Literal["pt-BR", "en"] = Field("pt-BR", description="Language of those messages")
    wait_budget_s: int = Field(
        60, ge=1, le=86_400, description="p95 of the first reply above which a box is too small"
    )

    @field_validator("pix_key")
    @classmethod
    def plain(cls, value: str) -> str:
        """Refuse what no Pix key is: e-mail, phone, CPF, CNPJ and random keys are plain ASCII."""
        if not value.isascii() or any(sign.isspace() for sign in value):
            msg = "must have neither blanks nor accents"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def keyed(self) -> Self:
        """Refuse a provider without its key: no invoice would ever be charged."""
        if self.provider != "none" and not self.provider_key.get_secret_value():
            msg = f"provider {self.provider} needs provider_key"
            raise ValueError(msg)
        return self


class Reports(Part):
    """Reports and their files."""

    files: int = Field(200, ge=1, le=10_000, description="Reports kept; the oldest go first")
    total_mb: int = Field(2048, ge=16, le=1_000_000, description="Size of all of them, in MiB")
    keep_days: int = Field(30, ge=1, le=3650, description="Days that a report is kept")
    waiting: int = Field(20, ge=1, le=1000, description="Reports that may wait to be made")
    memory_mb: int = Field(256, ge=128, le=8192, description="Memory of their maker, in MiB")
    pdf_rows: int = Field(200, ge=10, le=2000, description="Messages listed in a PDF")
    timeout_s: float = Field(3600.0, ge=10, le=86_400, description="Longest making of one")
