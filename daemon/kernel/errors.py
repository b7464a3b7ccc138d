"""Errors are classes with a code, a status, a template per language and their facts.

Raise them in services and domains; `daemon.web.problems` translates them to HTTP, and nobody
else catches them.
"""

from typing import Any, ClassVar


class NextAgentError(Exception):
    """The root. `facts` fill the template; `field` names the input that was wrong."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    template: ClassVar[str] = "Something went wrong."
    template_pt: ClassVar[str] = "Algo deu errado."

    def __init__(self, *, field: str | None = None, **facts: Any) -> None:
        super().__init__(self.template.format_map(_Facts(facts)))
        self.field = field
        self.facts = facts

    def text(self, language: str) -> str:
        """Return the message in the reader's language: pt-BR unless English is asked for."""
        template = self.template if language.startswith("en") else self.template_pt
        return template.format_map(_Facts(self.facts))

    def listed(self, language: str) -> list[dict[str, Any]] | None:  # noqa: ARG002 - for those that have parts
        """Return the parts of an error that has several, each as JSON; None for all others."""
        return None


class _Facts(dict[str, Any]):
    """A fact that was not given shows as its name, never as a second error."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


class BadInputError(NextAgentError):
    """The request is wrong, and `field` says where."""

    code = "invalid_input"
    status = 400
    template = "{field_name}: {problem}"
    template_pt = "{field_name}: {problem_pt}"

    def __init__(
        self, *, field: str, problem: str = "", problem_pt: str = "", **facts: Any
    ) -> None:
        super().__init__(
            field=field,
            field_name=field,
            problem=problem,
            problem_pt=problem_pt or problem,
            **facts,
        )


class UnauthorizedError(NextAgentError):
    """Nobody we know is asking."""

    code = "unauthorized"
    status = 401
    template = "Sign in, or send a valid token in the Authorization header."
    template_pt = "Entre com sua conta ou envie um token válido no cabeçalho Authorization."


class ForbiddenError(NextAgentError):
    """We know who asks, and they may not."""

    code = "forbidden"
    status = 403
    template = "Your role does not allow this."
    template_pt = "Seu perfil não permite esta ação."


class NotFoundError(NextAgentError):
    """There is no such thing on this box."""

    code = "not_found"
    status = 404
    template = "There is no {kind} {id}."
    template_pt = "Não existe {kind} {id}."


class ConflictError(NextAgentError):
    """The thing is in a state that does not allow this."""

    code = "conflict"
    status = 409
    template = "This conflicts with the present state."
    template_pt = "Isto conflita com o estado atual."


class TooLargeError(NextAgentError):
    """More than a documented limit."""

    code = "too_large"
    status = 413
    template = "{what} is over the limit of {limit}."
    template_pt = "{what} passa do limite de {limit}."


class UnprocessableError(NextAgentError):
    """The request is well formed, but its content cannot be used."""

    code = "unprocessable"
    status = 422
    template = "The content cannot be processed."
    template_pt = "O conteúdo não pode ser processado."


class RateLimitedError(NextAgentError):
    """Too many tries; `retry_after_s` says when to come back."""

    code = "rate_limited"
    status = 429
    template = "Too many tries. Try again in {retry_after_s} seconds."
    template_pt = "Muitas tentativas. Tente de novo em {retry_after_s} segundos."


class UnavailableError(NextAgentError):
    """A part that this needs is not up yet, or not any more."""

    code = "unavailable"
    status = 503
    template = "{part} is not available right now."
    template_pt = "{part} não está disponível no momento."
