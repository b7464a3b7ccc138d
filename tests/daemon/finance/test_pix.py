from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.finance.domain.pix import Merchant, br_code, crc16

FULANO = Merchant("123e4567-e12b-12d1-a456-426655440000", "Fulano de Tal", "BRASILIA")
# The example of the Central Bank's manual of initiation standards.
MANUAL = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000"
    "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)


def fields(text: str) -> dict[str, str]:
    found = {}
    while text:
        tag, length = text[:2], int(text[2:4])
        found[tag], text = text[4 : 4 + length], text[4 + length :]
    return found


def test_the_manuals_example_comes_out_to_the_letter() -> None:
    assert br_code(FULANO) == MANUAL


def test_the_check_value_of_the_standard() -> None:
    assert crc16(b"123456789") == 0x29B1


def test_the_amount_has_two_decimals_and_the_id_only_letters_and_digits() -> None:
    read = fields(br_code(FULANO, 123_405, "F-000012"))
    assert read["54"] == "1234.05"
    assert fields(read["62"]) == {"05": "F000012"}


@given(st.text(max_size=60), st.text(max_size=40), st.integers(1, 10**10), st.text(max_size=40))
def test_whatever_the_names_the_code_can_be_read_and_its_sum_is_right(
    name: str, city: str, amount: int, txid: str
) -> None:
    code = br_code(Merchant("a@b.co", name, city), amount, txid)
    read = fields(code)
    assert code.isascii()
    assert 1 <= len(read["59"]) <= 25
    assert 1 <= len(read["60"]) <= 15
    assert 1 <= len(fields(read["62"])["05"]) <= 25
    assert crc16(code[:-4].encode()) == int(read["63"], 16)
