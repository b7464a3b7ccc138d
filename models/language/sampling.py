"""Chooses the next token, within a grammar where one is asked for.

A grammar that judges the whole vocabulary costs 5 ms a token, one candidate 0.02 ms: so the token
is drawn first and judged alone, and only a rejected one makes us mask everything and draw again.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import llama_cpp as lc
import numpy as np

from models.errors import BadRequestError, InvalidOutputError

if TYPE_CHECKING:
    from .context import Context
    from .weights import Weights

TOP_K = 40
MIN_P = 0.05
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to choose: greedy at temperature 0."""

    temperature: float = 0.0
    top_p: float = 0.95
    seed: int = 0
    grammar: str | None = None


class Sampler:
    """The state of one answer's choices. Owned by the engine's thread; close it."""

    def __init__(self, weights: Weights, how: Sampling) -> None:
        self._chain = lc.llama_sampler_chain_init(lc.llama_sampler_chain_default_params())
        for link in _links(how):
            lc.llama_sampler_chain_add(self._chain, link)
        self._grammar: Any = None
        if how.grammar is not None:
            self._grammar = lc.llama_sampler_init_grammar(
                weights.vocab, how.grammar.encode(), b"root"
            )
            if not self._grammar:
                self.close()
                raise BadRequestError(field="json_schema", reason="it gives no usable grammar")

    def choose(self, context: Context, row: int) -> int:
        """Draw the token after a row of the last batch."""
        token = int(lc.llama_sampler_sample(self._chain, context.handle, row))
        if self._grammar is None:
            return token
        if not self._allows(token):
            token = self._draw_masked(context, row)
        lc.llama_sampler_accept(self._grammar, token)
        return token

    def close(self) -> None:
        """Free both samplers."""
        for sampler in (self._chain, self._grammar):
            if sampler:
                lc.llama_sampler_free(sampler)
        self._chain = self._grammar = None

    def _allows(self, token: int) -> bool:
        one = np.zeros(1, _CANDIDATE)
        one["id"], one["logit"] = token, 1.0
        lc.llama_sampler_apply(self._grammar, ctypes.byref(_array(one)))
        return bool(one["logit"][0] != -math.inf)

    def _draw_masked(self, context: Context, row: int) -> int:
        scores = context.logits(row)
        every = np.zeros(len(scores), _CANDIDATE)
        every["id"] = np.arange(len(scores), dtype=np.int32)
        every["logit"] = scores
        candidates = _array(every)
        lc.llama_sampler_apply(self._grammar, ctypes.byref(candidates))
        allowed = every[every["logit"] != -math.inf]
        if not len(allowed):
            raise InvalidOutputError(reason="no token continues the grammar")
        candidates = _array(allowed)
        lc.llama_sampler_apply(self._chain, ctypes.byref(candidates))
        return int(candidates.data[candidates.selected].id)


def _links(how: Sampling) -> list[Any]:
    if how.temperature <= 0:
        return [lc.llama_sampler_init_greedy()]
    return [
        lc.llama_sampler_init_top_k(TOP_K),
        lc.llama_sampler_init_top_p(how.top_p, 1),
        lc.llama_sampler_init_min_p(MIN_P, 1),
        lc.llama_sampler_init_temp(how.temperature),
        lc.llama_sampler_init_dist(how.seed),
    ]


def _array(candidates: np.ndarray[Any, Any]) -> Any:
    data = candidates.ctypes.data_as(lc.llama_token_data_p)
    return lc.llama_token_data_array(data, len(candidates), -1, False)
