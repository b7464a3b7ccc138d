"""What can go wrong with reports, and how people are told."""

from daemon.kernel.errors import ConflictError, NotFoundError

FAILURES = {
    "out_of_memory": (
        "O relatório não coube na memória permitida (reports.memory_mb). Escolha CSV ou JSON.",
        "The report did not fit the memory allowed (reports.memory_mb). Choose CSV or JSON.",
    ),
    "too_large": (
        "O arquivo passa do tamanho permitido (reports.total_mb). Escolha um período menor.",
        "The file is over the size allowed (reports.total_mb). Choose a shorter period.",
    ),
    "too_slow": (
        "Demorou mais que o permitido (reports.timeout_s). Escolha um período menor ou CSV.",
        "It took longer than allowed (reports.timeout_s). Choose a shorter period, or CSV.",
    ),
    "disk_full": (
        "O disco está cheio. Libere espaço e gere de novo.",
        "The disk is full. Make room and make it again.",
    ),
    "disk_failed": (
        "O disco não aceitou o arquivo. Rode `nextagent doctor`.",
        "The disk did not take the file. Run `nextagent doctor`.",
    ),
    "crashed": (
        "A geração foi interrompida. Gere de novo; se repetir, envie o diagnóstico ao suporte.",
        "The making broke off. Make it again; if it repeats, send support the diagnostics.",
    ),
}
"""What went wrong, by code: Portuguese, English."""


class ReportNotFoundError(NotFoundError):
    """No such report."""

    code = "report_not_found"
    template = "There is no report {id}."
    template_pt = "Não existe o relatório {id}."


class ScheduleNotFoundError(NotFoundError):
    """No such schedule."""

    code = "report_schedule_not_found"
    template = "There is no report schedule {id}."
    template_pt = "Não existe o agendamento de relatório {id}."


class ReportNotReadyError(ConflictError):
    """Its file is not there: not yet, or never."""

    code = "report_not_ready"
    template = "Report {id} has no file: it is {state}. Wait for report.ready, or make it again."
    template_pt = (
        "O relatório {id} não tem arquivo: está {state}. Aguarde report.ready ou gere de novo."
    )


class TooManyReportsError(ConflictError):
    """More wait already than the box makes at a time."""

    code = "too_many_reports"
    template = "{limit} reports wait already (reports.waiting). Wait for one, or delete one."
    template_pt = "Já há {limit} relatórios na fila (reports.waiting). Aguarde ou exclua um."


class TooManySchedulesError(ConflictError):
    """More schedules than a box keeps."""

    code = "too_many_report_schedules"
    template = "This box keeps at most {limit} report schedules. Delete one."
    template_pt = "Esta caixa guarda no máximo {limit} agendamentos. Exclua um."
