"""The gate of paid extras, as contexts see it: they ask it, and never learn who decides.

Receiving, storing, hand-over to a person, export and backup are no extras: nobody asks for them.
"""

from typing import Literal, Protocol

from .errors import ForbiddenError

Extra = Literal["generative", "flows", "schedules", "webhooks", "crm", "models"]

EXTRAS: dict[Extra, tuple[str, str]] = {
    "generative": ("respostas escritas pelo modelo", "answers written by the model"),
    "flows": ("novos fluxos em conversas", "new flow runs in chats"),
    "schedules": ("relatórios agendados", "scheduled reports"),
    "webhooks": ("webhooks de saída", "outgoing webhooks"),
    "crm": ("conectores de CRM", "CRM connectors"),
    "models": ("instalação de modelos", "installing models"),
}


class LicenceRestrictedError(ForbiddenError):
    """A paid extra that the licence does not cover now."""

    code = "licence_restricted"
    template = (
        "The licence of this box does not cover this now ({extra}). Ask your reseller to renew or "
        "extend the plan; messages, hand-over, export and backup keep working."
    )
    template_pt = (
        "A licença desta caixa não cobre isto agora ({extra_pt}). Peça à revenda que renove ou "
        "amplie o plano; mensagens, atendimento humano, exportação e backup seguem funcionando."
    )

    def __init__(self, extra: Extra) -> None:
        portuguese, english = EXTRAS[extra]
        super().__init__(field=extra, extra=english, extra_pt=portuguese)


class Gate(Protocol):
    """Says what the licence covers."""

    def allows(self, extra: Extra, chat: str = "") -> bool:
        """Say whether an extra works now; in a chat that used it just before, it goes on."""

    def require(self, extra: Extra) -> None:
        """Raise LicenceRestrictedError unless it works now."""


class OpenGate:
    """Covers everything: a box without a control plane, and tests."""

    def allows(self, extra: Extra, chat: str = "") -> bool:  # noqa: ARG002 - the port's
        """Say yes."""
        return True

    def require(self, extra: Extra) -> None:
        """Raise nothing."""


OPEN = OpenGate()
