"""Set-up, login, tokens and the cookie, over HTTP."""

import asyncio
from typing import Any

import jwt
import pytest

from tests.daemon.auth.box import PASSWORD, TENANT, Box

COOKIE = "nextagent_session"


async def test_a_blank_box_says_that_it_needs_its_owner(box: Box) -> None:
    _, before = await box.call("GET", "/auth/state")
    await box.set_up()
    _, after = await box.call("GET", "/auth/state")

    assert before == {
        "setupNeeded": True,
        "tenantId": TENANT,
        "brand": {
            "name": "Atende",
            "accent": "#22d3ee",
            "logoUrl": None,
            "faviconUrl": "/auth/favicon",
            "footer": "",
            "support": "",
        },
        "version": "1.2.3",
        "languages": ["pt-BR", "en"],
    }
    assert after["setupNeeded"] is False


async def test_the_set_up_link_makes_one_owner_and_signs_them_in(box: Box) -> None:
    login = await box.set_up()

    status, me = await box.call("GET", "/auth/me", token=login["accessToken"])

    assert status == 200
    assert me["username"] == "maria"
    assert me["role"] == "owner"
    assert await box.auth.accounts.setup_link("http://box") is None


async def test_a_set_up_link_works_once_however_many_try(box: Box) -> None:
    link = await box.auth.accounts.setup_link("http://box")
    assert link is not None
    token = link.partition("token=")[2]

    async def attempt(number: int) -> int:
        wanted = {
            "token": token,
            "name": "X",
            "username": f"user{number}",
            "password": PASSWORD,
        }
        return (await box.call("POST", "/auth/setup", json=wanted))[0]

    statuses = await asyncio.gather(*(attempt(number) for number in range(5)))

    assert sorted(statuses) == [201, 409, 409, 409, 409]


async def test_an_old_or_wrong_set_up_link_is_refused(box: Box) -> None:
    link = await box.auth.accounts.setup_link("http://box")
    assert link is not None
    wanted = {"name": "X", "username": "xavier", "password": PASSWORD}
    token = link.partition("token=")[2]

    wrong, _ = await box.call("POST", "/auth/setup", json={**wanted, "token": "guess"})
    box.clock.advance(24 * 3600 + 1)
    late, problem = await box.call("POST", "/auth/setup", json={**wanted, "token": token})

    assert wrong == late == 401
    assert problem["code"] == "setup_token_invalid"
    assert "nextagent setup-link" in problem["detail"]


@pytest.mark.parametrize(
    "password", ["short", "senha123", "aaaaaaaaaa", "maria-maria-1", "1234567890"]
)
async def test_a_weak_password_is_refused_by_name(box: Box, password: str) -> None:
    link = await box.auth.accounts.setup_link("http://box")
    assert link is not None
    wanted = {
        "token": link.partition("token=")[2],
        "name": "Maria",
        "username": "maria",
        "password": password,
    }

    status, problem = await box.call("POST", "/auth/setup", json=wanted)

    assert status == 400
    assert problem["field"] == "password"
    assert await box.auth.accounts.setup_needed()


async def test_login_gives_tokens_and_the_person(box: Box) -> None:
    await box.set_up()

    status, login = await box.login("  MARIA ")

    assert status == 200
    assert login["expiresIn"] == 900
    assert login["user"]["username"] == "maria"
    assert (await box.call("GET", "/auth/me", token=login["accessToken"]))[0] == 200


async def test_a_wrong_password_and_an_unknown_user_look_the_same(box: Box) -> None:
    await box.set_up()

    wrong = await box.login("maria", "not the password")
    unknown = await box.login("nobody", "not the password")

    assert wrong == unknown
    assert wrong[0] == 401
    assert wrong[1]["code"] == "login_failed"


async def test_the_eleventh_try_in_fifteen_minutes_waits_even_if_it_is_right(box: Box) -> None:
    await box.set_up()
    # From another place each time: the account itself is guarded.
    for number in range(10):
        place = {"X-Forwarded-For": f"10.0.0.{number}"}
        status, _ = await box.call(
            "POST",
            "/auth/login",
            json={"username": "maria", "password": "guess"},
            headers=place,
        )
        assert status == 401

    status, problem = await box.login()
    assert (status, problem["code"]) == (429, "rate_limited")

    box.clock.advance(15 * 60 + 1)
    assert (await box.login())[0] == 200


async def test_a_hundred_guesses_at_once_are_ten_tries(box: Box) -> None:
    await box.set_up()

    results = await asyncio.gather(*(box.login("maria", "guess") for _ in range(100)))

    assert [status for status, _ in results].count(401) == 10
    assert {status for status, _ in results} == {401, 429}


async def test_one_place_cannot_try_many_accounts(box: Box) -> None:
    await box.set_up()

    statuses = [(await box.login(f"user{number}", "guess"))[0] for number in range(12)]

    assert statuses == [401] * 10 + [429] * 2


async def test_tries_are_remembered_without_the_words_that_were_typed(box: Box) -> None:
    await box.login("my secret typed into the wrong field", "guess")

    assert b"wrong field" not in await asyncio.to_thread(
        lambda: b"".join(file.read_bytes() for file in box.db.path.parent.glob("auth.db*"))
    )


