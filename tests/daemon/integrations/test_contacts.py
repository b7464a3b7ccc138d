"""Contacts: what messages make and what people write down is one row."""

from typing import Any

from daemon.domains.conversations.store import contacts
from daemon.infra.database import Connection
from tests.daemon.integrations.conftest import Office


async def seen(office: Office, name: str, *aliases: str) -> str:
    """WhatsApp tells who wrote, and what they call themselves."""

    def commit(tx: Connection) -> str:
        now = office.clock.now()
        return contacts.resolve(tx, "local", list(aliases), name, now).id

    return await office.desk.database.write(commit)


async def found(office: Office, **query: str) -> list[str]:
    return [one["name"] for one in (await office.get("/contacts", **query))["items"]]


async def test_a_contact_that_wrote_is_found_described_and_keeps_its_given_name(
    office: Office,
) -> None:
    number = await seen(office, "ze123", "pn:5511987654321")
    body: dict[str, Any] = {
        "name": "José Conceição",
        "tags": ["vip"],
        "fields": {"placa": "ABC1D23"},
        "optIn": True,
        "email": "ze@example.com",
    }
    changed = await office.ask("PATCH", f"/contacts/{number}", json=body)
    assert {name: changed[name] for name in body} == body
    assert changed["optInAt"] is not None

    await seen(office, "ze456", "pn:5511987654321")
    assert await found(office) == ["José Conceição"]
    await office.ask("PATCH", f"/contacts/{number}", json={"name": None})
    await seen(office, "ze456", "pn:5511987654321")
    assert await found(office) == ["ze456"]


async def test_contacts_are_searched_without_accents_and_paged(office: Office) -> None:
    for number in range(12):
        await seen(office, f"João {number}", f"pn:55119870000{number:02}")
    await office.post("/contacts", 201, phone="+5521999990000", name="Bia", tags=["Obra"])

    assert len(await found(office, q="joao")) == 12
    assert await found(office, q="99999") == ["Bia"]
    assert await found(office, q="obra") == ["Bia"]
    assert await found(office, tag="Obra") == ["Bia"]
    assert await found(office, q="nobody") == []
    pages, cursor = list[str](), ""
    while True:
        query = {"q": "joao", "limit": "5", **({"cursor": cursor} if cursor else {})}
        page = await office.get("/contacts", **query)
        pages += [one["name"] for one in page["items"]]
        if (cursor := page["nextCursor"]) is None:
            break
    assert pages == [f"João {number}" for number in reversed(range(12))]


async def test_two_that_are_one_keep_what_was_written_about_either(office: Office) -> None:
    lid = await seen(office, "push", "lid:77")
    phone = await seen(office, "other", "pn:5511987654321")
    await office.ask(
        "PATCH",
        f"/contacts/{phone}",
        json={"name": "Marina", "tags": ["vip"], "fields": {"a": "1"}},
    )
    await office.ask("PATCH", f"/contacts/{lid}", json={"fields": {"b": "2"}, "optIn": False})

    kept = await seen(office, "push", "lid:77", "pn:5511987654321")

    one = await office.get(f"/contacts/{kept}")
    assert (one["name"], one["tags"], one["optIn"]) == ("Marina", ["vip"], False)
    assert one["fields"] == {"a": "1", "b": "2"}
    assert len(await found(office)) == 1


async def test_a_deal_stays_with_its_contact_and_outlives_it(office: Office) -> None:
    kept = await seen(office, "Ana", "lid:77")
    phone = await seen(office, "Ana", "pn:5511987654321")
    deal = await office.post("/deals", 201, title="Anual", contactId=phone)

    await seen(office, "Ana", "lid:77", "pn:5511987654321")
    assert (await office.get(f"/deals/{deal['id']}"))["contactId"] == kept

    await office.desk.database.write(
        lambda tx: tx.conn.execute("DELETE FROM contacts WHERE id = ?", (kept,)) and None
    )
    assert (await office.get(f"/deals/{deal['id']}"))["contactId"] is None


async def test_a_phone_is_one_contact(office: Office) -> None:
    made = await office.post("/contacts", 201, phone="(11) 8765-4321", name="Ana")
    assert made["phone"] == "5511987654321"
    problem = await office.post("/contacts", 409, phone="+55 11 98765-4321")
    assert problem["code"] == "contact_exists"
    problem = await office.post("/contacts", 400, phone="nine")
    assert problem["field"] == "phone"
    await office.ask("GET", "/contacts/nobody", 404)
