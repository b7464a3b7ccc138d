"""Numbered, timed and signed requests of one box; what a refusal can teach is tried at once."""

from sync.exchange import Signed, ask
from sync.ports import Reply, Transport
from sync.protocol.events import moment
from sync.protocol.problems import SyncError
from sync.signing import SERVER_KEYS, sign_request
from sync.state import Memory
from sync.timekeeping import TrustedTime


class Talk:
    """The conversation with the control plane.

    Request numbers are saved with the receipts only: after a crash the control plane refuses the
    first number as used, says which was the last, and the talk goes on from there.
    """

    def __init__(self, memory: Memory, transport: Transport, time: TrustedTime) -> None:
        self._memory, self._transport, self._time = memory, transport, time

    async def ask(
        self, method: str, path: str, body: bytes = b"", media: str = "application/json"
    ) -> Reply:
        """Ask, and once again after a refusal that says how to do better."""
        try:
            return await self._once(method, path, body, media)
        except SyncError as error:
            if error.code == "replayed":
                self._memory.na_seq = max(self._memory.na_seq, int(error.facts["last"]))
            elif error.code == "clock_skew":
                self._time.correct(moment(error.facts["server_time"]))
            else:
                raise
        return await self._once(method, path, body, media)

    def headers(self, method: str, path: str) -> dict[str, str]:
        """Return the headers of a request without a body, which the caller sends itself."""
        memory = self._memory
        memory.na_seq += 1
        return sign_request(
            memory.key,
            method,
            path,
            device=memory.device_id,
            seq=memory.na_seq,
            body=b"",
            created=self._time.now(),
        )

    async def _once(self, method: str, path: str, body: bytes, media: str) -> Reply:
        memory = self._memory
        memory.na_seq += 1
        reply = await ask(
            self._transport,
            Signed(memory.device_id, memory.key, memory.server),
            method,
            path,
            seq=memory.na_seq,
            created=self._time.now(),
            body=body,
            media=media,
        )
        memory.learn(reply.headers.get(SERVER_KEYS, ""))
        return reply
