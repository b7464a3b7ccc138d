"""People of the office: a password gives a key for half a day, and cannot be guessed."""

from tests.sync.central_fixtures import Plane

ANA = {"username": "ana@norte", "name": "Ana", "password": "correct horse", "role": "reseller"}


async def login(plane: Plane, password: str, username: str = "ana@norte") -> tuple[int, str]:
    body = {"username": username, "password": password}
    status, answer = await plane.call("POST", "/api/login", "none", body)
    return status, str(answer.get("key") or answer.get("code"))


async def test_a_login_lasts_half_a_day_and_sees_its_reseller_only(plane: Plane) -> None:
    await plane.token("acme", "norte")
    await plane.token("other", "sul")
    key = await plane.key()
    user = {**ANA, "resellerId": "norte"}
    assert (await plane.call("POST", "/api/users", key, user))[0] == 201
    assert (await plane.call("POST", "/api/users", key, user))[1]["code"] == "id_taken"

    status, session = await login(plane, "correct horse")

    assert status == 200
    _, tenants = await plane.call("GET", "/api/tenants", session)
    assert [tenant["id"] for tenant in tenants["items"]] == ["acme"]
    _, users = await plane.call("GET", "/api/users", session)
    assert "password" not in users["items"][0]
    assert (await plane.call("POST", "/api/logout", session))[0] == 200
    assert (await plane.call("GET", "/api/tenants", session))[0] == 401
    _, session = await login(plane, "correct horse")
    plane.clock.advance(hours=13)
    assert (await plane.call("GET", "/api/tenants", session))[0] == 401


async def test_ten_wrong_tries_close_an_account_for_a_quarter_of_an_hour(plane: Plane) -> None:
    await plane.token("acme", "norte")
    key = await plane.key("reseller", "norte")
    assert (await plane.call("POST", "/api/users", key, ANA))[0] == 201

    tries = [await login(plane, "wrong") for _ in range(10)]
    assert tries == [(401, "bad_login")] * 10
    assert await login(plane, "correct horse") == (429, "rate_limited")
    plane.clock.advance(minutes=16)
    assert (await login(plane, "correct horse"))[0] == 200
    assert await login(plane, "x", "nobody") == (401, "bad_login")


async def test_a_reseller_adds_its_own_people_only(plane: Plane) -> None:
    await plane.token("acme", "norte")
    await plane.token("other", "sul")
    key, strange = await plane.key("reseller", "norte"), await plane.key("reseller", "sul")

    _, made = await plane.call("POST", "/api/users", key, {**ANA, "resellerId": "sul"})
    assert made["resellerId"] == "norte"
    assert (await plane.call("POST", "/api/users", key, {**ANA, "role": "platform"}))[0] == 403
    assert (await plane.call("GET", "/api/users", strange))[1]["items"] == []
    _, session = await login(plane, "correct horse")
    assert (await plane.call("DELETE", f"/api/users/{made['id']}", strange))[0] == 404
    assert (await plane.call("DELETE", f"/api/users/{made['id']}", key))[0] == 200
    assert await login(plane, "correct horse") == (401, "bad_login")
    assert (await plane.call("GET", "/api/tenants", session))[0] == 401
