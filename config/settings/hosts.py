"""What a host is: this machine, a network, a name."""

import ipaddress
import re

# A last label of digits is an address somebody mistyped, never a name.
HOST = re.compile(r"(?=.{1,253}$)(?:[A-Za-z0-9-]{1,63}\.)*(?!\d+$)[A-Za-z0-9-]{1,63}\.?")


def is_loopback(host: str) -> bool:
    """Say whether it is this very machine, by address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_network(text: str) -> bool:
    """Say whether it is an address or a network of them."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
