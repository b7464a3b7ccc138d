"""A box whose requests a test forges: signed as the box would, or nearly so."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from uuid_utils import uuid7

from sync.protocol.messages import ENROLL, enroll_base, pack, sign_batch, unpack
from sync.protocol.problems import PROBLEMS
from sync.signing import RESPONSE_SIGNATURE, PrivateKey, ServerKeys, b64, sign_request
from tests.sync.central_fixtures import Plane, TestBox, an_enrolled_box

Content = dict[str, Any]


class Wire:
    """A box with three messages to sync, and somebody who can forge what it sends."""

    def __init__(self, plane: Plane, box: TestBox, batch: Content) -> None:
        self.plane, self.box, self.batch = plane, box, batch
        self.memory = box.client._memory  # noqa: SLF001 - a forger has the box's own key
        self.device = self.memory.device_id

    def packed(self, content: Content | None = None, **changes: Any) -> bytes:
        """Return a batch with changes, signed by the box."""
        base = {**(content or self.batch), **changes}
        unsigned = {name: value for name, value in base.items() if name != "signature"}
        return pack(sign_batch(self.memory.key, unsigned))

    async def send(
        self,
        path: str,
        body: bytes = b"",
        *,
        method: str = "POST",
        key: PrivateKey | None = None,
        device: str = "",
        ahead: timedelta = timedelta(0),
        headers: dict[str, str] | None = None,
    ) -> str:
        """Send a request as the box, or nearly so; return the code, its form checked."""
        signed = self.signed(path, body, method=method, key=key, device=device, ahead=ahead)
        return await self.ask(method, path, body, signed | (headers or {}))

    def signed(
        self,
        path: str,
        body: bytes,
        *,
        method: str = "POST",
        key: PrivateKey | None = None,
        device: str = "",
        ahead: timedelta = timedelta(0),
    ) -> dict[str, str]:
        """Return the headers of the box's next request."""
        self.memory.na_seq += 1
        return sign_request(
            key or self.memory.key,
            method,
            path,
            device=device or self.device,
            seq=self.memory.na_seq,
            body=body,
            created=self.plane.clock.now() + ahead,
        )

    async def enroll(self, token: str, key: PrivateKey, **changes: Any) -> str:
        """Ask to be enrolled, as a new box or an odd one."""
        device = str(uuid7())
        public = b64(key.public)
        asked = {
            "v": 1,
            "device": device,
            "version": "1.0",
            "token": token,
            "public_key": public,
            "proof": b64(key.sign(enroll_base(token, device, public))),
        } | changes
        return await self.ask("POST", ENROLL, orjson.dumps(asked), {"na-seq": "0"})

    async def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> str:
        """Send exactly this; return the code, having checked that it is signed and documented."""
        url, data = self.plane.base + path, BytesIO(body) if body else None
        async with self.plane.session.request(method, url, data=data, headers=headers) as response:
            raw = await response.read()
        server = ServerKeys({self.plane.central.key.id: self.plane.central.key.public})
        number = int(headers["na-seq"]) if headers["na-seq"].isdigit() else 0
        signature = response.headers[RESPONSE_SIGNATURE]
        assert server.trusts_response(signature, response.status, number, raw)
        answer = orjson.loads(raw)
        code = str(answer["code"])
        assert (response.status, answer["status"]) == (PROBLEMS[code].status, PROBLEMS[code].status)
        assert "{" not in answer["detail"], "a fact is missing in the text"
        return code


async def a_wire(plane: Plane, folder: Path) -> Wire:
    box = await an_enrolled_box(plane, folder / "box.db")
    await box.use(3)
    plane.clock.advance(hours=1)
    await box.client._keep_house()  # noqa: SLF001 - rolls up without sending
    made = await box.client._make({})
    return Wire(plane, box, orjson.loads(unpack(made.body)))
