"""The QR code as a picture that a page can show without any script."""

import segno


def svg_of(text: str) -> str:
    """Return the code as inline SVG, dark on light with its quiet zone, scaling with its box."""
    code = segno.make_qr(text, error="l")
    return str(
        code.svg_inline(
            border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
        )
    )
