"""The state of the sync in facts and in words."""

from dataclasses import dataclass
from datetime import datetime

from sync.licence import Licence
from sync.running import Running
from sync.state import Memory
from sync.timekeeping import Trust

WORDS = {
    "unenrolled": (
        "This box is not enrolled with a control plane. Everything works locally.",
        "Esta caixa não está cadastrada em um plano de controle. Tudo funciona localmente.",
    ),
    "ok": ("Everything is synced.", "Tudo está sincronizado."),
    "offline": (
        "The control plane cannot be reached; nothing is lost, it is tried again by itself.",
        "O plano de controle não responde; nada se perde, a caixa tenta de novo sozinha.",
    ),
    "refused": (
        "The control plane refuses this box. Ask the reseller; the box keeps serving.",
        "O plano de controle recusa esta caixa. Fale com a revenda; a caixa segue atendendo.",
    ),
    "frozen": (
        "Uploads are stopped: both ends disagree on the ledger. The reseller must enrol it again.",
        "O envio parou: as duas pontas discordam sobre o livro. Peça um novo cadastro à revenda.",
    ),
    "parked": (
        "The control plane did not accept the last batch ({trouble}); it is kept and tried again.",
        "O plano de controle não aceitou o último lote ({trouble}); ele fica guardado.",
    ),
}


@dataclass(frozen=True)
class Status:
    """How the sync stands."""

    state: str
    device_id: str
    tenant: str | None
    epoch: int
    acked: int
    waiting: int
    failures: int
    trouble: str
    last_receipt_at: datetime | None
    licence: Licence
    detail: str = ""
    next_try_at: datetime | None = None
    clock: Trust = "own"
    now: datetime | None = None
    documents: tuple[Running, ...] = ()

    def text(self, language: str) -> str:
        """Return the state as a sentence, pt-BR unless English is asked for."""
        english, portuguese = WORDS[self.state]
        template = english if language.startswith("en") else portuguese
        return template.format(trouble=self.trouble)


def state_of(memory: Memory, *, failures: int, trouble: str) -> str:
    """Return the name of the state, the gravest first."""
    if memory.enrolled is None:
        return "unenrolled"
    if memory.frozen:
        return "frozen"
    if memory.refused_since is not None:
        return "refused"
    if trouble:
        return "parked"
    return "offline" if failures else "ok"
