"""Which internet addresses are outside: public ones, and what the owner of the box allowed.

An address that carries another one inside (IPv4-mapped, NAT64) is judged by the one inside; other
ways to write an IPv4 address in IPv6 (6to4, Teredo, IPv4-compatible, ISATAP) are refused whole.
"""

import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(word) for word in text.split())


# The IANA special-purpose registries, written out: Python's own `is_global` changed its mind
# between patch releases.
INSIDE_4 = _networks(
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
    "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
    "224.0.0.0/4 240.0.0.0/4 "
    "168.63.129.16/32"  # a cloud's host, from inside its machines
)
OUTSIDE_6 = ipaddress.ip_network("2000::/3")
INSIDE_6 = _networks("2001::/23 2001:db8::/32 2002::/16 3fff::/20")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
# What an allowed host name may stand for: another machine of the LAN, never this one.
LAN = _networks("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7")


def is_public(address: Address) -> bool:
    """Say whether an address is out there on the internet."""
    inner = unwrapped(address)
    if isinstance(inner, ipaddress.IPv4Address):
        return not _within(inner, INSIDE_4)
    if inner not in OUTSIDE_6 or _within(inner, INSIDE_6):
        return False
    return (int(inner) >> 32) & 0xFFFF_FFFF not in ISATAP


def unwrapped(address: Address) -> Address:
    """Return the address that a connection would really reach."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


class Allowed:
    """The owner's list: networks (`192.168.0.0/24`), addresses, and names of hosts in the LAN."""

    def __init__(self, entries: Sequence[str]) -> None:
        """Read the list. Raises ValueError for an entry that is none of these."""
        self._networks: list[Network] = []
        self._hosts: set[str] = set()
        for entry in entries:
            if (network := _network(entry)) is not None:
                self._networks.append(network)
            elif _is_host(entry):
                self._hosts.add(entry.lower().rstrip("."))
            else:
                msg = f"{entry!r} is neither a network, an address nor a host name"
                raise ValueError(msg)

    def reachable(self, host: str, address: Address) -> bool:
        """Say whether `host`, which stands for `address`, may be connected to."""
        if is_public(address):
            return True
        inner = unwrapped(address)
        if _within(inner, self._networks):
            return True
        return host.lower().rstrip(".") in self._hosts and _within(inner, LAN)


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _is_host(text: str) -> bool:
    labels = text.rstrip(".").split(".")
    plain = all(label and label.replace("-", "").isalnum() and label.isascii() for label in labels)
    # A last label of digits is an address somebody mistyped, never a name.
    return plain and not labels[-1].isdigit() and len(text) <= 253  # noqa: PLR2004 - RFC 1035
