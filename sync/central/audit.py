"""Raw events against what was received of them before. Pure."""

from typing import Any

from sync.central.store import Audit, Covered, Device
from sync.protocol.canonical import NotCanonicalError, canonical
from sync.protocol.chain import RAW, leaf, link, start
from sync.protocol.rollup import add

OK = "ok"


def judge(
    device: Device,
    order: Audit,
    before: bytes | None,
    rollups: list[Covered],
    events: list[dict[str, Any]],
) -> str:
    """Return `ok`, or what is wrong and with which hour: a dispute is about one hour."""
    if [event.get("seq") for event in events] != list(range(order.first, order.last + 1)):
        return "events_missing"
    if before is None and order.first > 1:
        return "range_unknown"
    receipt = b"" if order.raw_epoch == 0 else device.receipt
    previous = before or start(device.id, order.raw_epoch, receipt, RAW)
    by_seq = {event["seq"]: event for event in events}
    for rollup in rollups:
        sums: dict[str, int] = {}
        for seq in range(rollup.first, rollup.last + 1):
            previous = _follow(previous, by_seq[seq])
            add(sums, _meters(by_seq[seq]))
        if previous != rollup.head:
            return f"chain_differs {rollup.hour.isoformat()}"
        if sums != rollup.meters:
            return f"sums_differ {rollup.hour.isoformat()}"
    return OK if rollups and rollups[-1].last == order.last else "range_unknown"


def _follow(previous: bytes, event: dict[str, Any]) -> bytes:
    try:
        return link(previous, leaf(canonical(event)))
    except NotCanonicalError:
        return b""


def _meters(event: dict[str, Any]) -> dict[str, int]:
    data = event.get("data")
    meters = data.get("meters") if isinstance(data, dict) else None
    if not isinstance(meters, dict):
        return {}
    return {name: value for name, value in meters.items() if type(value) is int}
