"""Reading printed pages back with programs that know nothing of ours."""

from __future__ import annotations

import io
import subprocess

from PIL import Image


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF as `pdftotext` reads it, in one line."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def pages_in(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    done = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True)
    return int(done.stdout.decode().partition("Pages:")[2].split()[0])


def drawn(pdf: bytes, dpi: int) -> Image.Image:
    """Return the first page as `pdftoppm` draws it, in grey."""
    done = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-singlefile", "-"],
        input=pdf,
        capture_output=True,
        check=True,
    )
    return Image.open(io.BytesIO(done.stdout))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how much ink lies elsewhere: 0 for the same picture, 1 and more for another text."""
    if one.size != other.size:
        return 1.0
    first, second = one.tobytes(), other.tobytes()
    ink = sum(255 - shade for shade in first)
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / max(ink, 1)
