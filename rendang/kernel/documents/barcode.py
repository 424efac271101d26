"""Code 128 as SVG, for scanners that read lines only (ISO/IEC 15417, GB/T 18347)."""

import re

# The widths of the six elements of each symbol from 0 to 105, bar and space in turn; together eleven modules.
_SYMBOLS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
_STOP = "2331112"
_START_B, _START_C, _TO_B, _TO_C = 104, 105, 100, 99
QUIET = 10  # modules of white on either side


def modules(text: str) -> str:
    """The bars (1) and spaces (0) of a text, without the white around them. Digits are packed two by two.

    Raises ``ValueError`` for what Code 128 cannot say: anything but printable ASCII.
    """
    values = _values(text)
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], start=1))) % 103
    widths = "".join(_SYMBOLS[6 * value : 6 * value + 6] for value in [*values, check]) + _STOP
    return "".join(("1", "0")[at % 2] * int(width) for at, width in enumerate(widths))


def _values(text: str) -> list[int]:
    if not text or not all(" " <= char <= "~" for char in text):
        raise ValueError("Code 128 is made of printable ASCII characters.")
    values: list[int] = []
    packed: bool | None = None
    # Runs of four or more digits are worth a change of the code set.
    for piece in re.findall(r"(?:\d\d){2,}|.", text):
        pack = len(piece) > 1
        if packed is None:
            values.append(_START_C if pack else _START_B)
        elif packed != pack:
            values.append(_TO_C if pack else _TO_B)
        packed = pack
        values += [int(piece[at : at + 2]) for at in range(0, len(piece), 2)] if pack else [ord(piece) - 32]
    return values


def code128_svg(text: str, *, quiet: int = QUIET) -> str:
    """The code of a text, to be stretched to whatever place it gets, with so many modules of white on either side."""
    bars, at = [], quiet
    for run in re.findall(r"1+|0+", modules(text)):
        if run[0] == "1":
            bars.append(f"M{at} 0h{len(run)}v10h-{len(run)}z")
        at += len(run)
    width = at + quiet
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 10" width="{width}" height="10"'
        f' preserveAspectRatio="none"><path d="{"".join(bars)}"/></svg>'
    )
