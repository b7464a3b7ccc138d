from hypothesis import given
from hypothesis import strategies as st

from models.budget import estimate_tokens, fit_messages, fit_passages, prompt_limit
from models.language.weights import Weights
from models.ports import ChatMessage

SYSTEM = ChatMessage("system", "Você atende uma padaria.")


def turns(number: int) -> list[ChatMessage]:
    return [
        ChatMessage("user" if place % 2 == 0 else "assistant", f"mensagem {place} " * 10)
        for place in range(number)
    ]


def test_the_oldest_turns_go_first_and_the_rules_stay() -> None:
    messages = [SYSTEM, *turns(9)]

    kept = fit_messages(messages, 200)

    assert kept[0] is SYSTEM
    assert kept[1:] == tuple(messages[-(len(kept) - 1) :])
    assert 2 <= len(kept) < len(messages)


def test_rules_and_question_stay_even_when_they_do_not_fit() -> None:
    assert fit_messages([SYSTEM, *turns(3)], 1) == (SYSTEM, turns(3)[-1])


@given(st.integers(0, 2000), st.integers(1, 12))
def test_what_is_kept_fits_or_cannot_be_smaller(limit: int, number: int) -> None:
    kept = fit_messages([SYSTEM, *turns(number)], limit)

    cost = sum(estimate_tokens(one.content) + 8 for one in kept)
    assert cost <= limit or len(kept) == 2


def test_passages_are_kept_best_first() -> None:
    assert fit_passages(["a" * 27, "b" * 27, "c" * 270], 25) == ("a" * 27, "b" * 27)


def test_an_answer_that_takes_the_whole_context_leaves_no_prompt() -> None:
    assert prompt_limit(4096, 256) == 3824
    assert prompt_limit(256, 512) == 0


def test_the_estimate_is_never_far_below_the_truth(weights: Weights) -> None:
    for text in (
        "Olá! Qual é o preço do pão de queijo e até que horas vocês ficam abertos amanhã?",
        "The delivery takes two days and costs nothing above one hundred reais.",
        "R$ 1.234,56 — CNPJ 12.345.678/0001-90 (11) 98765-4321",
        "日本語のメニューはありますか",
    ):
        assert estimate_tokens(text) >= 0.9 * len(weights.tokenize(text, special=False))
