"""Routes of the tenant's own terms: Pix, the payment provider, reminders."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from daemon.domains.finance.domain.pix_key import MAX_KEY, pix_key
from daemon.domains.finance.domain.terms import RUNGS, Adapter, Language, Terms
from daemon.kernel.complaints import WrongValueError
from daemon.kernel.errors import BadInputError
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel

from .views import FINANCE

routes = Routes(tag="billing")

MOST_STEPS = 12
Days = Annotated[int, Field(ge=-30, le=365)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
PixKey = Annotated[str, StringConstraints(max_length=MAX_KEY), AfterValidator(pix_key)]
PixName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+$", max_length=200)]
AgentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{0,64}$")]

NOT_PLAIN = ("must be one line of plain text", "deve ser uma linha de texto simples")


def _one_line(secret: SecretStr) -> SecretStr:
    """Return what can stand in a header, without the blanks around it that pasting brings."""
    text = secret.get_secret_value().strip()
    if not text.isascii() or (text and not text.isprintable()):
        raise WrongValueError(*NOT_PLAIN)
    return SecretStr(text)


Key = Annotated[SecretStr, Field(max_length=500), AfterValidator(_one_line)]


class PixTerms(ApiModel):
    """Who is paid by Pix. An empty key: no Pix code."""

    key: PixKey | None = None
    name: PixName | None = Field(None, description="As the payer's bank shows it")
    city: PixName | None = None


class ProviderTerms(ApiModel):
    """Who charges for invoices. Secrets are sealed and never shown."""

    adapter: Adapter | None = None
    url: Url | None = None
    key: Key | None = Field(None, description="Its API key; empty text: forget it")
    webhook_token: Key | None = Field(
        None, description="Token that its events carry; empty text: forget it"
    )


class StepTerms(ApiModel):
    """One reminder. Its words may use {name}, {label}, {amount} and {due}."""

    days: Days | None = Field(description="From the last day to pay; null: with the invoice")
    text: Words | None = Field(None, description="Null: the house's own words")


class CancelTerms(ApiModel):
    """Whether a subscription ends by itself when nobody pays: an involuntary churn."""

    enabled: bool
    after_days: int = Field(7, ge=1, le=365, description="After the last reminder")


class ReminderTerms(ApiModel):
    """How clients are reminded on WhatsApp."""

    agent_id: AgentId | None = Field(
        None, description="Whose number speaks; empty: no reminders and no receipts by themselves"
    )
    language: Language | None = None
    steps: Annotated[list[StepTerms], Field(min_length=1, max_length=MOST_STEPS)] | None = None
    cancel: CancelTerms | None = None


class GraceTerms(ApiModel):
    """For how long a client that owes may still make new agents, sessions and documents."""

    enabled: bool = Field(description="Off: a debt never limits what a client may use")
    days: int = Field(0, ge=0, le=365, description="Past the last day to pay")


class TermsChange(ApiModel):
    """What to change; what is not given stays."""

    due_days: int | None = Field(None, ge=0, le=90, description="From an invoice to its last day")
    pix: PixTerms | None = None
    provider: ProviderTerms | None = None
    reminders: ReminderTerms | None = None
    grace: GraceTerms | None = None


class ProviderView(ApiModel):
    """Who charges; of secrets only whether there is one."""

    adapter: Adapter
    url: str
    key_set: bool
    webhook_token_set: bool


class PixView(ApiModel):
    """Who is paid by Pix."""

    key: str
    name: str
    city: str


class ReminderView(ApiModel):
    """How clients are reminded."""

    agent_id: str
    language: Language
    steps: list[StepTerms]
    cancel: CancelTerms


class TermsView(ApiModel):
    """The terms as they stand."""

    due_days: int
    pix: PixView
    provider: ProviderView
    reminders: ReminderView
    grace: GraceTerms


EXAMPLE = {
    "dueDays": 10,
    "pix": {"key": "contato@bela.example", "name": "Bela Estética", "city": "São Paulo"},
    "reminders": {
        "steps": [
            {"days": None},
            {"days": -2},
            {"days": 1},
            {"days": 7, "text": "{name}, a fatura {label} de R$ {amount} venceu em {due}."},
        ],
        "cancel": {"enabled": True, "afterDays": 15},
    },
    "grace": {"enabled": True, "days": 10},
}


@routes.get("/billing/settings", role="owner", returns=TermsView)
async def show(call: Call[None, None]) -> TermsView:
    """Show the tenant's terms: Pix, payment provider, reminders."""
    return _view(call.app[FINANCE].desk.terms)


@routes.patch(
    "/billing/settings",
    role="owner",
    body=TermsChange,
    examples={"body": EXAMPLE},
    returns=TermsView,
    errors=[BadInputError],
)
async def change(call: Call[TermsChange, None]) -> TermsView:
    """Change the tenant's terms; what was never set is as in the box's own settings."""
    return _view(await call.app[FINANCE].change_terms(_values(call.body)))


def _values(body: TermsChange) -> dict[str, Any]:
    """Return what was given, by the names of the terms."""
    found: dict[str, Any] = {"due_days": body.due_days}
    if body.pix is not None:
        pix = body.pix
        found |= {"pix_key": pix.key, "pix_name": pix.name, "pix_city": pix.city}
    if (provider := body.provider) is not None:
        found |= {"provider": provider.adapter, "provider_url": provider.url}
        for name, secret in (
            ("provider_key", provider.key),
            ("webhook_token", provider.webhook_token),
        ):
            found[name] = None if secret is None else secret.get_secret_value()
    if (reminders := body.reminders) is not None:
        found |= {"reminders_agent": reminders.agent_id, "language": reminders.language}
        if reminders.steps is not None:
            found["rungs"] = [one.model_dump() for one in reminders.steps]
        if (cancel := reminders.cancel) is not None:
            found["cancel_after_days"] = cancel.after_days if cancel.enabled else -1
    if body.grace is not None:
        found["grace_days"] = body.grace.days if body.grace.enabled else -1
    return {name: value for name, value in found.items() if value is not None}


def _view(terms: Terms) -> TermsView:
    cancel, grace = terms.cancel_after_days, terms.grace_days
    return TermsView(
        due_days=terms.due_days,
        pix=PixView(key=terms.pix_key, name=terms.pix_name, city=terms.pix_city),
        provider=ProviderView(
            adapter=terms.provider,
            url=terms.provider_url,
            key_set=bool(terms.provider_key.get_secret_value()),
            webhook_token_set=bool(terms.webhook_token.get_secret_value()),
        ),
        reminders=ReminderView(
            agent_id=terms.reminders_agent,
            language=terms.language,
            steps=[StepTerms(days=one.days, text=one.text) for one in terms.rungs or RUNGS],
            cancel=CancelTerms(enabled=cancel is not None, after_days=cancel or 7),
        ),
        grace=GraceTerms(enabled=grace is not None, days=grace or 0),
    )
