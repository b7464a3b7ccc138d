"""What is said of each matter, and what to do about it, in Portuguese and in English."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple

from daemon.kernel.spelling import camel

from .domain import Kind, Notification


class Words(NamedTuple):
    """A title, what happened, and what to do."""

    title: str
    text: str
    fix: str


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


_PT: Final[dict[Kind, Words]] = {
    "session_down": Words(
        "WhatsApp desconectado: {name}",
        "O número {name} ({phone}) está fora do ar desde {since}. {reason}",
        "{step} A tela WhatsApp mostra o estado e o botão para conectar de novo.",
    ),
    "queue_late": Words(
        "Fila atrasada",
        "Há tarefas esperando desde {since}; respostas podem demorar.",
        "Veja em Sistema se algo está parado. Se a caixa está cheia de trabalho, reduza o uso da "
        "API ou use um modelo menor; se não melhorar, reinicie o serviço: nada se perde.",
    ),
    "disk_low": Words(
        "Pouco espaço em disco",
        "Restam {free_mb} MiB livres (limite: {limit} MiB).",
        "Libere espaço, mova cópias de segurança para fora da caixa ou aumente o disco. Sem "
        "espaço, nenhuma mensagem pode ser recebida.",
    ),
    "licence": Words(
        "Licença: {state_pt}",
        "A licença está {state_pt}{until_pt}.",
        "Verifique a internet da caixa e fale com a revenda. Receber e guardar mensagens continua "
        "funcionando.",
    ),
    "model_down": Words(
        "Parte fora do ar: {part_pt}",
        "{part_pt}: {state} desde {since}. {reason}",
        "Espere um minuto: ela é reiniciada sozinha. Se continuar, execute nextagent doctor; para "
        "o modelo, veja se ele está instalado e cabe na memória (tela Modelos).",
    ),
    "payment_overdue": Words(
        "Pagamento atrasado: {name}",
        "{name}: {count} fatura(s) vencida(s), {amount} em aberto; a mais antiga venceu em {due}.",
        "Veja a fatura na tela Financeiro, registre o pagamento ou fale com o cliente.",
    ),
    "webhook_disabled": Words(
        "Webhook desativado",
        "As entregas para {name} foram desativadas. {reason}",
        "Corrija o endereço de destino e reative-o em Integrações; depois reenvie o que faltou.",
    ),
    "sync_frozen": Words(
        "Sincronização parada",
        "{text}",
        "Verifique a internet da caixa. Se continuar, fale com a revenda; nada se perde enquanto "
        "isso.",
    ),
    "job_parked": Words(
        "Tarefas aguardando uma pessoa",
        "{count} tarefa(s) do tipo {kind} falharam várias vezes. Última causa: {reason}",
        "Corrija a causa e execute de novo em Sistema > Tarefas.",
    ),
    "document_failed": Words(
        "Documento não lido: {name}",
        "O documento {name} não pôde ser lido. {reason}",
        "Exporte o arquivo de novo (PDF com texto, DOCX, XLSX ou TXT) e envie-o outra vez.",
    ),
    "test": Words(
        "Teste de notificação",
        "Este é um teste pedido por {name}.",
        "Nada a fazer: se você recebeu, o canal funciona.",
    ),
}
_EN: Final[dict[Kind, Words]] = {
    "session_down": Words(
        "WhatsApp disconnected: {name}",
        "The number {name} ({phone}) has been down since {since}. {reason}",
        "{step} The WhatsApp screen shows the state and the button to connect again.",
    ),
    "queue_late": Words(
        "The queue is late",
        "Jobs have been waiting since {since}; replies may take long.",
        "See in System whether something is stuck. If the box has too much work, use the API less "
        "or take a smaller model; if that does not help, restart the service: nothing is lost.",
    ),
    "disk_low": Words(
        "Little disk space",
        "{free_mb} MiB are left (limit: {limit} MiB).",
        "Free some space, move backups off the box or add a larger disk. Without space no message "
        "can be taken.",
    ),
    "licence": Words(
        "Licence: {state_en}",
        "The licence is {state_en}{until_en}.",
        "Check the box's internet connection and ask the reseller. Messages are still received "
        "and kept.",
    ),
    "model_down": Words(
        "A part is down: {part_en}",
        "{part_en}: {state} since {since}. {reason}",
        "Wait a minute: it is restarted by itself. If it goes on, run nextagent doctor; for the "
        "model, see whether it is installed and fits into memory (Models screen).",
    ),
    "payment_overdue": Words(
        "Payment overdue: {name}",
        "{name}: {count} invoice(s) past due, {amount} open; the oldest was due on {due}.",
        "Look at the invoice on the Finance screen, record the payment or talk to the client.",
    ),
    "webhook_disabled": Words(
        "Webhook disabled",
        "Deliveries to {name} were switched off. {reason}",
        "Repair the address and enable it in Integrations; then replay what was missed.",
    ),
    "sync_frozen": Words(
        "Sync has stopped",
        "{text}",
        "Check the box's internet connection. If it goes on, ask the reseller; nothing is lost "
        "meanwhile.",
    ),
    "job_parked": Words(
        "Jobs wait for a person",
        "{count} job(s) of kind {kind} failed several times. Last cause: {reason}",
        "Repair the cause and replay them in System > Jobs.",
    ),
    "document_failed": Words(
        "Document not read: {name}",
        "The document {name} could not be read. {reason}",
        "Export the file anew (PDF with text, DOCX, XLSX or TXT) and upload it again.",
    ),
    "test": Words(
        "Test notification",
        "This is a test that {name} asked for.",
        "Nothing to do: if you got it, the channel works.",
    ),
}


def is_english(language: str) -> bool:
    """Say whether English is wanted; everything else is Portuguese."""
    return language.startswith("en")


def words(one: Notification, language: str, zone: tzinfo) -> Words:
    """Say it in the reader's language, times in the tenant's zone."""
    english = is_english(language)
    facts = _Facts()
    for key, value in one.facts.items():
        by_language = isinstance(value, dict)
        facts[key] = value.get("en" if english else "pt", "") if by_language else value
    facts.setdefault("since", one.opened_at.isoformat())
    facts["since"] = local(datetime.fromisoformat(str(facts["since"])), zone)
    template = (_EN if english else _PT)[one.rule]
    return Words(*(" ".join(part.format_map(facts).split()) for part in template))


def local(moment: datetime, zone: tzinfo) -> str:
    """Write a time as people of the tenant read it."""
    return f"{moment.astimezone(zone):%d/%m %H:%M}"


def message(one: Notification, change: str, language: str, zone: tzinfo) -> str:
    """Write the message that goes to a person's phone or mailbox."""
    said, english = words(one, language, zone), is_english(language)
    if change == "resolved":
        span = f"{local(one.opened_at, zone)} - {local(one.resolved_at or one.opened_at, zone)}"
        return f"{'Resolved' if english else 'Resolvido'}: {said.title}\n{span}"
    mark = {"critical": "‼️ ", "warning": "⚠️ "}.get(one.severity, "")
    again = f" ({one.times}x)" if change == "again" and one.times > 1 else ""
    todo = "What to do" if english else "O que fazer"
    return f"{mark}{said.title}{again}\n{said.text}\n{todo}: {said.fix}"


def digest(
    items: Sequence[tuple[Notification, str]], language: str, zone: tzinfo
) -> tuple[str, str]:
    """Sum up what was held back: a title, and a line a matter, the open ones first."""
    english = is_english(language)
    matters = {one.id: one for one, _ in items}
    ordered = sorted(matters.values(), key=lambda one: (one.resolved_at is not None, one.opened_at))
    title = f"{len(ordered)} notifications" if english else f"{len(ordered)} notificações"
    over, still = ("resolved", "open") if english else ("resolvida", "em aberto")
    lines = []
    for one in ordered[:30]:
        said = words(one, language, zone)
        state = still if one.resolved_at is None else over
        lines.append(f"• {said.title} ({local(one.opened_at, zone)}, {state})")
    if len(ordered) > len(lines):
        lines.append(f"… +{len(ordered) - len(lines)}")
    return title, "\n".join(lines)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as the API shows them: texts of both languages are no facts."""
    told: dict[str, Any] = camel(
        {
            key: value
            for key, value in values.items()
            if not isinstance(value, dict) and not key.endswith(("_pt", "_en"))
        }
    )
    return told
