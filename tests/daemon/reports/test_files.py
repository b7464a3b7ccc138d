"""What stands in the files, and what must not happen when somebody opens them."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pypdfium2
import pytest

from daemon.domains.reports.paper.theme import printable
from tests.daemon.reports.conftest import NOW, Press, Rows

FORMULAS = ('=cmd|" /C calc"!A0', "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "\uff1d1+1")

MANY = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "
    "INSERT INTO messages (id, tenant_id, conversation_id, agent_id, session_id, chat, wa_id, "
    "from_me, author, kind, text, state, at, received_at) SELECT 'm' || i, 'local', 'c1', 'a1', "
    "'s1', 'x', 'w' || i, 0, 'contact', 'text', i, 'received', ?1, ?1 FROM n"
)


def read(data: bytes, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


async def test_a_portuguese_csv_opens_in_a_brazilian_spreadsheet(rows: Rows, press: Press) -> None:
    await rows.say('Olá; "tudo" bem?\nNão, e você?')
    data = await press.make("conversations", "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    head, row = read(data, ";")
    assert head[0] == "Data e hora"
    assert row[0] == "10/03/2026 12:00:00"
    assert row[9] == 'Olá; "tudo" bem?\nNão, e você?'
    assert '"Olá; ""tudo"" bem?\nNão, e você?"'.encode() in data
    assert row[6:9] == ["agente", "contato", "texto"] or row[6:8] == ["agente", "contato"]


async def test_an_english_csv_has_commas_and_points(press: Press) -> None:
    data = await press.make("finance", "csv", language="en", table="months")
    head, row = read(data, ",")
    month = dict(zip(head, row, strict=True))
    assert month["Revenue received"] == "12345.67"
    portuguese = read(await press.make("finance", "csv", table="months"), ";")
    assert dict(zip(*portuguese, strict=True))["Receita recebida"] == "12345,67"


@pytest.mark.parametrize("text", FORMULAS)
async def test_no_spreadsheet_runs_what_a_customer_wrote(
    rows: Rows, press: Press, text: str
) -> None:
    await rows.say(text)
    await rows.run(("UPDATE contacts SET name = ?", (text,)))
    (_, row) = read(await press.make("conversations", "csv"), ";")
    assert row[2] == f"'{text}"
    assert row[9] == f"'{text}"
    book = openpyxl.load_workbook(io.BytesIO(await press.make("conversations", "xlsx")))
    cells = book["Mensagens"][2]
    assert [cells[place].data_type for place in (2, 9)] == ["s", "s"]
    assert str(cells[9].value).endswith(text.strip())


async def test_a_workbook_has_real_dates_numbers_and_money(rows: Rows, press: Press) -> None:
    await rows.say("oi https://example.com 0042")
    data = await press.make("conversations", "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Resumo", "Mensagens", "Conversas"]
    cells = book["Mensagens"][2]
    assert cells[0].value == datetime(2026, 3, 10, 12)  # noqa: DTZ001 - a cell has no zone
    assert cells[3].value == "5511987654321"
    assert cells[9].hyperlink is None
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        drawn = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(drawn) == 3
    money = openpyxl.load_workbook(io.BytesIO(await press.make("finance", "xlsx")))
    (month,) = list(money["Receita recorrente por mês"].iter_rows(min_row=2))
    assert month[8].value == 12345.67
    assert "R$" in month[8].number_format
    assert month[13].value == 0.2


async def test_json_is_one_object_and_ndjson_one_a_line(rows: Rows, press: Press) -> None:
    for number in range(3):
        await rows.say(f"oi {number}", at=NOW + timedelta(seconds=number))
    whole = json.loads(await press.make("conversations", "json"))
    assert [one["text"] for one in whole["tables"]["messages"]] == ["oi 0", "oi 1", "oi 2"]
    assert whole["tables"]["messages"][0]["at"] == "2026-03-10T12:00:00-03:00"
    assert whole["tables"]["conversations"][0]["received"] == 3
    assert whole["figures"]["messages"] == 3
    assert whole["report"]["timeZone"] == "America/Sao_Paulo"
    lines = (await press.make("conversations", "ndjson")).splitlines()
    tables = [json.loads(line)["table"] for line in lines]
    assert tables == ["messages"] * 3 + ["conversations"]
    money = json.loads(await press.make("finance", "json"))
    assert money["tables"]["months"][0]["revenueCentavos"] == 12345_67


async def test_odd_signs_break_no_format(rows: Rows, press: Press) -> None:
    await rows.say("x\x00y \U0001f600 \u4f60")
    for form in ("csv", "json", "ndjson", "xlsx", "pdf"):
        assert await press.make("conversations", form)


async def test_filters_leave_rows_out_and_agents_are_merged_by_time(
    rows: Rows, press: Press
) -> None:
    await rows.chat("c2", owner="human", name="Bia")
    await rows.say("um", at=NOW)
    await rows.say("dois", at=NOW + timedelta(seconds=1), chat="c2", agent_id="a2")
    await rows.say("três", at=NOW + timedelta(seconds=2))
    await rows.say("👍", at=NOW + timedelta(seconds=3), kind="reaction")
    await rows.say("apagada", at=NOW + timedelta(seconds=4), revoked=1)
    await rows.say("antes", at=datetime(2026, 2, 1, 2, 59, 59, tzinfo=UTC))
    await rows.say("primeira", at=datetime(2026, 2, 1, 3, tzinfo=UTC))
    await rows.say("depois", at=datetime(2026, 4, 1, 3, tzinfo=UTC))

    async def texts(**filters: Any) -> list[str]:
        data = await press.make("conversations", "json", filters=filters)
        return [one["text"] for one in json.loads(data)["tables"]["messages"]]

    assert await texts() == ["primeira", "um", "dois", "três", ""]
    assert await texts(owner="human") == ["dois"]
    assert await texts(session_id="s2") == []
    assert await texts(agent_id="a2") == []  # the chat is another agent's by now


async def test_rows_of_one_moment_are_read_once_each_over_many_batches(
    rows: Rows, press: Press
) -> None:
    await rows.run((MANY, ("2026-03-10T15:00:00.000000+00:00",)))
    found = json.loads(await press.make("conversations", "json"))["tables"]["messages"]
    assert len({one["id"] for one in found}) == len(found) == 2500
    assert press.told
    assert press.told == sorted(press.told)
    assert press.told[-1][0] <= 1


async def test_a_pdf_is_the_brands_own_and_says_what_it_leaves_out(
    rows: Rows, press: Press
) -> None:
    for number in range(25):
        await rows.say(f"pergunta {number}", at=NOW + timedelta(seconds=number))
    data = await press.make("conversations", "pdf")
    text, lower = text_of(data), data.lower()
    assert "Clínica Bela" in text
    assert "Só as 10 linhas mais recentes de 25." in text
    assert "pergunta 24" in text
    assert "pergunta 14" not in text
    assert "Página 1 de " in text
    assert "01/02/2026 a 31/03/2026" in text
    assert b"reportlab" not in lower
    told = pypdfium2.PdfDocument(data).get_metadata_dict()
    assert {told["Producer"], told["Creator"], told["Author"]} == {"Clínica Bela"}
    assert "Messages by hour of the day" in text_of(
        await press.make("conversations", "pdf", language="en")
    )


async def test_every_kind_can_be_had_in_every_format_also_of_an_empty_period(
    rows: Rows, press: Press
) -> None:
    assert rows
    for kind in ("conversations", "finance", "performance", "usage"):
        for form in ("pdf", "xlsx", "csv", "json", "ndjson"):
            data = await press.make(kind, form)
            assert data or form == "ndjson"


async def test_markup_in_names_stays_text(rows: Rows, press: Press) -> None:
    await rows.run(("UPDATE contacts SET name = ?", ("<b>Ana</b> & <para>",)))
    await rows.say("</para><font size=90>grande")
    text = text_of(await press.make("conversations", "pdf"))
    assert "<b>Ana</b> & <para>" in text.replace("\r\n", " ")


async def test_a_pdf_draws_what_it_can_and_drops_pictographs() -> None:
    assert printable("Olá 👍🏽 “ok” € 你") == "Olá  “ok” € ?"
