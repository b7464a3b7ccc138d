"""The licence and the documents in words; what went wrong with a file of the fleet."""

from datetime import datetime, tzinfo
from typing import Literal

from daemon.kernel.errors import ConflictError, NotFoundError

Availability = Literal["available", "downloading", "installed", "failed"]

LICENCES = {
    "unenrolled": (
        "Sem plano de controle: tudo liberado.",
        "No control plane: everything is on.",
    ),
    "active": ("Licença ativa{until}.", "The licence is active{until}."),
    "grace": (
        "Licença vencida: tudo segue funcionando{until}. Fale com a revenda para renovar.",
        "The licence has lapsed: everything goes on working{until}. Ask your reseller to renew.",
    ),
    "restricted": (
        (
            "Licença restrita: os extras pagos estão desligados. Mensagens, atendimento humano, "
            "exportação e backup continuam. Fale com a revenda para renovar."
        ),
        (
            "The licence is restricted: paid extras are off. Messages, hand-over to people, "
            "export and backup go on. Ask your reseller to renew."
        ),
    ),
}
CLOCKS = {
    "receipt": (
        "A hora vem do plano de controle.",
        "The time is the control plane's.",
    ),
    "own": (
        "A hora vem do relógio desta máquina.",
        "The time is this machine's own clock.",
    ),
    "behind": (
        "O relógio desta máquina está atrasado; a hora segue a última comprovada.",
        "The clock of this machine lags; the last time that was proven is carried on.",
    ),
}
STATES = {
    "applied": ("em uso", "in force"),
    "refused": ("recusado", "refused"),
    "pending": ("aguardando arquivos", "waiting for its files"),
}


class UnknownModelError(NotFoundError):
    """The fleet's catalogue does not list it."""

    code = "model_unknown"
    template = "The fleet's catalogue lists no model {id}."
    template_pt = "O catálogo da frota não tem o modelo {id}."


class NotEnrolledError(ConflictError):
    """There is no control plane yet."""

    code = "not_enrolled"
    template = "Enrol this box first: nextagent enroll TOKEN."
    template_pt = "Antes, cadastre esta caixa: nextagent enroll CÓDIGO."


def until_words(until: datetime | None, zone: tzinfo, english: bool) -> str:  # noqa: FBT001 - chosen by the reader's language
    """Return ` until 2026-05-01`, or nothing."""
    if until is None:
        return ""
    day = until.astimezone(zone)
    return f" until {day:%Y-%m-%d}" if english else f" até {day:%d/%m/%Y}"
