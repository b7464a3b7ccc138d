"""What can be wrong with flows and runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from daemon.kernel.errors import (
    ConflictError,
    NotFoundError,
    TooLargeError,
    UnprocessableError,
)


@dataclass(frozen=True)
class Problem:
    """One reason why a graph is refused: where, and why in both languages."""

    node: str | None
    field: str
    code: str
    pt: str
    en: str

    def as_json(self, language: str) -> dict[str, Any]:
        """Return it for an answer in a language, with both."""
        detail = self.en if language.startswith("en") else self.pt
        return {
            "node": self.node,
            "field": self.field,
            "code": self.code,
            "detail": detail,
            "detailPt": self.pt,
            "detailEn": self.en,
        }


class FlowNotFoundError(NotFoundError):
    """No such flow."""

    code = "flow_not_found"
    template = "There is no flow {id}."
    template_pt = "Não existe o fluxo {id}."


class VersionNotFoundError(NotFoundError):
    """The flow has no such version."""

    code = "flow_version_not_found"
    template = "Flow {id} has no version {version}."
    template_pt = "O fluxo {id} não tem a versão {version}."


class FileNotKnownError(NotFoundError):
    """No such file was uploaded."""

    code = "flow_file_not_found"
    template = "There is no file {id}."
    template_pt = "Não existe o arquivo {id}."


class RunNotFoundError(NotFoundError):
    """No such run."""

    code = "flow_run_not_found"
    template = "There is no run {id}."
    template_pt = "Não existe a execução {id}."


class FlowInvalidError(UnprocessableError):
    """A graph that cannot be published, with all that is wrong with it."""

    code = "flow_invalid"
    template = "The flow cannot be published: {problems}"
    template_pt = "O fluxo não pode ser publicado: {problems_pt}"

    def __init__(self, problems: Sequence[Problem], *, field: str = "draft") -> None:
        shown = problems[:5]
        more = len(problems) - len(shown)
        super().__init__(
            field=f"nodes.{problems[0].node}" if problems[0].node else field,
            problems=_joined([(one.node, one.en) for one in shown], more),
            problems_pt=_joined([(one.node, one.pt) for one in shown], more),
        )
        self.problems = tuple(problems)

    def listed(self, language: str) -> list[dict[str, Any]]:
        """Return every problem, for the answer."""
        return [one.as_json(language) for one in self.problems]


class ImportRefusedError(FlowInvalidError):
    """A file that is not what it should be; nothing of it was taken."""

    code = "flow_import_refused"
    template = "The file cannot be imported: {problems}"
    template_pt = "O arquivo não pode ser importado: {problems_pt}"


class FlowTooLargeError(TooLargeError):
    """A draft over the limit."""

    code = "flow_too_large"
    template = "{what} is over the limit of {limit}."
    template_pt = "{what} passa do limite de {limit}."


class NotPublishedError(ConflictError):
    """A flow without a published version was to be started."""

    code = "flow_not_published"
    template = "Flow {id} has no published version. Publish it, or start its draft."
    template_pt = "O fluxo {id} não tem versão publicada. Publique-o ou inicie o rascunho."


class FlowOfOtherAgentError(ConflictError):
    """The flow belongs to another agent than the one that was named."""

    code = "flow_of_other_agent"
    template = "Flow {id} belongs to another agent."
    template_pt = "O fluxo {id} é de outro agente."


class RunStateError(ConflictError):
    """The run is in a state that does not allow this."""

    code = "flow_run_state"
    template = "The run is {state}: it cannot be {wanted}."
    template_pt = "A execução está em {state}: isto não é possível ({wanted})."


class RunActiveError(ConflictError):
    """A chat runs one flow at a time."""

    code = "flow_run_active"
    template = "Another flow runs in this chat (run {run}). Close it, or send replace: true."
    template_pt = (
        "Outro fluxo está em andamento nesta conversa (execução {run}). Encerre-o ou "
        "envie replace: true."
    )


class SecretNotFoundError(NotFoundError):
    """The flow has no such secret."""

    code = "flow_secret_not_found"
    template = "Flow {id} has no secret {name}."
    template_pt = "O fluxo {id} não tem o segredo {name}."


class SecretInUseError(ConflictError):
    """The published version would not work without it."""

    code = "flow_secret_in_use"
    template = "The published version needs the secret {name} at node {node}."
    template_pt = "A versão publicada precisa do segredo {name} no nó {node}."


class TooManySecretsError(ConflictError):
    """A flow has only so many secrets."""

    code = "flow_too_many_secrets"
    template = "A flow holds at most {limit} secrets. Remove one that is not used."
    template_pt = "Um fluxo guarda no máximo {limit} segredos. Remova um que não seja usado."


class ChatHeldError(ConflictError):
    """A person has the chat, and flows do not talk over people."""

    code = "flow_chat_held"
    template = "A person has this chat. Give it back before a flow starts in it."
    template_pt = "Uma pessoa está nesta conversa. Devolva-a antes de iniciar um fluxo."


def _joined(found: Sequence[tuple[str | None, str]], more: int) -> str:
    lines = [f"[{node}] {text}" if node else text for node, text in found]
    return "; ".join(lines) + (f" (+{more})" if more > 0 else "")
