"""The hash chain: each event's hash covers every event before it."""

import hashlib
from typing import Any

from sync.protocol.canonical import canonical

LEAF_PREFIX = b"na1\0"
HASH_BYTES = 32
DEVICE_ID_LENGTH = 36


def start(device: str, epoch: int, receipt: bytes, stream: str) -> bytes:
    """Return `h_0` of an epoch. The synced stream's is the protocol's; the raw one adds its name.

    The device id has a fixed length and the epoch eight bytes, so no two triples run together.
    """
    if len(device) != DEVICE_ID_LENGTH:
        msg = f"a device id has {DEVICE_ID_LENGTH} characters"
        raise ValueError(msg)
    seed = device.encode("ascii") + epoch.to_bytes(8, "big") + receipt
    if stream != SYNCED:
        seed += b"\0" + stream.encode("ascii")
    return hashlib.sha256(seed).digest()


def leaf(body: bytes) -> bytes:
    """Return the hash of one event, given its canonical form."""
    return hashlib.sha256(LEAF_PREFIX + body).digest()


def link(previous: bytes, leaf_hash: bytes) -> bytes:
    """Return `h_n` from `h_{n-1}` and the event's leaf."""
    return hashlib.sha256(previous + leaf_hash).digest()


def follow(previous: bytes, events: list[dict[str, Any]]) -> list[bytes]:
    """Return the hash after each event."""
    hashes: list[bytes] = []
    for event in events:
        previous = link(previous, leaf(canonical(event)))
        hashes.append(previous)
    return hashes


SYNCED = "sync"
RAW = "raw"
