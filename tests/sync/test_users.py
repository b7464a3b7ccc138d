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


async def test_a_browser_signs_in_with_a_key_and_its_session_ends_with_it(plane: Plane) -> None:
    platform = await plane.key()
    await plane.token("acme", "norte")
    body = {"name": "n", "role": "reader", "resellerId": "norte", "days": 1}
    _, made = await plane.call("POST", "/api/keys", platform, body)
    key = {"key": made["key"]}
    status, session = await plane.call("POST", "/api/login/key", "", key)
    assert status == 200
    assert session["key"] != made["key"]
    _, me = await plane.call("GET", "/api/me", session["key"])
    assert (me["role"], me["resellerId"]) == ("reader", "norte")
    plane.clock.advance(hours=20)
    _, late = await plane.call("POST", "/api/login/key", "", key)
    plane.clock.advance(hours=5)
    assert (await plane.call("GET", "/api/me", late["key"]))[0] == 401, "no longer than the key"
    assert (await plane.call("POST", "/api/login/key", "", {"key": "nac_no"}))[0] == 401

    _, other = await plane.call("POST", "/api/keys", platform, {**body, "days": 9})
    _, session = await plane.call("POST", "/api/login/key", "", {"key": other["key"]})
    assert (await plane.call("POST", "/api/logout", session["key"]))[0] == 200
    assert (await plane.call("GET", "/api/me", other["key"]))[0] == 200, "the key stays"
    _, session = await plane.call("POST", "/api/login/key", "", {"key": other["key"]})
    assert (await plane.call("DELETE", f"/api/keys/{other['id']}", platform))[0] == 200
    assert (await plane.call("GET", "/api/me", session["key"]))[0] == 401
