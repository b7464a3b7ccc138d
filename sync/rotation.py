"""A new device key: kept before it is shown, used once the control plane has signed for it."""

import orjson

from sync.errors import UntrustedError
from sync.ports import Database, Sealer
from sync.protocol.messages import ROTATE, rotate_base
from sync.signing import PrivateKey, b64
from sync.state import KEY_CONTEXT, NEXT_KEY_CONTEXT, Memory, drop, put
from sync.talk import Talk


async def rotate(memory: Memory, talk: Talk, db: Database, sealer: Sealer, tenant: str) -> None:
    """Change the key. Raises like `Talk.ask`; may be repeated until it succeeds."""

    async def keep(name: str, key: PrivateKey, context: str) -> None:
        sealed = sealer.seal(key.seed, context=context)
        await db.write(lambda tx: put(tx, tenant, name, sealed))

    if memory.next_key is None:
        memory.next_key = PrivateKey.generate()
        await keep("next_key", memory.next_key, NEXT_KEY_CONTEXT)
    new = memory.next_key
    public = b64(new.public)
    proof = b64(new.sign(rotate_base(memory.device_id, public)))
    reply = await talk.ask("POST", ROTATE, orjson.dumps({"public_key": public, "proof": proof}))
    document = orjson.loads(reply.body)
    if not memory.server.trusts(document) or document.get("public_key") != public:
        msg = "the rotation is not signed by the control plane"
        raise UntrustedError(msg)
    await keep("device_key", new, KEY_CONTEXT)
    await db.write(lambda tx: drop(tx, "next_key"))
    memory.key, memory.next_key = new, None
