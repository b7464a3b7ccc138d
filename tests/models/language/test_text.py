from hypothesis import given
from hypothesis import strategies as st

from models.language.text import TextBuffer


def test_half_a_character_waits_for_its_other_half() -> None:
    buffer = TextBuffer()
    data = "ção".encode()

    shown = [buffer.add(bytes([byte])) for byte in data]

    assert shown == ["", "ç", "", "ã", "o"]
    assert buffer.text == "ção"


def test_half_a_character_at_the_end_is_dropped() -> None:
    buffer = TextBuffer()

    buffer.add("oi é".encode()[:-1])

    assert buffer.finish() == ""
    assert buffer.text == "oi "


def test_a_stop_text_ends_the_answer_and_is_never_shown() -> None:
    buffer = TextBuffer(("\nUser:",))

    shown = [buffer.add(piece.encode()) for piece in ("Hello", "\nUs", "er: hi", " there")]

    assert "".join(shown) == "Hello"
    assert buffer.stopped
    assert buffer.text == "Hello"


def test_what_looked_like_a_stop_text_is_shown_once_it_is_not() -> None:
    buffer = TextBuffer(("\nUser:",))

    shown = [buffer.add(piece.encode()) for piece in ("a\nU", "nder", "\n")]

    assert shown == ["a", "\nUnder", ""]
    assert buffer.finish() == "\n"


@given(st.text(), st.lists(st.text(min_size=1, max_size=4), max_size=3), st.data())
def test_pieces_always_add_up_to_the_text_before_the_first_stop(
    text: str, stops: list[str], data: st.DataObject
) -> None:
    text = text.encode("utf-8", "ignore").decode()
    raw, shown, buffer = text.encode(), "", TextBuffer(tuple(stops))
    while raw:
        size = data.draw(st.integers(1, len(raw)))
        shown += buffer.add(raw[:size])
        raw = raw[size:]
    shown += buffer.finish()

    ends = [at for stop in stops if (at := text.find(stop)) >= 0]
    assert shown == buffer.text
    assert not any(stop in shown for stop in stops)
    assert text.startswith(shown)
    assert len(shown) == len(text) if not ends else buffer.stopped
