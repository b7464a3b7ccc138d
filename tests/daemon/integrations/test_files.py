"""Files of contacts, clients and deals: whole or not at all, and what is wrong is shown."""

import os
import time
from typing import Any

import aiohttp
import pytest
import vobject

from daemon.domains.integrations.domain import sheets
from daemon.domains.integrations.domain.files import centavos
from daemon.domains.integrations.domain.sheets import FileRefusedError
from tests.daemon.integrations.conftest import Office

PEOPLE = "Nome;Telefone;E-mail;Etiquetas;Cidade\r\nMarina;(11) 98765-4321;M@x.com;vip, ouro;São\r\n"


def form(data: bytes | str, name: str = "people.csv", **parts: str) -> aiohttp.FormData:
    made = aiohttp.FormData()
    raw = data.encode() if isinstance(data, str) else data
    made.add_field("files", raw, filename=name)
    for key, value in parts.items():
        made.add_field(key, value)
    return made


async def csv(office: Office, data: bytes | str, status: int = 200, **more: Any) -> Any:
    query = {"kind": more.pop("kind", "contacts"), "dryRun": more.pop("dry_run", "false")}
    return await office.ask(
        "POST", "/integrations/csv", status, data=form(data, **more), params=query
    )


async def contacts(office: Office) -> Any:
    return (await office.get("/contacts"))["items"]


async def test_contacts_come_in_by_the_names_of_their_columns(office: Office) -> None:
    taken = await csv(office, PEOPLE)

    assert (taken["created"], taken["ignored"]) == (1, ["Cidade"])
    [contact] = await contacts(office)
    assert (contact["name"], contact["phone"]) == ("Marina", "5511987654321")
    assert (contact["email"], contact["tags"]) == ("m@x.com", ["vip", "ouro"])
    again = await csv(office, PEOPLE)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1)


async def test_a_mapping_says_what_the_columns_are(office: Office) -> None:
    mapping = '{"Nome": "name", "Telefone": "phone", "Cidade": "fields.cidade"}'
    await csv(office, PEOPLE, mapping=mapping)
    [contact] = await contacts(office)
    assert (contact["fields"], contact["email"]) == ({"cidade": "São"}, None)
    for bad in ('{"None": "phone"}', '{"Nome": "colour"}', "[1]", "{"):
        problem = await csv(office, PEOPLE, 400, mapping=bad)
        assert problem["field"] == "mapping"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_sheet_is_read_in_every_spelling(encoding: str, delimiter: str) -> None:
    text = (
        f'Nome{delimiter}Fone\r\n"Conceição{delimiter} ""Ção"""{delimiter}1\r\n\r\nJosé{delimiter}2'
    )
    sheet = sheets.read(text.encode(encoding))
    assert sheet.columns == ["Nome", "Fone"]
    assert [row.cells for row in sheet.rows] == [
        [f'Conceição{delimiter} "Ção"', "1"],
        ["José", "2"],
    ]
    assert [row.line for row in sheet.rows] == [2, 4]


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        ("nome;telefone\nAna;11987654321;x\n", 2, 3),
        ("nome;telefone\nAna;11987654321\nBia\n", 3, 2),
        ('nome;telefone\n"Ana;11987654321\nBia;2\n', 2, 1),
        ('nome;telefone\nAna;"119"87654321\n', 2, 10),
        ("nome;telefone\nAna;11987654321\nBia;abc\n", 3, "telefone"),
        ("nome;telefone\nAna;\n", 2, "telefone"),
        ("nome;telefone;email\nAna;11987654321;nope\n", 2, "email"),
        ("nome;telefone;aceite\nAna;11987654321;talvez\n", 2, "aceite"),
        ("nome;nome\na;b\n", 1, 2),
        ("nome;idade\nAna;3\n", 1, 1),
        ("nome;telefone\nAn\0a;11987654321\n", 2, 3),
        ("sep=;\nnome;telefone\nAna\n", 3, 2),
        (b"\xef\xbb\xbfnome;telefone\nAna;\xff\n", 2, 5),
        ("", 1, 1),
    ],
)
async def test_a_malformed_file_is_refused_whole_with_line_and_column(
    office: Office, data: bytes | str, line: int, column: int | str
) -> None:
    problem = await csv(office, data, 422)
    assert f"Linha {line}, coluna {column}:" in problem["detail"]
    assert await contacts(office) == []
    [entry] = (await office.get("/integrations/imports"))["items"]
    assert (entry["outcome"], entry["error"]) == ("refused", problem["detail"])


async def test_a_dry_run_tells_what_would_happen(office: Office) -> None:
    taken = await csv(office, PEOPLE, dry_run="true")
    assert (taken["created"], taken["sample"][0]["name"]) == (1, "Marina")
    assert taken["columns"]["Telefone"] == "phone"
    assert await contacts(office) == []
    assert (await office.get("/integrations/imports"))["items"] == []
    assert await office.desk.outbox.since(0) == []


