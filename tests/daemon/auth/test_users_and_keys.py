"""Users, roles, passwords and API keys, over HTTP."""

from typing import Any

import pytest

from tests.daemon.auth.box import PASSWORD, Box

NEW_PASSWORD = "outra frase bem comprida"


async def owner(box: Box) -> str:
    return str((await box.set_up())["accessToken"])


async def add(box: Box, token: str, username: str, role: str = "operator") -> tuple[int, Any]:
    wanted = {"name": username, "username": username, "password": PASSWORD, "role": role}
    return await box.call("POST", "/auth/users", token=token, json=wanted)


async def key(box: Box, token: str, **wanted: Any) -> tuple[int, Any]:
    return await box.call("POST", "/auth/keys", token=token, json={"name": "CRM", **wanted})


async def test_an_owner_adds_changes_and_removes_users(box: Box) -> None:
    token = await owner(box)

    status, user = await add(box, token, "Joao")
    assert (status, user["username"], user["role"]) == (201, "joao", "operator")

    path = f"/auth/users/{user['id']}"
    _, changed = await box.call("PATCH", path, token=token, json={"name": "J.", "role": "viewer"})
    assert (changed["name"], changed["role"]) == ("J.", "viewer")

    assert (await box.call("DELETE", path, token=token))[0] == 204
    assert (await box.call("DELETE", path, token=token))[0] == 404
    assert (await box.login("joao"))[0] == 401


async def test_users_are_paged(box: Box) -> None:
    token = await owner(box)
    for name in ("ana", "bia", "caio"):
        await add(box, token, name)

    seen, cursor = [], ""
    while cursor is not None:
        path = f"/auth/users?limit=2{cursor and '&cursor=' + cursor}"
        _, page = await box.call("GET", path, token=token)
        seen += [user["username"] for user in page["items"]]
        cursor = page["nextCursor"]

    assert seen == ["maria", "ana", "bia", "caio"]


async def test_two_users_cannot_share_a_name(box: Box) -> None:
    token = await owner(box)
    await add(box, token, "joao")

    status, problem = await add(box, token, "JOAO")

    assert (status, problem["code"], problem["field"]) == (409, "username_taken", "username")


async def test_the_number_of_users_is_limited_by_name(box: Box) -> None:
    token = await owner(box)
    for name in ("ana", "bia", "caio", "davi"):
        assert (await add(box, token, name))[0] == 201

    status, problem = await add(box, token, "eva")

    assert (status, problem["field"]) == (409, "limits.users")
    assert "limits.users" in problem["detail"]


@pytest.mark.parametrize("change", [{"role": "operator"}, {"role": "viewer"}, None])
async def test_the_last_owner_stays(box: Box, change: dict[str, str] | None) -> None:
    login = await box.set_up()
    path, token = f"/auth/users/{login['user']['id']}", login["accessToken"]

    status, problem = (
        await box.call("DELETE", path, token=token)
        if change is None
        else await box.call("PATCH", path, token=token, json=change)
    )
    assert (status, problem["code"]) == (409, "last_owner")

    await add(box, token, "joana", "owner")
    status, _ = (
        await box.call("DELETE", path, token=token)
        if change is None
        else await box.call("PATCH", path, token=token, json=change)
    )
    assert status in {200, 204}


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_only_owners_manage_users_and_keys(box: Box, role: str) -> None:
    token = await owner(box)
    await add(box, token, "joao", role)
    theirs = (await box.login("joao"))[1]["accessToken"]

    for method, path in (
        ("GET", "/auth/users"),
        ("POST", "/auth/users"),
        ("PATCH", "/auth/users/x"),
        ("DELETE", "/auth/users/x"),
        ("GET", "/auth/keys"),
        ("POST", "/auth/keys"),
        ("DELETE", "/auth/keys/x"),
    ):
        status, problem = await box.call(method, path, token=theirs, json={})
        assert (status, problem["code"]) == (403, "forbidden"), path


async def test_a_role_is_taken_away_at_once(box: Box) -> None:
    token = await owner(box)
    _, user = await add(box, token, "joana", "owner")
    theirs = (await box.login("joana"))[1]["accessToken"]
    assert (await box.call("GET", "/auth/users", token=theirs))[0] == 200

    await box.call("PATCH", f"/auth/users/{user['id']}", token=token, json={"role": "viewer"})

    assert (await box.call("GET", "/auth/users", token=theirs))[0] == 403


async def test_a_removed_user_is_out_at_once(box: Box) -> None:
    token = await owner(box)
    _, user = await add(box, token, "joao")
    theirs = (await box.login("joao"))[1]

    await box.call("DELETE", f"/auth/users/{user['id']}", token=token)

    assert (await box.call("GET", "/auth/me", token=theirs["accessToken"]))[0] == 401
    old = {"refreshToken": theirs["refreshToken"]}
    assert (await box.call("POST", "/auth/refresh", json=old))[0] == 401


