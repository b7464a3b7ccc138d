"""What keeps a graph from being published: each reason, with its node, all of them at once."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.daemon.flows.drawings import BOOKING, ask, check, choose, codes, drawing, end, say


def test_a_sound_graph_has_no_problem() -> None:
    assert codes(BOOKING) == set()


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (drawing(say("a", "x")), ("a", "dead_end")),
        (drawing(say("a", "x"), end("b"), end("c")), ("c", "unreachable")),
        (drawing(say("a", "x"), say("b", "y", to={"next": "a"})), ("a", "loop")),
        (
            drawing(ask("a", "?", to={"next": "f", "timeout": "a"}), end("f")),
            ("a", "loop"),
        ),
        (
            drawing(say("a", "x"), {"id": "w", "kind": "wait", "seconds": 1, "to": {"next": "a"}}),
            ("a", "loop"),
        ),
        (drawing(say("a", "{{ninguem}}"), end()), ("a", "unknown_variable")),
        (drawing(say("a", "{{b}}"), ask("b", "?"), end()), ("a", "never_set")),
        (
            drawing(say("a", "{{x}}"), end(), variables=[{"name": "x"}]),
            ("a", "never_set"),
        ),
        (
            drawing(choose("a", "?", "Um", "Dois", to={"o1": "fim"}), end()),
            ("a", "missing_edge"),
        ),
        (drawing(choose("a", "?", "Um", "um!"), end()), ("a", "value_error")),
        (drawing(say("a", "x", to={"sim": "fim"}), end()), ("a", "unknown_handle")),
        (drawing(say("a", "x", to={"next": "zz"}), end()), ("a", "unknown_node")),
        (drawing({"id": "a", "kind": "dance"}, end()), ("a", "unknown_kind")),
        (drawing(say("a", ""), end()), ("a", "value_error")),
        (drawing(say("a", "x"), say("a", "y"), end()), ("a", "duplicate_id")),
        (drawing(ask("a", "?", check={"pattern": "("}), end()), ("a", "bad_pattern")),
        (drawing({"id": "a", "kind": "jump", "node": "zz"}), ("a", "unknown_node")),
        (drawing({"id": "a", "kind": "jump", "flow": "zz"}), ("a", "unknown_flow")),
        (drawing(say("a", "x", media={"id": "0" * 64}), end()), ("a", "unknown_file")),
        (
            drawing(
                {"id": "a", "kind": "http", "url": "https://{{contact_name}}/x",
                 "to": {"next": "fim", "error": "fim"}}, end()
            ),
            ("a", "variable_host"),
        ),
        ({**BOOKING, "start": "zz"}, (None, "no_start")),
        ({"start": "a", "nodes": [], "edges": []}, (None, "too_short")),
        ({"nodes": "x"}, (None, "tuple_type")),
        ({**BOOKING, "surprise": 1}, (None, "extra_forbidden")),
        (drawing(*(end(f"n{number}") for number in range(301))), (None, "too_long")),
        ({**BOOKING, "note": "x" * 600_000}, (None, "too_large")),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_node(
    draft: dict[str, Any], expected: tuple[str | None, str]
) -> None:
    assert expected in codes(draft)
    assert check(draft).graph is None


def test_all_faults_are_said_at_once_in_both_languages() -> None:
    draft = drawing(
        say("a", "{{nada}}", to={"next": "b"}),
        {"id": "b", "kind": "dance", "to": {"next": "c"}},
        ask("c", "?", check={"pattern": "["}, to={"next": "d"}),
        end("e"),
        say("d", "x"),
    )
    found = check(draft).problems
    assert {(one.node, one.code) for one in found} == {
        ("a", "unknown_variable"),
        ("b", "unknown_kind"),
        ("c", "bad_pattern"),
        ("d", "dead_end"),
        ("e", "unreachable"),
    }
    assert all(one.pt != one.en for one in found)


def test_a_value_of_the_wrong_shape_is_said_in_portuguese_without_a_word_of_english() -> None:
    draft = drawing(say("a", "x"), {"id": "w", "kind": "wait", "seconds": 0}, end())
    [found] = [one for one in check(draft).problems if one.field == "seconds"]
    assert found.pt == "seconds: deve ser no mínimo 1"
    assert found.en.startswith("seconds: Input should be")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "start": JSON,
            "nodes": JSON
            | st.lists(
                st.fixed_dictionaries(
                    {"kind": st.sampled_from(["say", "ask", "set", "http", "jump", "condition"])},
                    optional={"id": JSON, "text": JSON, "check": JSON, "assign": JSON, "map": JSON},
                ),
                max_size=4,
            ),
            "edges": JSON,
            "triggers": JSON,
        },
    )
)
def test_no_json_breaks_the_check(draft: dict[str, Any]) -> None:
    checked = check(draft)
    assert checked.problems or checked.graph is not None
