"""What can go wrong between a box and its control plane: one table, both languages.

The server answers a problem with `status` and `code`; the client decides by `code` first.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One documented refusal."""

    status: int
    english: str
    portuguese: str


PROBLEMS: dict[str, Problem] = {
    "malformed": Problem(
        400,
        "{field}: {problem}.",
        "{field}: {problem}.",
    ),
    "unknown_version": Problem(
        400,
        "Protocol version {version} is not spoken here; update the box.",
        "A versão {version} do protocolo não é aceita aqui; atualize a caixa.",
    ),
    "bad_digest": Problem(
        400,
        "The body does not match its Content-Digest.",
        "O corpo não confere com o Content-Digest.",
    ),
    "bad_signature": Problem(
        401,
        "The request's signature does not verify.",
        "A assinatura da requisição não confere.",
    ),
    "clock_skew": Problem(
        401,
        "The signature was made {skew_s} seconds away from now; correct the clock.",
        "A assinatura foi feita a {skew_s} segundos de agora; acerte o relógio.",
    ),
    "replayed": Problem(
        401,
        "Request number {seq} was used before; the last one was {last}.",
        "O número de requisição {seq} já foi usado; o último foi {last}.",
    ),
    "device_unknown": Problem(
        401,
        "This device is not enrolled here.",
        "Este dispositivo não está cadastrado aqui.",
    ),
    "device_revoked": Problem(
        403,
        "This device was revoked by its reseller.",
        "Este dispositivo foi revogado pela revenda.",
    ),
    "token_unknown": Problem(
        401,
        "This enrolment token does not exist; ask the reseller for a new one.",
        "Este código de cadastro não existe; peça um novo à revenda.",
    ),
    "token_expired": Problem(
        403,
        "This enrolment token has expired; ask the reseller for a new one.",
        "Este código de cadastro venceu; peça um novo à revenda.",
    ),
    "token_used": Problem(
        409,
        "This enrolment token was used by another device.",
        "Este código de cadastro já foi usado por outro dispositivo.",
    ),
    "gap": Problem(
        409,
        "Expected event {expected} of epoch {epoch} next.",
        "O próximo evento esperado da época {epoch} é {expected}.",
    ),
    "epoch_closed": Problem(
        409,
        "Epoch {epoch} is closed: a later one was opened.",
        "A época {epoch} está encerrada: uma posterior foi aberta.",
    ),
    "period_closed": Problem(
        409,
        "{later} is invoiced already; what is late for {period} is in it.",
        "{later} já foi faturado; o que chegou tarde de {period} está nele.",
    ),
    "id_taken": Problem(
        409,
        "The id {id} is in use already.",
        "O id {id} já está em uso.",
    ),
    "key_taken": Problem(
        409,
        "This key is in use already.",
        "Esta chave já está em uso.",
    ),
    "too_large": Problem(
        413,
        "{what} is over the limit of {limit}.",
        "{what} passa do limite de {limit}.",
    ),
    "fork": Problem(
        422,
        "Event {seq} of epoch {epoch} differs from the one received before.",
        "O evento {seq} da época {epoch} difere do recebido antes.",
    ),
    "chain_broken": Problem(
        422,
        "The hash chain of the batch does not add up.",
        "A cadeia de hashes do lote não fecha.",
    ),
    "batch_signature": Problem(
        422,
        "The batch's own signature does not verify.",
        "A assinatura do lote não confere.",
    ),
    "audit_unknown": Problem(
        404,
        "No such audit was asked of this device.",
        "Esta auditoria não foi pedida a este dispositivo.",
    ),
    "blob_unknown": Problem(
        404,
        "There is no such file here.",
        "Este arquivo não existe aqui.",
    ),
    "bad_range": Problem(
        416,
        "The range lies outside the file of {size} bytes.",
        "O intervalo está fora do arquivo de {size} bytes.",
    ),
    "bad_login": Problem(
        401,
        "User name or password is wrong.",
        "Usuário ou senha incorretos.",
    ),
    "unauthorized": Problem(
        401,
        "Send a valid key in the Authorization header.",
        "Envie uma chave válida no cabeçalho Authorization.",
    ),
    "forbidden": Problem(
        403,
        "Your role does not allow this.",
        "Seu perfil não permite esta ação.",
    ),
    "not_found": Problem(
        404,
        "There is no {kind} {id}.",
        "Não existe {kind} {id}.",
    ),
    "content_unfit": Problem(
        422,
        "Boxes would refuse this content: {count} of its fields do not fit; see problems.",
        "As caixas recusariam este conteúdo: {count} campos não servem; veja problems.",
    ),
    "blob_busy": Problem(
        409,
        "File {sha256} is being sent by somebody else now.",
        "O arquivo {sha256} está sendo enviado por outra pessoa agora.",
    ),
    "blob_gap": Problem(
        409,
        "Go on from byte {received}; that much is here.",
        "Continue do byte {received}; é o que chegou até aqui.",
    ),
    "blob_differs": Problem(
        422,
        "The bytes have another SHA-256: {found}.",
        "Os bytes têm outro SHA-256: {found}.",
    ),
    "plan_archived": Problem(
        409,
        "Plan {plan} is archived; choose another.",
        "O plano {plan} está arquivado; escolha outro.",
    ),
    "no_price": Problem(
        409,
        "Plan {plan} has no price on {day}.",
        "O plano {plan} não tem preço em {day}.",
    ),
    "already_subscribed": Problem(
        409,
        "Tenant {tenant} has plan {plan} already.",
        "O cliente {tenant} já tem o plano {plan}.",
    ),
    "not_subscribed": Problem(
        409,
        "Tenant {tenant} has no active subscription.",
        "O cliente {tenant} não tem assinatura ativa.",
    ),
    "day_invoiced": Problem(
        409,
        "{day} lies in a month that is invoiced already; the first free day is {first}.",
        "{day} fica em um mês já faturado; o primeiro dia livre é {first}.",
    ),
    "day_before": Problem(
        409,
        "{day} is before the latest change, which is on {latest}.",
        "{day} é anterior à última mudança, que é em {latest}.",
    ),
    "currency_differs": Problem(
        409,
        "Plans of one tenant keep one currency: {currency}.",
        "Os planos de um cliente mantêm uma só moeda: {currency}.",
    ),
    "period_open": Problem(
        409,
        "Month {period} is not over yet.",
        "O mês {period} ainda não terminou.",
    ),
    "rate_limited": Problem(
        429,
        "Too many requests; come back in {retry_after_s} seconds.",
        "Requisições demais; volte em {retry_after_s} segundos.",
    ),
    "busy": Problem(
        503,
        "The control plane is busy; come back in {retry_after_s} seconds.",
        "O plano de controle está ocupado; volte em {retry_after_s} segundos.",
    ),
}


class SyncError(Exception):
    """A documented refusal with its facts; the facts travel with it as JSON."""

    def __init__(self, *, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(self.text("en"))

    @property
    def status(self) -> int:
        """The HTTP status."""
        return PROBLEMS[self.code].status

    def text(self, language: str) -> str:
        """Return the message: pt-BR unless English is asked for."""
        problem = PROBLEMS[self.code]
        template = problem.english if language.startswith("en") else problem.portuguese
        return template.format_map(_Facts(self.facts))


class _Facts(dict[str, Any]):
    """A fact that was not given shows as its name, never as a second error."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


class LedgerInputError(ValueError):
    """A fact does not fit the ledger: unknown type, unknown field, or personal data."""
