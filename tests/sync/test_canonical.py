import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.canonical import canonical

names = st.text(st.characters(min_codepoint=1, max_codepoint=126), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
whole = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | whole | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_the_quick_form_is_the_canonical_form(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # any JSON value
