"""Terms are tried before they are kept: what a payer would scan, whether the provider answers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from daemon.domains.finance.domain.pix import crc16
from daemon.domains.finance.domain.pix_key import pix_key
from daemon.kernel.complaints import WrongValueError
from tests.daemon.finance.conftest import Office
from tests.daemon.finance.stand_in import StandIn

PIX, CHECK, SETTINGS = (
    "/billing/settings/pix/preview",
    "/billing/settings/provider/check",
    "/billing/settings",
)


@pytest.fixture
def there() -> StandIn:
    return StandIn()


@pytest.fixture
async def address(there: StandIn) -> AsyncIterator[str]:
    async with TestServer(there.app()) as server:
        yield f"http://127.0.0.1:{server.port}"


async def test_a_sample_code_is_drawn_of_what_is_written_and_not_kept(office: Office) -> None:
    before = await office.get(SETTINGS)
    answer = await office.post(
        PIX, pix={"key": "529.982.247-25", "city": "Recife"}, amountCentavos=4_990
    )
    code = answer["code"]
    assert "52998224725" in code
    assert "540549.90" in code
    assert "Bela Estetica" in code  # the name as it stands
    assert "6006Recife" in code
    assert "AMOSTRA" in code
    assert code[-4:] == f"{crc16(code[:-4].encode()):04X}"
    assert answer["svg"].startswith("<svg")
    assert await office.get(SETTINGS) == before


async def test_without_a_key_there_is_nothing_to_draw(office: Office) -> None:
    assert (await office.post(PIX, 400, pix={"key": ""}))["field"] == "pix.key"
    assert (await office.post(PIX, 400, pix={"key": "bela"}))["field"] == "pix.key"
    assert (await office.post(PIX, 400, amountCentavos=0))["field"] == "amountCentavos"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        (" Contato@Bela.Example ", "contato@bela.example"),
        ("+55 (11) 98765-4321", "+5511987654321"),
        ("529.982.247-25", "52998224725"),
        ("11.222.333/0001-81", "11222333000181"),
        ("12.ABC.345/01de-35", "12ABC34501DE35"),
        ("123E4567-E12B-12D1-A456-426655440000", "123e4567-e12b-12d1-a456-426655440000"),
    ],
)
def test_a_key_is_kept_as_the_directory_has_it(written: str, kept: str) -> None:
    assert pix_key(written) == kept


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("11987654321", r"\+55"),
        ("5511987654321", r"\+55"),
        ("529.982.247-26", "CPF"),
        ("11.222.333/0001-82", "CNPJ"),
        ("ana maria", "chave aleatória"),
        ("joão@bela.example", "e-mail"),
        ("٥٢٩٩٨٢٢٤٧٢٥", "e-mail"),
    ],
)
async def test_what_no_bank_knows_as_a_key_is_refused(
    office: Office, written: str, said: str
) -> None:
    with pytest.raises(WrongValueError):
        pix_key(written)
    problem = await office.ask("PATCH", SETTINGS, 400, json={"pix": {"key": written}})
    assert problem["field"] == "pix.key"
    assert said.strip("\\") in problem["detail"]


async def test_the_connection_is_tried_with_what_is_written(
    office: Office, there: StandIn, address: str
) -> None:
    answer = await office.post(CHECK, provider={"url": address, "key": " chave "})
    assert answer == {"state": "ok", "detail": "O provedor respondeu e aceitou a chave."}
    assert there.keys == {"chave"}
    assert there.rows == {"customers": [], "payments": []}
    kept = await office.get(SETTINGS)
    assert (kept["provider"]["keySet"], kept["provider"]["adapter"]) == (False, "none")


@pytest.mark.parametrize(
    ("status", "state"),
    [(401, "refused"), (403, "refused"), (400, "refused"), (500, "unreachable")],
)
async def test_a_key_that_is_refused_is_told_from_a_provider_that_is_away(
    office: Office, there: StandIn, address: str, status: int, state: str
) -> None:
    there.status = status
    english = {"accept-language": "en"}
    body = {"provider": {"url": address, "key": "k"}}
    answer = await office.ask("POST", CHECK, json=body, headers=english)
    assert answer["state"] == state


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[", "http://a:99999", "http://é.."])
async def test_an_address_where_nobody_is_is_said_to_be_one(office: Office, url: str) -> None:
    answer = await office.post(CHECK, provider={"url": url, "key": "k"})
    assert answer["state"] == "unreachable"


async def test_the_kept_key_goes_to_no_address_but_its_own(
    office: Office, there: StandIn, address: str
) -> None:
    provider = {"adapter": "asaas", "url": address, "key": "segredo"}
    await office.ask("PATCH", SETTINGS, json={"provider": provider})
    assert (await office.post(CHECK))["state"] == "ok"
    assert there.keys == {"segredo"}
    other: dict[str, Any] = {"url": "http://127.0.0.1:9"}
    assert (await office.post(CHECK, 400, provider=other))["field"] == "provider.key"


@pytest.mark.parametrize("key", ["a\nb", "a\x00b", "chávé"])
async def test_a_key_that_no_header_can_carry_is_refused_by_its_field(
    office: Office, key: str
) -> None:
    for body in ({"key": key}, {"webhookToken": key}):
        problem = await office.ask("PATCH", SETTINGS, 400, json={"provider": body})
        assert problem["field"] == f"provider.{next(iter(body))}"
