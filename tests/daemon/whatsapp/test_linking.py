import asyncio
from pathlib import Path

import pytest

from daemon.domains.whatsapp.domain import SessionLimitError, SessionState, UnknownAgentError
from daemon.domains.whatsapp.reasons import CODES, words
from daemon.domains.whatsapp.views import SessionView
from daemon.kernel.errors import BadInputError
from tests.daemon.whatsapp.conftest import OWNER, Box, box_of
from tests.journeys.emulator import Emulator


async def test_a_number_is_linked_by_scanning_the_qr_code(box: Box) -> None:
    shown = await box.init()

    assert shown.session.state is SessionState.SCAN_QR_CODE
    view = SessionView.of(shown, "pt-BR")
    assert view.qr is not None
    assert view.qr.text.startswith("https://wa.me/settings/linked_devices#")
    assert view.qr.svg.startswith("<svg")
    assert "Aparelhos conectados" in view.next_step
    await box.emulator.scan(view.qr.text)
    working = await box.state(shown.session.id, SessionState.WORKING)
    assert working.session.phone == OWNER
    assert working.session.lid is not None
    assert working.offer is None


async def test_a_number_is_linked_by_typing_the_code_on_the_phone(box: Box) -> None:
    shown = await box.init(method="code", phone=f"+{OWNER}")

    assert shown.offer is not None
    assert shown.offer.text is None
    code = shown.offer.pairing_code
    assert code is not None
    await box.emulator.post("pairing-code", code=code, phone=OWNER)
    await box.state(shown.session.id, SessionState.WORKING)


async def test_asked_again_it_is_the_same_session_and_the_same_code(box: Box) -> None:
    first, again = await box.init(), await box.init()

    assert first.session.id == again.session.id
    assert first.offer == again.offer
    assert len(await box.sessions.listed("agent")) == 1


async def test_a_linked_number_is_left_alone_by_another_init(box: Box) -> None:
    session = await box.linked()

    again = await box.init()

    assert (again.session.id, again.session.state) == (session, SessionState.WORKING)


async def test_a_qr_session_changes_to_a_code_when_asked(box: Box) -> None:
    await box.init()

    again = await box.init(method="code", phone=OWNER)

    shown = await box.state(again.session.id, SessionState.SCAN_QR_CODE)
    assert shown.offer is not None
    assert shown.offer.pairing_code is not None


async def test_an_agent_may_hold_several_numbers_up_to_the_limit(
    tmp_path: Path, emulator: Emulator
) -> None:
    async with box_of(tmp_path, emulator, max_sessions=1) as box:
        await box.init(name="loja")

        with pytest.raises(SessionLimitError, match="1 WhatsApp sessions"):
            await box.init(name="oficina")


async def test_bad_requests_name_the_field(box: Box) -> None:
    with pytest.raises(UnknownAgentError):
        await box.sessions.init("nobody", name=None, method="qr", phone=None)
    with pytest.raises(BadInputError) as error:
        await box.init(method="code", phone="12")
    assert error.value.field == "phone"
    assert await box.sessions.listed("agent") == []


async def test_unlinked_on_the_phone_the_session_says_so_and_forgets_its_keys(box: Box) -> None:
    session = await box.linked()

    await box.emulator.post("unlink")

    shown = await box.state(session, SessionState.LOGGED_OUT)
    assert shown.session.reason_code == "logged_out"
    # What the bridge had on its way when the link ended comes after its end.
    await box.host.set_keys({"session": session, "rows": [["pre-key", "9", "late"]]})
    await box.host.set_creds({"session": session, "creds": "{}"})
    query = "SELECT (SELECT count(*) FROM wa_keys) + (SELECT count(*) FROM wa_creds)"
    assert await box.db.read(lambda tx: tx.conn.execute(query).fetchone()[0]) == 0
    linked = await box.linked()
    assert linked == session


async def test_a_removed_session_is_unlinked_at_whatsapp_and_gone(box: Box) -> None:
    session = await box.linked()

    await box.sessions.remove("agent", session)

    assert await box.sessions.listed("agent") == []
    assert (await box.emulator.get("accounts"))["items"] == []


@pytest.mark.parametrize("method", ["qr", "code"])
async def test_the_passkey_gate_is_recognised_and_explained(box: Box, method: str) -> None:
    await box.emulator.fault("passkey", mode="signal")
    shown = await box.init(method=method, phone=OWNER)
    assert shown.offer is not None

    if method == "qr":
        assert shown.offer.text is not None
        await box.emulator.scan(shown.offer.text)
    else:
        await box.emulator.post("pairing-code", code=shown.offer.pairing_code, phone=OWNER)

    gated = await box.state(shown.session.id, SessionState.PASSKEY_REQUIRED)
    assert "chave de acesso" in SessionView.of(gated, "pt-BR").reason


async def test_a_code_that_nobody_uses_ends_the_session(tmp_path: Path, emulator: Emulator) -> None:
    async with box_of(tmp_path, emulator) as box:
        box.bridge.child._hello = lambda: {  # noqa: SLF001 - shorter than any setting allows
            **hello,
            "timing": {"linkMs": 300},
        }
        hello = box.hello
        await box.bridge.child.restart()
        await box.up()
        shown = await box.init()

        stopped = await box.state(shown.session.id, SessionState.STOPPED)
        assert stopped.session.reason_code == "qr_expired"


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("whatsapp.db*"))


async def test_the_secrets_of_a_session_are_nowhere_in_clear(box: Box, tmp_path: Path) -> None:
    await box.linked()
    await box.emulator.say("5511911110001", "canario-do-cliente")

    stored = await asyncio.to_thread(everything, tmp_path)
    for secret in (b"advSecretKey", b"signedIdentityKey", b"noiseKey", b"privKey", b"rootKey"):
        assert secret not in stored


@pytest.mark.parametrize("code", CODES)
def test_every_reason_is_explained_in_both_languages(code: str) -> None:
    portuguese, english = words(code, "pt-BR"), words(code, "en")
    assert portuguese.reason
    assert english.reason
    assert portuguese != english
