"""What the box's end raises, beside the documented refusals of the protocol."""

from sync.protocol.problems import LedgerInputError, SyncError

__all__ = ["LedgerInputError", "NotEnrolledError", "SyncError", "UntrustedError"]


class NotEnrolledError(Exception):
    """The box has no control plane yet."""


class UntrustedError(Exception):
    """A receipt, response or document does not carry the control plane's signature."""
