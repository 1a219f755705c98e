"""A QR code as lines of half blocks, two rows of modules a line.

One rule: it fits beside text on 80 by 24; draw it dark on light, or no phone reads it.
"""

from __future__ import annotations

LARGEST_VERSION = 5
"""37 modules wide: at most 20 lines with its border."""
CAPACITY = 106
"""Bytes that version 5 holds at the lowest error correction (ISO/IEC 18004, table 7)."""
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
_WIDE_BORDER_UP_TO = 33


def half_blocks(text: str) -> tuple[str, ...]:
    """Return the lines of a QR code, light border included; all are of one width.

    Raises ValueError for text of more than CAPACITY bytes.
    """
    import segno

    if len(text.encode()) > CAPACITY:
        raise ValueError(f"at most {CAPACITY} bytes fit")
    code = segno.make(text, error="l", micro=False, boost_error=False)
    assert int(code.version) <= LARGEST_VERSION
    size = len(code.matrix)
    border = 2 if size <= _WIDE_BORDER_UP_TO else 1
    modules = [[int(dark) for dark in row] for row in code.matrix_iter(border=border)]
    if len(modules) % 2:
        modules.append([0] * len(modules[0]))
    pairs = zip(modules[::2], modules[1::2], strict=True)
    return tuple(
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs
    )
