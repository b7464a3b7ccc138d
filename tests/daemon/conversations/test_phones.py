import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.conversations import phones

AREAS = st.sampled_from(sorted(phones.AREA_CODES))


def test_brazil_has_67_area_codes() -> None:
    assert len(phones.AREA_CODES) == 67


@pytest.mark.parametrize("area", sorted(phones.AREA_CODES))
def test_both_forms_of_a_mobile_are_one_number_in_every_area(area: str) -> None:
    assert phones.canonical(f"55{area}87654321") == f"55{area}987654321"
    assert phones.canonical(f"55{area}987654321") == f"55{area}987654321"


@pytest.mark.parametrize("area", sorted(phones.AREA_CODES))
def test_a_landline_never_gets_a_ninth_digit(area: str) -> None:
    for first in "2345":
        assert phones.canonical(f"55{area}{first}1234567") == f"55{area}{first}1234567"
        assert phones.variants(f"55{area}{first}1234567") == (f"55{area}{first}1234567",)


@pytest.mark.parametrize(
    "digits",
    ["15551234567", "351912345678", "5520987654321", "552087654321", "554187654321000", "5541"],
)
def test_numbers_that_are_not_brazilian_mobiles_stay_as_they_are(digits: str) -> None:
    assert phones.canonical(digits) == digits
    assert phones.variants(digits) == (digits,)


def test_the_likelier_form_comes_first() -> None:
    assert phones.variants("5511987654321") == ("5511987654321", "551187654321")
    assert phones.variants("5551987654321") == ("555187654321", "5551987654321")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+55 (11) 98765-4321", "5511987654321"),
        ("11 98765 4321", "5511987654321"),
        ("(51) 8765-4321", "5551987654321"),
        ("0 51 3333-4444", "555133334444"),
        ("555187654321", "5551987654321"),
        ("+1 555 123 4567", "15551234567"),
        ("15551234567", "15551234567"),
        ("liga pra mim", None),
        ("123", None),
        ("1" * 40, None),
        ("", None),
    ],
)
def test_a_number_as_a_person_types_it(text: str, digits: str | None) -> None:
    assert phones.typed(text) == digits


@pytest.mark.parametrize(
    ("jid", "key"),
    [
        ("551187654321@s.whatsapp.net", "pn:5511987654321"),
        ("5511987654321:12@s.whatsapp.net", "pn:5511987654321"),
        ("5511987654321@c.us", "pn:5511987654321"),
        ("900000000000001@lid", "lid:900000000000001"),
        ("900000000000001:3@lid", "lid:900000000000001"),
        ("120363000000000000@g.us", "group:120363000000000000"),
        ("status@broadcast", None),
    ],
)
def test_a_jid_names_its_contact(jid: str, key: str | None) -> None:
    assert phones.alias(jid) == key


@given(area=AREAS, local=st.from_regex(r"[6-9]\d{7}", fullmatch=True))
def test_every_variant_leads_back_to_the_same_number(area: str, local: str) -> None:
    forms = phones.variants(f"55{area}{local}")

    assert len(forms) == 2
    assert {phones.canonical(form) for form in forms} == {f"55{area}9{local}"}
    assert phones.canonical(phones.canonical(forms[0])) == phones.canonical(forms[0])


def test_a_number_is_shown_as_people_read_it() -> None:
    assert phones.pretty("5511987654321") == "+55 11 98765-4321"
    assert phones.pretty("15551234567") == "+15551234567"
