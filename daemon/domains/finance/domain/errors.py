"""What can be wrong with a request about money."""

from daemon.kernel.errors import ConflictError, NotFoundError, UnprocessableError


class FinanceNotFoundError(NotFoundError):
    """No such plan, client, subscription, payment or invoice."""

    code = "finance_not_found"
    template = "There is no {kind} {id}."
    template_pt = "Não existe {kind} {id}."


class PlanCodeTakenError(ConflictError):
    """Two plans may not have one code."""

    code = "plan_code_taken"
    template = "There is a plan with the code {plan} already."
    template_pt = "Já existe um plano com o código {plan}."


class PlanArchivedError(ConflictError):
    """The plan takes no new subscriptions."""

    code = "plan_archived"
    template = "The plan {plan} is archived; choose another one."
    template_pt = "O plano {plan} está arquivado; escolha outro."


class ClientBusyError(ConflictError):
    """A client with running subscriptions or open invoices stays."""

    code = "client_busy"
    template = "The client still has a running subscription; cancel it first."
    template_pt = "O cliente ainda tem assinatura em vigor; cancele-a antes."


class SubscriptionStateError(ConflictError):
    """The subscription is not in a state that allows the action."""

    code = "subscription_state"
    template = "A subscription that is {state} cannot be changed by: {action}."
    template_pt = "Uma assinatura no estado {state} não aceita a ação: {action}."


class PeriodClosedError(ConflictError):
    """The month was closed; its figures do not move any more."""

    code = "period_closed"
    template = "The period {period} is closed; use a date from {open} on."
    template_pt = "O período {period} está fechado; use uma data a partir de {open}."


class AmountTooLargeError(UnprocessableError):
    """More than what is open."""

    code = "amount_over_balance"
    template = "The amount is over the {balance} centavos that are open."
    template_pt = "O valor passa dos {balance} centavos em aberto."


class InvoiceSettledError(ConflictError):
    """Nothing is open on it."""

    code = "invoice_settled"
    template = "Nothing is open on invoice {number}."
    template_pt = "A fatura {number} não tem valor em aberto."


class NothingToInvoiceError(ConflictError):
    """The client owes nothing that is not on an invoice yet."""

    code = "nothing_to_invoice"
    template = "The client owes nothing that is not on an invoice yet."
    template_pt = "O cliente não deve nada que já não esteja em uma fatura."


class PaymentStateError(ConflictError):
    """The payment is not one that can be given back."""

    code = "payment_state"
    template = "A payment that is {state} cannot be refunded."
    template_pt = "Um pagamento no estado {state} não pode ser estornado."


class PixMissingError(NotFoundError):
    """Nothing to pay, or nobody to pay it to."""

    code = "pix_missing"
    template = "Invoice {number} has no Pix code: nothing is open, or finance.pix_key is not set."
    template_pt = "A fatura {number} não tem código Pix: nada em aberto, ou falta finance.pix_key."


class PhoneMissingError(ConflictError):
    """Nobody to send it to."""

    code = "phone_missing"
    template = "The client has no phone; add one first."
    template_pt = "O cliente não tem telefone; informe um antes."


class NoNumberError(ConflictError):
    """No WhatsApp number that can send."""

    code = "no_number"
    template = "No WhatsApp session works right now, or the client's phone is none."
    template_pt = "Nenhuma sessão do WhatsApp funciona agora, ou o telefone do cliente não vale."
