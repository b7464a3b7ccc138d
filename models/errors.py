"""What can go wrong with a model, each with a stable code and words in both languages.

The daemon translates these where it translates its own; a child sends ``code`` and ``facts`` over
the link and :func:`from_wire` gives the same class back on the other side.
"""

from __future__ import annotations

from typing import Any, ClassVar


class ModelError(Exception):
    """Base of everything a model or its engine refuses or fails at."""

    code: ClassVar[str] = "model_error"
    template: ClassVar[str] = "The model failed: {reason}."
    template_pt: ClassVar[str] = "O modelo falhou: {reason}."
    transient: ClassVar[bool] = False
    """Whether the same request may well succeed later, so that a job retries instead of parking."""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.words())

    def words(self, language: str = "en") -> str:
        """Return the sentence in ``language``, with unknown facts shown as a question mark."""
        template = self.template_pt if language.startswith("pt") else self.template
        return template.format_map(_Facts(self.facts))


class ModelUnavailableError(ModelError):
    """No model can answer now: still loading, restarting, or its server is away."""

    code = "model_unavailable"
    template = "The language model is not available: {reason}."
    template_pt = "O modelo de linguagem não está disponível: {reason}."
    transient = True


class ModelTimeoutError(ModelError):
    """The answer did not come within the time the caller allowed."""

    code = "model_timeout"
    template = "The model did not finish within {seconds} seconds."
    template_pt = "O modelo não terminou em {seconds} segundos."
    transient = True


class ModelCancelledError(ModelError):
    """The caller gave the request up before it finished."""

    code = "model_cancelled"
    template = "The request was cancelled."
    template_pt = "O pedido foi cancelado."


class ModelOverloadedError(ModelError):
    """The queue in front of the model is full."""

    code = "model_overloaded"
    template = "The model already has {waiting} requests waiting; try again later."
    template_pt = "O modelo já tem {waiting} pedidos na fila; tente mais tarde."
    transient = True


class PromptTooLongError(ModelError):
    """Prompt and answer together do not fit the context."""

    code = "prompt_too_long"
    template = (
        "The prompt has {prompt_tokens} tokens and asks for {max_tokens} more; the model holds "
        "{context_tokens}. Shorten the prompt or choose a model with a larger context."
    )
    template_pt = (
        "O prompt tem {prompt_tokens} tokens e pede mais {max_tokens}; o modelo comporta "
        "{context_tokens}. Encurte o prompt ou escolha um modelo com contexto maior."
    )


class BadRequestError(ModelError):
    """A field of the request makes no sense."""

    code = "model_bad_request"
    template = "{field}: {reason}."
    template_pt = "{field}: {reason}."


class InvalidOutputError(ModelError):
    """The answer did not match the requested JSON schema, even when asked again."""

    code = "model_invalid_output"
    template = "The model did not produce valid JSON for the schema: {reason}."
    template_pt = "O modelo não produziu um JSON válido para o esquema: {reason}."


class EngineError(ModelError):
    """The engine itself failed while decoding."""

    code = "model_engine_error"
    template = "The engine failed: {reason}."
    template_pt = "O motor falhou: {reason}."
    transient = True


class ModelFileError(ModelError):
    """Base of everything wrong with a model file: a person must act, a retry changes nothing."""

    code = "model_file_error"
    template = "The model file {path} cannot be used: {reason}."
    template_pt = "O arquivo de modelo {path} não pode ser usado: {reason}."


class ModelMissingError(ModelFileError):
    """The file is not where the settings say."""

    code = "model_missing"
    template = "There is no model file at {path}. Run `nextagent models pull` or check the path."
    template_pt = (
        "Não há arquivo de modelo em {path}. Rode `nextagent models pull` ou confira o caminho."
    )


class ModelChecksumError(ModelFileError):
    """The bytes are not the ones that were promised; the file is never opened."""

    code = "model_checksum"
    template = "{path} has sha256 {actual}, expected {expected}. Delete it and pull it again."
    template_pt = "{path} tem sha256 {actual}, esperado {expected}. Apague-o e baixe de novo."


class NotAModelError(ModelFileError):
    """The file is not a GGUF model this engine can load."""

    code = "not_a_model"
    template = "{path} is not a usable GGUF model: {reason}."
    template_pt = "{path} não é um modelo GGUF utilizável: {reason}."


class NotAChatModelError(ModelFileError):
    """The file loads but carries no chat template."""

    code = "not_a_chat_model"
    template = "{path} has no chat template: it is not an instruct model. Choose a chat model."
    template_pt = (
        "{path} não tem modelo de conversa (chat template): não é um modelo instruct. "
        "Escolha um modelo de conversa."
    )


class ModelTooLargeError(ModelFileError):
    """The model would not fit the memory of this box."""

    code = "model_too_large"
    template = (
        "{path} needs about {needed_mb} MB and this box has {available_mb} MB free. "
        "Choose a smaller model or a smaller context."
    )
    template_pt = (
        "{path} precisa de cerca de {needed_mb} MB e esta máquina tem {available_mb} MB livres. "
        "Escolha um modelo menor ou um contexto menor."
    )


class UnknownModelError(ModelError):
    """The catalogue has no such entry, and no file of that name exists."""

    code = "unknown_model"
    template = "There is no model {model}. `nextagent models list` shows what there is."
    template_pt = "Não existe o modelo {model}. `nextagent models list` mostra os que há."


class DownloadError(ModelError):
    """A download broke off or was refused; what arrived is kept and the next pull resumes."""

    code = "model_download"
    template = "Downloading {source} failed: {reason}. Run the same command again to resume."
    template_pt = "Falha ao baixar {source}: {reason}. Repita o comando para continuar."
    transient = True


class _Facts(dict[str, Any]):
    """Formats a template whose fact is missing instead of hiding the first error with a second."""

    def __missing__(self, key: str) -> str:
        return "?"


def _all(cls: type[ModelError]) -> dict[str, type[ModelError]]:
    found = {cls.code: cls}
    for child in cls.__subclasses__():
        found |= _all(child)
    return found


def from_wire(code: str, message: str, facts: dict[str, Any] | None = None) -> ModelError:
    """Rebuild the error a child answered with; an unknown code keeps its message."""
    cls = _all(ModelError).get(code)
    if cls is None or not facts:
        return EngineError(reason=message) if cls is None else cls(reason=message)
    return cls(**facts)
