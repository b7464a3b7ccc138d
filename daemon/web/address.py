"""Where a request comes from."""

import ipaddress

from aiohttp import web

LONGEST = 64


def address_of(request: web.Request) -> str:
    """Return the client's address; a proxy on this machine may say it for its client."""
    remote = request.remote or ""
    try:
        behind_proxy = ipaddress.ip_address(remote).is_loopback
    except ValueError:
        return remote
    forwarded = request.headers.get("X-Forwarded-For", "")
    if not behind_proxy or not forwarded:
        return remote
    return forwarded.rpartition(",")[2].strip()[:LONGEST]
