"""Phone numbers as WhatsApp writes them, and the Brazilian ninth digit.

Brazil put a 9 before its mobile numbers (2012-2016), and WhatsApp still knows many of them without
it. Both forms are one person: the form with the 9 is the canonical one here.
"""

import re

COUNTRY = "55"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Area codes (DDD) that exist, by Anatel's numbering plan. A number outside of them is not ours to
# rewrite.
AREA_CODES = _words(
    "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 "
    "49 51 53 54 55 61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 "
    "91 92 93 94 95 96 97 98 99"
)

# In these WhatsApp registers mobiles with the ninth digit; elsewhere mostly without.
NINE_DIGIT_AREAS = _words("11 12 13 14 15 16 17 18 19 21 22 24 27 28")

_LANDLINE = re.compile(r"[2-5]\d{7}")
_OLD_MOBILE = re.compile(r"[6-9]\d{7}")
_MOBILE = re.compile(r"9\d{8}")
_GROUP = re.compile(r"^(\d+(?:-\d+)?)@g\.us$")
_SERVER = re.compile(r"^(\d+)(?:[:.]\d+)*@(s\.whatsapp\.net|c\.us|lid|hosted|hosted\.lid)$")


def canonical(digits: str) -> str:
    """Return the one form of an international number: Brazilian mobiles get their ninth digit."""
    area, local = digits[2:4], digits[4:]
    if not digits.startswith(COUNTRY) or area not in AREA_CODES:
        return digits
    if _OLD_MOBILE.fullmatch(local):
        return f"{COUNTRY}{area}9{local}"
    return digits


def variants(digits: str) -> tuple[str, ...]:
    """Return every form WhatsApp may know the number by, the likeliest first."""
    long = canonical(digits)
    area, local = long[2:4], long[4:]
    if not long.startswith(COUNTRY) or area not in AREA_CODES or not _MOBILE.fullmatch(local):
        return (long,)
    if not _OLD_MOBILE.fullmatch(local[1:]):  # 9 + [0-5]...: born with nine digits
        return (long,)
    short = f"{COUNTRY}{area}{local[1:]}"
    return (long, short) if area in NINE_DIGIT_AREAS else (short, long)


def typed(text: str) -> str | None:
    """Return the international digits of a number as a person types it; None when it is none.

    Without a plus sign, ten or eleven digits with a Brazilian area code are Brazilian.
    """
    if not re.fullmatch(r"[\d\s()+./-]+", text.strip()):
        return None
    digits = re.sub(r"\D", "", text)
    if not text.strip().startswith("+"):
        digits = digits.lstrip("0")
        local = digits[2:]
        national = _MOBILE.fullmatch(local) or _LANDLINE.fullmatch(local)
        if digits[:2] in AREA_CODES and (national or _OLD_MOBILE.fullmatch(local)):
            digits = COUNTRY + digits
    return canonical(digits) if 8 <= len(digits) <= 15 else None  # noqa: PLR2004 - E.164


def alias(jid: str) -> str | None:
    """Return the key a chat is known by: `lid:123`, `pn:5511987654321` or `group:123-4`.

    None for what is no chat: the status, a newsletter, a broadcast list.
    """
    if (group := _GROUP.match(jid)) is not None:
        return f"group:{group.group(1)}"
    found = _SERVER.match(jid)
    if found is None:
        return None
    user, server = found.groups()
    return f"lid:{user}" if server.endswith("lid") else f"pn:{canonical(user)}"


def pretty(digits: str) -> str:
    """Return the number as people read it."""
    area, local = digits[2:4], digits[4:]
    if digits.startswith(COUNTRY) and area in AREA_CODES and len(local) in {8, 9}:
        return f"+55 {area} {local[:-4]}-{local[-4:]}"
    return f"+{digits}"
