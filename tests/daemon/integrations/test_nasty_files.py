"""Files as they come from the world: read if they can be, else refused whole in words that help."""

import pytest

from tests.daemon.integrations.conftest import Office
from tests.daemon.integrations.test_files import contacts, csv

HEAD = "nome;telefone;email\n"
ANA = "Ana;11987654321;a@x.com\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "cp1252"])
async def test_any_encoding_of_an_office_is_read(office: Office, encoding: str) -> None:
    await csv(office, (HEAD + "José;11987654321;a@x.com\n").encode(encoding))
    [contact] = await contacts(office)
    assert contact["name"] == "José"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["Linha 1", "está vazio"]),
        (b"\n\n  \n", ["está vazio"]),
        (HEAD, ["Linha 2", "só há a linha que dá nome às colunas"]),
        (HEAD + ANA + '"Bia;11987654322;\nDavi;11987654323;\n', ["Linha 3", "aspas não fechadas"]),
        (HEAD + "An\0a;11987654321;\n", ["Linha 2", "NUL"]),
        (HEAD + "An\x01a;11987654321;\n", ["Linha 2, coluna 3", "caractere de controle"]),
        (HEAD + "Ana;11987654321\n", ["Linha 2, coluna 3", "falta a célula de 'email'"]),
        (b"PK\x03\x04" + bytes(200), ["Excel", "salve a planilha como CSV"]),
        (b"\xd0\xcf\x11\xe0" + bytes(200), ["Excel"]),
        (b"%PDF-1.7\n%\xe2\xe3", ["PDF"]),
        ("a;b\n1;2\n", ["nenhuma coluna é phone", "telefone, celular"]),
        (HEAD + ANA + "Bia;(11) 98765-4321;\n", ["Linha 3, coluna telefone", "a linha 2 também"]),
        (HEAD + "P;11987654321;\n" * 10_002, ["Linha 10002", "mais de 10000", "divida"]),
    ],
)
async def test_a_nasty_file_is_refused_whole_and_says_what_to_do(
    office: Office, data: bytes | str, words: list[str]
) -> None:
    problem = await csv(office, data, 422)
    assert all(one in problem["detail"] for one in words), problem["detail"]
    assert problem["detail"].startswith("Nada foi importado.")
    assert await contacts(office) == []


async def test_a_row_that_is_there_twice_is_one_but_two_deals_of_one_id_are_refused(
    office: Office,
) -> None:
    taken = await csv(office, HEAD + ANA + ANA)
    assert (taken["created"], taken["unchanged"]) == (1, 1)
    deals = "titulo;valor;codigo\nA;10,00;X1\nB;20,00;X1\n"
    problem = await csv(office, deals, 422, kind="deals")
    assert "Linha 3, coluna codigo: a linha 2 também tem 'X1'" in problem["detail"]
    assert (await office.get("/deals"))["items"] == []
    taken = await csv(office, "titulo;valor\nA;10,00\nA;10,00\n", kind="deals")
    assert taken["created"] == 2


async def test_a_formula_is_a_name_like_any_other_and_leaves_as_text(office: Office) -> None:
    await csv(office, HEAD + '"=1+1";11987654321;a@x.com\n')
    [contact] = await contacts(office)
    assert contact["name"] == "=1+1"
    async with office.client.get("/integrations/vcard") as answer:
        assert "FN:=1+1" in await answer.text()
        assert "attachment" in answer.headers["content-disposition"]
