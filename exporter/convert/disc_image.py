"""Disc images: ISO 9660 with Joliet, written and read back.

One rule: no image is believed before every byte of every file was read back out of it and found
to be what was put in. Only this file knows the library.
Source: ECMA-119 (ISO 9660), Joliet specification; REQUIREMENTS D19.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.archive.disk import forget_cache, told_plainly
from exporter.archive.errors import ArchiveProblem
from exporter.archive.files import whole_file
from exporter.archive.names import README
from exporter.convert.disc_contents import MANIFEST, DiscFile, read_manifest

if TYPE_CHECKING:
    from pycdlib import PyCdlib

BLOCK = 1024 * 1024
_LONGEST_ISO_NAME = 26
_MAX_MANIFEST = 16 * 1024 * 1024
_NOT_PLAIN = re.compile(r"[^A-Z0-9_]")
OnBytes = Callable[[int], None]
"""Told how many more bytes were dealt with; may raise Cancelled."""


class DamagedImage(ArchiveProblem):
    """An image, or a disc, does not hold what was put onto it."""

    title = "The disc image is damaged"

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(
            f"{name}: {fault}.",
            kept="No disc was made of it.",
            do="Make it again; if it happens twice, have this computer's disk checked.",
        )


def build_image(
    target: Path, files: Sequence[tuple[str, Path]], label: str, on_bytes: OnBytes
) -> None:
    """Write an image of files, each with its name on the disc, in this order.

    `label` is at most 16 of A to Z, 0 to 9 and _. Raises DiskFull, ArchiveProblem, and what
    `on_bytes` raises; nothing is left then.
    """
    from pycdlib import PyCdlib

    iso = PyCdlib()
    iso.new(interchange_level=3, joliet=3, vol_ident=label, app_ident_str="CHAIRSIDE")
    try:
        for number, (name, path) in enumerate(files, start=1):
            with told_plainly(path.parent):
                iso.add_file(str(path), _iso_path(name, number), joliet_path=f"/{name}")
        seen = 0

        def watch(done: int, _total: int, _unused: Any) -> None:
            nonlocal seen
            step, seen = done - seen, done
            on_bytes(step)

        # What it puts together lies in the same folder.
        with whole_file(target) as file, told_plainly(target.parent):
            iso.write_fp(file, BLOCK, progress_cb=watch, progress_opaque=None)
    finally:
        iso.close()


def _iso_path(name: str, number: int) -> str:
    """Return a name for readers without Joliet: its number makes it the only one of its kind."""
    stem, _dot, suffix = name.upper().rpartition(".")
    tail = f"_{number}"
    plain = _NOT_PLAIN.sub("_", stem)[: _LONGEST_ISO_NAME - len(tail)]
    plain = plain if name in (README, MANIFEST) else plain + tail
    return f"/{plain}.{suffix};1"


def read_back(image: Path, expected: Mapping[str, tuple[int, str]], on_bytes: OnBytes) -> None:
    """Compare an image's files with `expected`: name to size in bytes and SHA-256.

    Raises DamagedImage for a file that is missing, changed or not expected.
    """
    with _opened(image) as iso:
        found = _files(iso, image.name)
        if set(found) != set(expected):
            name = min(set(found) ^ set(expected))
            raise DamagedImage(image.name, f"{name} is missing or does not belong there")
        for name, (size, digest) in expected.items():
            if found[name] != size or _digest(iso, name, on_bytes) != digest:
                raise DamagedImage(image.name, f"{name} is not what was written")


def check_image(image: Path, on_bytes: OnBytes) -> tuple[DiscFile, ...]:
    """Check an image by its own manifest and return the files on it; for whoever burns one.

    Raises ArchiveProblem for an image that Chairside did not make or that holds anything but its
    CSV files (REQUIREMENTS D19), DamagedImage for a changed file.
    """
    with _opened(image) as iso:
        found = _files(iso, image.name)
        if not {README, MANIFEST} <= set(found) or found[MANIFEST] > _MAX_MANIFEST:
            raise _not_ours()
        pieces: list[bytes] = []
        _fetch(iso, MANIFEST, pieces.append)
        try:
            listed, _discs = read_manifest(b"".join(pieces))
        except (ValueError, TypeError):
            raise _not_ours() from None
        by_name = {f.name: f for f in listed}
        here = set(found) - {README, MANIFEST}
        discs = {by_name[name].disc for name in here if name in by_name}
        wanted = {f.name for f in listed if f.disc in discs}
        if here != wanted or len(discs) != 1 or not all(n.endswith(".csv") for n in here):
            raise _not_ours()
        for name in sorted(here):
            file = by_name[name]
            if found[name] != file.bytes or _digest(iso, name, on_bytes) != file.sha256:
                raise DamagedImage(image.name, f"{name} is not what the manifest says")
    return tuple(f for f in listed if f.disc in discs)


def _not_ours() -> ArchiveProblem:
    return ArchiveProblem(
        "This is not a disc image that Chairside made of CSV files.",
        kept="Nothing was burned: only CSV goes onto a disc.",
        do="Make the image with Chairside, then burn that.",
    )


@contextmanager
def _opened(image: Path) -> Iterator[PyCdlib]:
    from pycdlib import PyCdlib
    from pycdlib.pycdlibexception import PyCdlibException

    iso = PyCdlib()
    with told_plainly(image.parent), image.open("rb") as file:
        forget_cache(file.fileno())
        try:
            iso.open_fp(file)
            yield iso
        except (PyCdlibException, struct.error, IndexError, ValueError) as problem:
            raise DamagedImage(image.name, "it is not a whole ISO 9660 image") from problem
        finally:
            # An image that could not be opened has nothing to close.
            if iso._initialized:
                iso.close()


def _files(iso: PyCdlib, image: str) -> dict[str, int]:
    """Return name and size of each file; both trees must lead to the same bytes."""
    trees = []
    for where in ({"joliet_path": "/"}, {"iso_path": "/"}):
        trees.append([r for r in iso.list_children(**where) if r is not None and not r.is_dot()])
        trees[-1] = [r for r in trees[-1] if not r.is_dotdot()]
        if any(record.is_dir() for record in trees[-1]):
            raise DamagedImage(image, "it holds a folder")
    places = [sorted((r.extent_location(), r.get_data_length()) for r in tree) for tree in trees]
    if places[0] != places[1]:
        raise DamagedImage(image, "its two directories do not agree")
    return {r.file_identifier().decode("utf-16-be"): r.get_data_length() for r in trees[0]}


class _Sink:
    """Takes the bytes of a file out of an image."""

    mode = "wb"

    def __init__(self, take: Callable[[bytes], Any]) -> None:
        self._take = take
        self._place = 0

    def write(self, data: bytes) -> int:
        self._take(data)
        self._place += len(data)
        return len(data)

    def tell(self) -> int:
        return self._place


def _fetch(iso: PyCdlib, name: str, take: Callable[[bytes], Any]) -> None:
    iso.get_file_from_iso_fp(_Sink(take), joliet_path=f"/{name}", blocksize=BLOCK)  # type: ignore[arg-type]


def _digest(iso: PyCdlib, name: str, on_bytes: OnBytes) -> str:
    digest = hashlib.sha256()

    def take(data: bytes) -> None:
        digest.update(data)
        on_bytes(len(data))

    _fetch(iso, name, take)
    return digest.hexdigest()
