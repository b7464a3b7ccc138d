"""Pix BR Code, static: EMV fields with a CRC16, as the Central Bank's manual describes them."""

import binascii
import re
import unicodedata
from dataclasses import dataclass

MAX_NAME, MAX_CITY, MAX_TXID = 25, 15, 25
ANY_TXID = "***"


@dataclass(frozen=True)
class Merchant:
    """Who receives: the Pix key, and the name and city that the payer's bank shows."""

    key: str
    name: str
    city: str


def br_code(merchant: Merchant, centavos: int | None = None, txid: str = ANY_TXID) -> str:
    """Return the text to copy and paste; without an amount the payer types it."""
    account = _field("00", "br.gov.bcb.pix") + _field("01", merchant.key)
    amount = "" if centavos is None else _field("54", f"{centavos // 100}.{centavos % 100:02d}")
    text = (
        _field("00", "01")
        + _field("26", account)
        + _field("52", "0000")
        + _field("53", "986")
        + amount
        + _field("58", "BR")
        + _field("59", _plain(merchant.name, MAX_NAME))
        + _field("60", _plain(merchant.city, MAX_CITY))
        + _field("62", _field("05", _txid(txid)))
        + "6304"
    )
    return text + f"{crc16(text.encode()):04X}"


def crc16(data: bytes) -> int:
    """Return CRC-16/CCITT-FALSE: polynomial 1021, beginning at FFFF."""
    return binascii.crc_hqx(data, 0xFFFF)


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _plain(text: str, limit: int) -> str:
    """Drop accents: many banks count bytes where the standard counts characters."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(bare.split())[:limit].strip() or "-"


def _txid(text: str) -> str:
    return text if text == ANY_TXID else re.sub(r"[^A-Za-z0-9]", "", text)[:MAX_TXID] or ANY_TXID
