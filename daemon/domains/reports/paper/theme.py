"""Colours, sizes and texts of a page; the accent is the brand's."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

INK, SOFT, LINE, SHADE = (HexColor(code) for code in ("#0f172a", "#64748b", "#e2e8f0", "#f8fafc"))
GOOD, BAD, WAIT = HexColor("#059669"), HexColor("#dc2626"), HexColor("#d97706")
SERIES = ("#f59e0b", "#10b981", "#6366f1", "#ef4444", "#94a3b8")
UNLIKE = 0.6
"""Least sum of differences of two colours (of 3) that are told apart at a glance."""
DARKEST = 0.42
"""Accent text is made at least this dark (relative luminance), so that it can be read on white."""
PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
LOGO_HEIGHT, LOGO_WIDTH = 26.0, 140.0


@dataclass(frozen=True)
class Theme:
    """A brand on paper."""

    name: str
    accent: Color
    logo: Path | None
    tenant: str = ""
    support: str = ""

    @property
    def strong(self) -> Color:
        """The accent, dark enough for text."""
        found = self.accent
        while _luminance(found) > DARKEST:
            found = Color(found.red * 0.85, found.green * 0.85, found.blue * 0.85)
        return found

    @property
    def on_accent(self) -> Color:
        """What is written on the accent."""
        return INK if _luminance(self.accent) > DARKEST else HexColor("#ffffff")

    def series(self, number: int) -> Color:
        """Return the colour of a series; the first is the accent, the others are unlike it."""
        if number == 0:
            return self.accent
        others = [HexColor(code) for code in SERIES]
        others = [color for color in others if _distance(color, self.accent) >= UNLIKE]
        return others[(number - 1) % len(others)]


def theme(brand: dict[str, Any]) -> Theme:
    """Return the theme of a brand; a logo that is no PNG or JPEG is left out: its name stands."""
    logo = Path(brand["logo"]) if brand.get("logo") else None
    if logo is not None and (logo.suffix.lower() not in {".png", ".jpg", ".jpeg"}):
        logo = None
    return Theme(
        brand["name"],
        HexColor(brand["accent"]),
        logo if logo is not None and logo.is_file() else None,
        brand.get("tenant", ""),
        brand.get("support", ""),
    )


def style(name: str, size: float, *, font: str = PLAIN, color: Color = INK, **more: Any) -> Any:
    """Return a style of text."""
    return ParagraphStyle(
        name, fontName=font, fontSize=size, leading=size * 1.3, textColor=color, **more
    )


CELL = style("cell", 7.2, splitLongWords=1)
CELL_RIGHT = style("cell-right", 7.2, alignment=TA_RIGHT)
BODY = style("body", 9)
NOTE = style("note", 7.5, color=SOFT)
HEADING = style("heading", 12.5, font=BOLD, spaceBefore=14, spaceAfter=6, keepWithNext=1)


def printable(text: str) -> str:
    """Return a text with only what the standard fonts of PDF can draw.

    Pictographs are dropped, other letters without a glyph become `?`.
    """
    return "".join(_drawn(one) for one in unicodedata.normalize("NFC", text))


def _drawn(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Cc":
        return ""
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return "" if kind in DROPPED else "?"
    return sign


DROPPED = frozenset({"So", "Sk", "Cf", "Cs", "Co", "Mn", "Me"})


def markup(text: str, limit: int = 600) -> str:
    """Return a text for a paragraph: nothing in it is markup, and it is not endless."""
    flat = " ".join(text.split())
    cut = flat if len(flat) <= limit else f"{flat[: limit - 1]}…"
    clean = printable(cut)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _distance(one: Color, other: Color) -> float:
    pairs = ((one.red, other.red), (one.green, other.green), (one.blue, other.blue))
    return float(sum(abs(a - b) for a, b in pairs))


def _luminance(color: Color) -> float:
    return float(0.2126 * color.red + 0.7152 * color.green + 0.0722 * color.blue)
