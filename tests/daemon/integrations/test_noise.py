"""Whatever comes in, it is taken or refused: nothing else happens."""

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.domains.conversations.phones import typed
from daemon.domains.integrations.domain import cards, files, pointers, sheets
from daemon.domains.integrations.domain.sheets import FileRefusedError
from tests.daemon.integrations.conftest import Office

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
CELL = st.text(alphabet='ab;,"\n\r 19\té', max_size=12)
CARD = st.lists(
    st.sampled_from(
        [
            "BEGIN:VCARD", "END:VCARD", "VERSION:3.0", "VERSION:4.0", "VERSION:2.1", "FN:Ana",
            "N:a;b", "N:;;;;", "TEL:11987654321", "TEL;TYPE=", "TEL;:1", ":", "=", "EMAIL:x@y.z",
            "CATEGORIES:a,b", "PHOTO;ENCODING=b:!!", "FN;CHARSET=x;ENCODING=QUOTED-PRINTABLE:=E9=",
            " folded", "item1.TEL:+5511987654321", "ORG:a;b", "BEGIN:VEVENT", "END:VEVENT",
        ]
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.lists(CELL, max_size=8).map(";".join).map(str.encode))
def test_any_bytes_are_a_sheet_or_refused(data: bytes) -> None:
    with contextlib.suppress(FileRefusedError):
        made = files.plan(sheets.read(data), "contacts", None, typed)
        assert all(row["phone"].isdigit() for row in made.rows)


@settings(max_examples=80, deadline=None)
@given(CARD)
def test_any_lines_are_cards_or_refused(lines: list[str]) -> None:
    try:
        found, _ = cards.read("\r\n".join(lines).encode(), typed)
    except FileRefusedError:
        return
    assert all(one["phone"].isdigit() for one in found)


@settings(max_examples=80, deadline=None)
@given(JSON, JSON)
def test_a_template_over_anything_is_json_again(template: Any, source: Any) -> None:
    missing = set[str]()
    made = pointers.value(template, source, missing)
    assert type(made) is type(template) or isinstance(template, str)


def test_a_pointer_follows_the_standard() -> None:
    source = {"a/b": 1, "m~n": [2, {"": 3}], "": 4, "x": {"0": 5}}
    cases = {"/a~1b": 1, "/m~0n/0": 2, "/m~0n/1/": 3, "/x/0": 5, "/": 4}
    assert {pointer: pointers.point(pointer, source) for pointer in cases} == cases
    for nothing in ("/m~0n/2", "/m~0n/-", "/m~0n/01", "/no/way", "/a~1b/c"):
        assert pointers.point(nothing, source) is pointers.MISSING
    text = pointers.text("{{/x/0}}-{{/none|so}}-{{/none}}-{{ /a~1b }}", source, set())
    assert text == "5-so--1"


async def test_any_payload_is_taken_or_refused(office: Office) -> None:
    mapping = {"to": "/to", "text": "{{/text}} {{/deep/0/x|?}}"}
    hook = await office.post(
        "/integrations/hooks", 201, name="x", action="send_message", agentId="a1", mapping=mapping
    )
    payloads: list[Any] = [
        {"to": "11987654321", "text": "x" * 5000},
        {"to": "11987654321", "text": "a\0b"},
        {"to": ["11987654321"], "text": "x"},
        {"to": True, "text": "x"},
        {"to": 5511987654321, "text": None},
        {"to": "11987654321", "text": {"a": [1]}, "deep": [{"x": 1.5}]},
        [[[[]]]],
        None,
        1e400,
    ]
    seen = set()
    for payload in payloads:
        async with office.client.post(hook["path"], json=payload) as response:
            seen.add(response.status)
    for raw in (b"\xed\xa0\x80", b"[" * 100_000, b'{"to": "\\ud800"}', b"nan"):
        async with office.client.post(hook["path"], data=raw) as response:
            seen.add(response.status)
    assert seen <= {202, 400, 422}