async def test_clients_and_deals_come_in_too(office: Office) -> None:
    head = "cliente;cpf;codigo\n"
    taken = await csv(office, f"{head}Bela;123.456.789-09;17\n", kind="clients")
    assert taken["created"] == 1
    taken = await csv(office, f"{head}Bela Ltda;;17\n", kind="clients")
    assert taken["updated"] == 1
    rows = await office.desk.database.read(
        lambda tx: [
            tuple(row) for row in tx.conn.execute("SELECT name, document FROM finance_clients")
        ]
    )
    assert rows == [("Bela Ltda", "123.456.789-09")]

    deals = (
        'negócio,telefone,contato,valor,etapa,código\nAnual,11987654321,Marina,"1.500,50",ganho,9\n'
    )
    for expected in ("created", "unchanged"):
        assert (await csv(office, deals, kind="deals"))[expected] == 1
    [deal] = (await office.get("/deals"))["items"]
    assert (deal["valueCentavos"], deal["stage"], deal["externalId"]) == (150_050, "ganho", "9")
    [contact] = await contacts(office)
    assert (contact["id"], contact["name"]) == (deal["contactId"], "Marina")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("R$ 1.234,56", 123_456),
        ("1,234.56", 123_456),
        ("1.500", 150_000),
        ("1500", 150_000),
        ("0,5", 50),
        ("1.234.567,8", 123_456_780),
        ("10.50", 1050),
        ("-5", None),
        ("free", None),
        ("99999999999999", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: int | None) -> None:
    assert centavos(text) == amount


async def test_files_in_the_folder_are_taken_in_and_put_away(office: Office) -> None:
    folder = office.folder
    await office.parts.files.look()
    for name, data in (
        ("contacts-1.csv", PEOPLE),
        ("contacts-bad.csv", "nome;telefone\nx;y\n"),
        ("notes.csv", "what;else\n"),
    ):
        (folder / name).write_text(data)
        os.utime(folder / name, (1, 1))
    (folder / "contacts-new.csv").write_text(PEOPLE)
    later = time.time() + 3_600  # still being written, however long this test takes
    os.utime(folder / "contacts-new.csv", (later, later))

    assert await office.parts.files.look() == 2

    assert [one["name"] for one in await contacts(office)] == ["Marina"]
    assert sorted(path.name for path in folder.glob("*.csv")) == ["contacts-new.csv", "notes.csv"]
    assert len(list((folder / "done").glob("*.csv"))) == 1
    [words] = (folder / "refused").glob("*.json")
    assert "Linha 2" in words.read_text()
    sources = [one["source"] for one in (await office.get("/integrations/imports"))["items"]]
    assert sources == ["drop", "drop"]


CARDS = """BEGIN:VCARD
VERSION:3.0
FN:João da Silva\\, Jr.
N:Silva;João;;;
TEL;TYPE=CELL:+55 11 98765-4321
EMAIL;TYPE=INTERNET:Joao@X.com
CATEGORIES:vip,obra
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Bia
TEL;VALUE=uri;TYPE=cell:tel:+5519998765432
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Sem telefone
N:;;;;
END:VCARD
"""


async def test_cards_come_in_and_go_out_and_come_in_again(office: Office) -> None:
    taken = await office.ask("POST", "/integrations/vcard", data=form(CARDS, "a.vcf"))
    assert (taken["created"], taken["skipped"]) == (2, 1)
    names = {one["name"]: one for one in await contacts(office)}
    assert names["João da Silva, Jr."]["tags"] == ["vip", "obra"]
    assert names["Bia"]["phone"] == "5519998765432"
    for version in ("3.0", "4.0"):
        async with office.client.get(f"/integrations/vcard?version={version}") as response:
            assert response.content_type == "text/vcard"
            text = await response.text()
        cards = list(vobject.readComponents(text))
        assert {card.fn.value for card in cards} == set(names)
        assert {card.version.value for card in cards} == {version}
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        again = await office.ask("POST", "/integrations/vcard", data=form(text, "b.vcf"))
        assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)


@pytest.mark.parametrize(
    "data",
    [
        "hello",
        "BEGIN:VCARD\nVERSION:3.0\nFN:x\n",
        "BEGIN:VCARD\nBEGIN:VCARD\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nno colon here\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nFN:a\0b\nEND:VCARD\n",
        "",
    ],
)
async def test_malformed_cards_are_refused_whole(office: Office, data: str) -> None:
    whole = CARDS.partition("BEGIN:VCARD\nVERSION:4.0")[0]
    for file in (data, whole + data if data else ""):
        problem = await office.ask("POST", "/integrations/vcard", 422, data=form(file, "a.vcf"))
        assert (problem["code"], problem["field"]) == ("file_refused", "files")
        assert "Linha" in problem["detail"]
    assert await contacts(office) == []


async def test_an_upload_is_one_file(office: Office) -> None:
    two = form(PEOPLE)
    two.add_field("files", b"x", filename="b.csv")
    for data in (two, aiohttp.FormData({"mapping": "{}"})):
        data._is_multipart = True  # noqa: SLF001 - aiohttp sends a form without files otherwise
        problem = await office.ask("POST", "/integrations/csv", 400, data=data)
        assert problem["field"] == "files"


def test_ten_thousand_lines_are_the_limit() -> None:
    with pytest.raises(FileRefusedError, match="10000"):
        sheets.read(b"a\n" + b"1\n" * 10_001)
    assert len(sheets.read(b"a\n" + b"1\n" * 10_000).rows) == 10_000
