"""Keeps a prompt within a model's context: which messages and passages may stay. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .ports import ChatMessage

LETTERS_PER_TOKEN = 2.7
"""Portuguese in a small vocabulary; English has about 4. Low, for a prompt too long is refused."""
MESSAGE_TOKENS = 8
"""What the template writes around each message."""
MARGIN = 16


def estimate_tokens(text: str) -> int:
    """Guess the tokens of a text without a model, rather too many than too few.

    Plain letters share tokens; digits, punctuation and accented letters are mostly one each, and
    characters of other scripts often two.
    """
    plain = sum(1 for one in text if one == " " or (one.isascii() and one.isalpha()))
    wide = sum(1 for one in text if ord(one) > 0x2E7F)  # noqa: PLR2004 - where the large scripts begin
    return int(plain / LETTERS_PER_TOKEN) + (len(text) - plain - wide) + 2 * wide + 1


def prompt_limit(context_tokens: int, max_tokens: int) -> int:
    """Return how many tokens a prompt may have when the answer needs ``max_tokens``."""
    return max(context_tokens - max_tokens - MARGIN, 0)


def fit_messages(
    messages: Sequence[ChatMessage],
    limit: int,
    *,
    keep_first: int = 1,
    count: Callable[[str], int] = estimate_tokens,
) -> tuple[ChatMessage, ...]:
    """Drop the oldest turns until the rest fits, but never the first ones nor the last one.

    The first ``keep_first`` messages are the agent's instructions, the last is the question. What
    cannot fit even so is returned whole: the model then refuses it by name.
    """
    head, turns = list(messages[:keep_first]), list(messages[keep_first:])
    costs = [count(one.content) + MESSAGE_TOKENS for one in turns]
    room = limit - sum(count(one.content) + MESSAGE_TOKENS for one in head)
    dropped = 0
    while sum(costs[dropped:]) > room and dropped < len(turns) - 1:
        dropped += 1
    return (*head, *turns[dropped:])


def fit_passages(
    passages: Sequence[str], limit: int, *, count: Callable[[str], int] = estimate_tokens
) -> tuple[str, ...]:
    """Keep the leading passages (best first) that fit together."""
    kept, spent = [], 0
    for passage in passages:
        spent += count(passage)
        if spent > limit:
            break
        kept.append(passage)
    return tuple(kept)
