"""Who owns a chat, as a pure table: the only place where ownership changes are decided."""

from enum import StrEnum
from typing import Final


class Owner(StrEnum):
    """Who answers the customer."""

    BOT = "bot"
    WAITING = "waiting"  # the customer asked for a person and nobody has come yet
    HUMAN = "human"
    CLOSED = "closed"


class Happening(StrEnum):
    """What may move a chat from one owner to another."""

    CUSTOMER_WROTE = "customer_wrote"
    PERSON_ASKED_FOR = "person_asked_for"
    TYPED_ON_PHONE = "typed_on_phone"
    OPERATOR_WROTE = "operator_wrote"
    TAKEN = "taken"
    RETURNED = "returned"
    SILENCE = "silence"
    CLOSED = "closed"


_EVERYONE = tuple(Owner)

_TABLE: Final[dict[tuple[Owner, Happening], Owner]] = {
    **{
        (owner, happening): Owner.HUMAN
        for owner in _EVERYONE
        for happening in (Happening.TYPED_ON_PHONE, Happening.OPERATOR_WROTE, Happening.TAKEN)
    },
    **{(owner, Happening.RETURNED): Owner.BOT for owner in _EVERYONE},
    **{(owner, Happening.CLOSED): Owner.CLOSED for owner in _EVERYONE},
    (Owner.BOT, Happening.PERSON_ASKED_FOR): Owner.WAITING,
    (Owner.CLOSED, Happening.PERSON_ASKED_FOR): Owner.WAITING,
    # A closed chat is not a finished customer: the next message is a new matter.
    (Owner.CLOSED, Happening.CUSTOMER_WROTE): Owner.BOT,
    # Nobody came, or the person went away: the bot must not stay mute for ever.
    (Owner.HUMAN, Happening.SILENCE): Owner.BOT,
    (Owner.WAITING, Happening.SILENCE): Owner.BOT,
}


def after(owner: Owner, happening: Happening) -> Owner:
    """Return the owner after what happened; what the table does not name changes nothing."""
    return _TABLE.get((owner, happening), owner)


def answers_itself(owner: Owner) -> bool:
    """Return whether the bot may write into a chat of this owner."""
    return owner is Owner.BOT