async def test_good_logins_do_not_use_up_the_tries(box: Box) -> None:
    await box.set_up()

    assert [(await box.login())[0] for _ in range(12)] == [200] * 12


async def test_an_access_token_ends_after_its_life_and_is_renewed(box: Box) -> None:
    login = await box.set_up()
    box.clock.advance(15 * 60)

    status, problem = await box.call("GET", "/auth/me", token=login["accessToken"])
    assert (status, problem["code"]) == (401, "token_expired")

    status, renewed = await box.call(
        "POST", "/auth/refresh", json={"refreshToken": login["refreshToken"]}
    )
    assert status == 200
    assert (await box.call("GET", "/auth/me", token=renewed["accessToken"]))[0] == 200


async def test_a_refresh_token_used_twice_ends_the_whole_family(box: Box) -> None:
    login = await box.set_up()
    other = (await box.login())[1]
    old = {"refreshToken": login["refreshToken"]}
    _, renewed = await box.call("POST", "/auth/refresh", json=old)

    status, problem = await box.call("POST", "/auth/refresh", json=old)

    assert (status, problem["code"]) == (401, "refresh_reused")
    assert (await box.call("GET", "/auth/me", token=renewed["accessToken"]))[0] == 401
    again = {"refreshToken": renewed["refreshToken"]}
    assert (await box.call("POST", "/auth/refresh", json=again))[0] == 401
    # The thief of one session does not end another one.
    assert (await box.call("GET", "/auth/me", token=other["accessToken"]))[0] == 200


async def test_logout_ends_access_refresh_and_cookie(box: Box) -> None:
    login = await box.set_up()

    status, _ = await box.call("POST", "/auth/logout", token=login["accessToken"])

    assert status == 204
    assert (await box.call("GET", "/auth/me", token=login["accessToken"]))[0] == 401
    old = {"refreshToken": login["refreshToken"]}
    assert (await box.call("POST", "/auth/refresh", json=old))[0] == 401


async def cookie_of(box: Box, **headers: str) -> Any:
    response = await box.http.post(
        "/auth/login", json={"username": "maria", "password": PASSWORD}, headers=headers
    )
    box.http.session.cookie_jar.clear()
    return response.cookies[COOKIE]


async def test_the_page_gets_a_cookie_that_scripts_and_other_sites_cannot_use(box: Box) -> None:
    await box.set_up()

    cookie = await cookie_of(box)
    over_tls = await cookie_of(box, **{"X-Forwarded-Proto": "https"})

    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert not cookie["secure"]
    assert over_tls["secure"]
    status, me = await box.call("GET", "/auth/me", headers={"Cookie": f"{COOKIE}={cookie.value}"})
    assert (status, me["username"]) == (200, "maria")


async def test_a_cookie_sent_by_a_page_of_another_port_is_no_proof(box: Box) -> None:
    await box.set_up()
    cookie = f"{COOKIE}={(await cookie_of(box)).value}"
    ours = f"http://127.0.0.1:{box.http.port}"

    async def status(origin: str) -> int:
        headers = {"Cookie": cookie, "Origin": origin}
        return (await box.call("GET", "/auth/me", headers=headers))[0]

    assert await status(ours) == 200
    assert await status("http://127.0.0.1:1") == 401
    assert await status("null") == 401
    assert await status("http://[") == 401


@pytest.mark.parametrize("value", ["", "x", "x.y", ".", "a" * 5000])
async def test_a_strange_cookie_is_nobody(box: Box, value: str) -> None:
    status, problem = await box.call("GET", "/auth/me", headers={"Cookie": f"{COOKIE}={value}"})

    assert (status, problem["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Basic bWFyaWE6eA==", "Bearer x", "Bearer na_", "Bearer na_0123456789_x",
     "Bearer a.b.c", "Bearer \u00e9\u00e9"],
)  # fmt: skip
async def test_a_strange_token_is_refused(box: Box, header: str) -> None:
    status, problem = await box.call("GET", "/auth/me", headers={"Authorization": header})

    assert (status, problem["code"]) == (401, "token_invalid")


async def test_a_token_without_signature_or_with_another_key_is_refused(box: Box) -> None:
    login = await box.set_up()
    claims = jwt.decode(login["accessToken"], options={"verify_signature": False})
    forged = [
        jwt.encode(claims, key="", algorithm="none"),
        jwt.encode(claims, key="x" * 32, algorithm="HS256"),
    ]

    for token in forged:
        assert (await box.call("GET", "/auth/me", token=token))[0] == 401


async def test_the_tenant_is_asked_for_and_compared(box: Box) -> None:
    login = await box.set_up()
    bearer = {"Authorization": f"Bearer {login['accessToken']}"}

    missing = await box.http.get("/auth/me", headers=bearer)
    wrong = await box.http.get("/auth/me", headers={**bearer, "x-tenant-id": "other"})

    assert (missing.status, (await missing.json())["code"]) == (400, "tenant_missing")
    assert (wrong.status, (await wrong.json())["code"]) == (403, "tenant_mismatch")