async def test_a_new_password_ends_the_other_sessions(box: Box) -> None:
    mine = await box.set_up()
    other = (await box.login())[1]
    wanted = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}

    status, _ = await box.call("POST", "/auth/password", token=mine["accessToken"], json=wanted)

    assert status == 204
    assert (await box.call("GET", "/auth/me", token=mine["accessToken"]))[0] == 200
    assert (await box.call("GET", "/auth/me", token=other["accessToken"]))[0] == 401
    assert (await box.login())[0] == 401
    assert (await box.login(password=NEW_PASSWORD))[0] == 200


async def test_a_stolen_session_cannot_change_the_password(box: Box) -> None:
    token = await owner(box)
    wanted = {"currentPassword": "a guess", "newPassword": NEW_PASSWORD}

    status, problem = await box.call("POST", "/auth/password", token=token, json=wanted)

    assert (status, problem["field"]) == (401, "currentPassword")


async def test_an_owner_sets_the_password_of_another(box: Box) -> None:
    token = await owner(box)
    _, user = await add(box, token, "joao")
    theirs = (await box.login("joao"))[1]["accessToken"]
    wanted = {"password": NEW_PASSWORD}

    await box.call("PATCH", f"/auth/users/{user['id']}", token=token, json=wanted)

    assert (await box.call("GET", "/auth/me", token=theirs))[0] == 401
    assert (await box.login("joao", NEW_PASSWORD))[0] == 200


async def test_an_api_key_is_shown_once_and_has_its_role(box: Box) -> None:
    token = await owner(box)

    status, made = await key(box, token, role="viewer", expiresInDays=30)

    assert status == 201
    assert made["key"].startswith(f"na_{made['prefix']}_")
    _, me = await box.call("GET", "/auth/me", token=made["key"])
    assert (me["kind"], me["name"], me["role"], me["username"]) == (
        "api_key",
        "CRM",
        "viewer",
        None,
    )
    assert (await box.call("GET", "/auth/keys", token=made["key"]))[0] == 403
    _, listed = await box.call("GET", "/auth/keys", token=token)
    assert "key" not in listed["items"][0]
    assert listed["items"][0]["lastUsedAt"] is not None


async def test_an_api_key_ends_on_its_day(box: Box) -> None:
    token = await owner(box)
    _, made = await key(box, token, expiresInDays=1)
    box.clock.advance(24 * 3600)

    status, problem = await box.call("GET", "/auth/me", token=made["key"])

    assert (status, problem["code"]) == (401, "token_expired")


async def test_a_revoked_key_is_out_at_once(box: Box) -> None:
    token = await owner(box)
    _, made = await key(box, token)

    assert (await box.call("DELETE", f"/auth/keys/{made['id']}", token=token))[0] == 204

    assert (await box.call("GET", "/auth/me", token=made["key"]))[0] == 401
    assert (await box.call("DELETE", f"/auth/keys/{made['id']}", token=token))[0] == 404


async def test_a_key_with_one_letter_changed_is_refused(box: Box) -> None:
    token = await owner(box)
    _, made = await key(box, token)
    changed = made["key"][:-1] + ("A" if made["key"][-1] != "A" else "B")

    assert (await box.call("GET", "/auth/me", token=changed))[0] == 401


async def test_the_number_of_keys_is_limited_by_name(box: Box) -> None:
    token = await owner(box)
    for _ in range(3):
        assert (await key(box, token))[0] == 201

    status, problem = await key(box, token)

    assert (status, problem["field"]) == (409, "limits.api_keys")


async def test_an_api_key_has_no_password_and_no_session(box: Box) -> None:
    token = await owner(box)
    _, made = await key(box, token, role="owner")
    wanted = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}

    status, problem = await box.call("POST", "/auth/password", token=made["key"], json=wanted)

    assert (status, problem["code"]) == (403, "no_password")
    assert (await box.call("POST", "/auth/logout", token=made["key"]))[0] == 204
    assert (await box.call("GET", "/auth/me", token=made["key"]))[0] == 200


async def test_no_secret_is_on_the_disk(box: Box) -> None:
    login = await box.set_up()
    _, made = await key(box, login["accessToken"])
    secrets = [PASSWORD, login["refreshToken"], made["key"].rpartition("_")[2]]
    await box.db.write(lambda tx: tx.conn.execute("SELECT 1") and None)

    files = [file.read_bytes() for file in box.db.path.parent.glob("auth.db*")]

    assert files
    for secret in secrets:
        assert not any(secret.encode() in file for file in files)


async def test_expired_sessions_are_swept(box: Box) -> None:
    await box.set_up()
    box.clock.advance(31 * 24 * 3600)

    await box.auth.sessions.prune()

    left = await box.db.read(
        lambda tx: [
            tx.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("auth_sessions", "auth_refresh_tokens")
        ]
    )
    assert left == [0, 0]
