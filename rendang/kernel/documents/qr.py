"""QR codes as SVG, for papers and screens (GB/T 18284, ISO/IEC 18004)."""

import io

import segno


def qr_svg(text: str, *, border: int = 2) -> str:
    """The code of a text with 15 % error correction; ``border`` in modules (the white of the paper gives the rest)."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, border=border)
    return out.getvalue().decode()
