"""What a client's plan allows to be made; each context asks before its change is on the disk."""

from .errors import ConflictError


class QuotaReachedError(ConflictError):
    """The client's plans do not include one more."""

    code = "quota_reached"
    template = "The client's plans include {included} {meter}; with this there would be {used}."
    template_pt = "Os planos do cliente incluem {included} {meter}; com este seriam {used}."


class QuotaBlockedError(ConflictError):
    """The client may make nothing new."""

    code = "client_blocked"
    template = "The client has no running subscription, or a debt that is too old."
    template_pt = "O cliente não tem assinatura em vigor, ou tem uma dívida antiga demais."
