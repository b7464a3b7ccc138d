"""The QR code as a picture that a page can show without any script."""

import io

import segno


def svg_of(text: str) -> str:
    """Return the code as inline SVG, dark on light with its quiet zone, scaling with its box."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="l").save(
        drawn,
        kind="svg",
        xmldecl=False,
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return drawn.getvalue().decode()
