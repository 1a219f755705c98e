"""A page as dots, for printers that take no PDF: PWG raster (PWG 5102.4).

One rule: the page is drawn by the system's `pdftoppm` from pipe to pipe; no file is made of it.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from itertools import groupby

from exporter.letters.ipp import LETTER, PDF, Facts
from exporter.letters.problems import NotTaken

RASTER = "image/pwg-raster"
_SYNC = b"RaS2"
_GREY, _COLOUR = "sgray_8", "srgb_8"
_SPACES = {_GREY: (18, 1), _COLOUR: (19, 3)}
"""Type, as printers name it: number of the colour space and octets of a pixel."""
_USUAL_DPI = 300
_HIGHEST_DPI = 600
_MOST_REPEATS, _MOST_LINES = 128, 256
_SECONDS_TO_DRAW = 30
_PAGE_POINTS = (612, 792)
_HEADER = {
    276: "resolution",
    352: "page",
    372: "width",
    376: "height",
    384: "bits_per_color",
    388: "bits_per_pixel",
    392: "bytes_per_line",
    400: "color_space",
    420: "colors",
    452: "pages",
}
"""Where the numbers that matter stand in the 1,796 octets of a page's head (section 4.3)."""


def best_form(facts: Facts, pdf: bytes) -> tuple[str, bytes]:
    """Return the page in a form that a printer takes: its media type and its octets.

    PDF where it is taken; else dots. Raises NotTaken where neither works.
    """
    if PDF in facts.formats or not facts.formats:
        return PDF, pdf
    if RASTER not in facts.formats:
        raise NotTaken(
            "The printer takes neither PDF nor PWG raster.",
            kept="The sheet was not sent.",
            do="Set it up as a print queue of this computer, and choose that instead.",
        )
    kind = _COLOUR if _GREY not in facts.raster_types and facts.raster_types else _GREY
    return RASTER, pwg_raster(pdf, _dpi(facts), kind)


def pwg_raster(pdf: bytes, dpi: int, kind: str = "sgray_8") -> bytes:
    """Return the first page of a PDF as PWG raster, US Letter, in grey or colour.

    Args:
        dpi: dots per inch, both ways.
        kind: `sgray_8` or `srgb_8`.

    Raises NotTaken where the page cannot be drawn.
    """
    width, height, pixels = _drawn(pdf, dpi, grey=kind == _GREY)
    space, octets = _SPACES[kind]
    line = width * octets
    lines = (pixels[at : at + line] for at in range(0, line * height, line))
    out = [_SYNC, _head(width, height, dpi, space, octets)]
    for content, same in groupby(lines):
        count = sum(1 for _ in same)
        packed = _packed(content, octets)
        while count > 0:
            out.append(bytes((min(count, _MOST_LINES) - 1,)) + packed)
            count -= _MOST_LINES
    return b"".join(out)


def _dpi(facts: Facts) -> int:
    """Return the resolution nearest to 300 dots per inch that the printer has, square ones only."""
    square = [x for x, y in facts.raster_resolutions if x == y and 0 < x <= _HIGHEST_DPI]
    return min(square, key=lambda dpi: abs(dpi - _USUAL_DPI), default=_USUAL_DPI)


def _drawn(pdf: bytes, dpi: int, *, grey: bool) -> tuple[int, int, bytes]:
    """Return width, height and pixels of the first page."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise NotTaken(
            "The printer takes no PDF, and the program that draws pages for it is not there.",
            kept="The sheet was not sent.",
            do="Install it (Debian: poppler-utils), or set the printer up as a print queue.",
        )
    command = [program, "-r", str(dpi), "-singlefile", *(["-gray"] if grey else []), "-"]
    try:
        done = subprocess.run(  # noqa: S603 - the system's own program, no shell
            command, input=pdf, capture_output=True, timeout=_SECONDS_TO_DRAW, check=True
        )
    except (OSError, subprocess.SubprocessError):
        raise _undrawn() from None
    head = re.match(rb"P[56]\s+(\d+)\s+(\d+)\s+255\s", done.stdout)
    if head is None:
        raise _undrawn()
    return int(head[1]), int(head[2]), done.stdout[head.end() :]


def _undrawn() -> NotTaken:
    return NotTaken(
        "The page could not be drawn for a printer that takes no PDF.",
        kept="The sheet was not sent.",
        do="Choose another printer, or save the sheet as a PDF file.",
    )


def _head(width: int, height: int, dpi: int, space: int, octets: int) -> bytes:
    values = {
        "resolution": (dpi, dpi),
        "page": _PAGE_POINTS,
        "width": (width,),
        "height": (height,),
        "bits_per_color": (8,),
        "bits_per_pixel": (8 * octets,),
        "bytes_per_line": (width * octets,),
        "color_space": (space,),
        "colors": (octets,),
        "pages": (1,),
    }
    head = bytearray(1796)
    head[0:9] = b"PwgRaster"
    head[1732 : 1732 + len(LETTER)] = LETTER.encode()
    for place, name in _HEADER.items():
        struct.pack_into(f">{len(values[name])}I", head, place, *values[name])
    # Feed and cross-feed run as they are written, not mirrored.
    struct.pack_into(">ii", head, 456, 1, 1)
    return bytes(head)


_RUNS = {1: re.compile(rb"(.)\1*", re.DOTALL), 3: re.compile(rb"(...)\1*", re.DOTALL)}


def _packed(line: bytes, octets: int) -> bytes:
    """Return a line as runs of one colour: a count less one, and the pixel (section 4.4)."""
    out = []
    for run in _RUNS[octets].finditer(line):
        pixel, count = run[1], len(run[0]) // octets
        whole, rest = divmod(count, _MOST_REPEATS)
        out.append((bytes((_MOST_REPEATS - 1,)) + pixel) * whole)
        if rest:
            out.append(bytes((rest - 1,)) + pixel)
    return b"".join(out)
