"""Alerts as a letter: one for all that are new, in the language of the reseller."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sync.central.routing import Row

KINDS = {
    "silent": ("sem notícias da caixa", "nothing was heard of the box"),
    "whatsapp_down": ("WhatsApp desconectado", "WhatsApp is down"),
    "disk_low": ("pouco espaço em disco", "little space on the disk"),
    "queue_old": ("mensagens esperando demais", "messages wait too long"),
    "licence_ending": ("licença perto do fim", "the licence is about to end"),
    "fork": ("o livro de uso da caixa diverge", "the box's usage ledger differs"),
    "quarantine": ("eventos postos de lado", "events were put aside"),
    "version_behind": ("versão desejada não instalada", "the wanted version is not installed"),
    "canary_stopped": ("publicação interrompida", "a publication was stopped"),
}
SEVERITIES = {"critical": ("CRÍTICO", "CRITICAL"), "warning": ("Aviso", "Warning")}
SUBJECTS = {
    1: ("NextAgent: {what} - {where}", "NextAgent: {what} - {where}"),
    2: ("NextAgent: {count} alertas novos", "NextAgent: {count} new alerts"),
}
ENDS = (
    "Para ver o que já passou e assumir um alerta, abra Alertas no escritório.",
    "To see what is over and to take an alert on, open Alerts in the office.",
)


def letter(alerts: list[Row], language: str, zone: str) -> tuple[str, str]:
    """Return subject and text; critical ones come first, then the older ones."""
    way = 1 if language.startswith("en") else 0
    ordered = sorted(alerts, key=lambda one: (one["severity"] != "critical", one["opened_at"]))
    lines = [_line(one, way, ZoneInfo(zone)) for one in ordered]
    what = KINDS.get(ordered[0]["kind"], (ordered[0]["kind"],) * 2)[way]
    subject = SUBJECTS[min(len(alerts), 2)][way]
    text = "\n".join([*lines, "", ENDS[way], ""])
    return subject.format(what=what, where=_where(ordered[0]), count=len(alerts)), text


def _line(alert: Row, way: int, zone: ZoneInfo) -> str:
    severity = SEVERITIES.get(alert["severity"], (alert["severity"],) * 2)[way]
    what = KINDS.get(alert["kind"], (alert["kind"],) * 2)[way]
    return f"{severity}: {what} - {_where(alert)} - {_at(alert['opened_at'], way, zone)}"


def _where(alert: Row) -> str:
    """Return whose box it is, on one line."""
    box = alert["label"] or alert["device_id"]
    tenant = alert["tenant"] or alert["tenant_id"] or alert["reseller_id"]
    return " ".join((f"{tenant}, {box}" if box else tenant).split())


def _at(at: datetime, way: int, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}" if way else f"{local:%d/%m/%Y %H:%M}"
