"""Disc images of an archive's tables, or of CSV files.

One rule: CSV only (REQUIREMENTS D19), and plain text stays inside the target folder: parts are
written into a private folder there, and no image has its name before it was read back.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.archive.description import Manifest
from exporter.archive.disk import told_plainly
from exporter.archive.errors import ArchiveProblem
from exporter.archive.extraction import refuse_if_too_large
from exporter.archive.files import refuse_existing, whole_folder
from exporter.archive.held import PRIVATE_FILE
from exporter.archive.names import README
from exporter.archive.progress import IsCancelled, OnProgress, Work
from exporter.archive.reader import Archive
from exporter.convert.disc_contents import (
    MANIFEST,
    SPACE_PER_FILE,
    DiscFile,
    files_of,
    manifest_csv,
    readme_text,
    refuse_names_of_parts,
    sha256_of_bytes,
)
from exporter.convert.disc_image import build_image, read_back
from exporter.convert.disc_parts import SECTOR, Packer, Part, sectors_of
from exporter.convert.disc_sources import Source, csv_files_of, refuse_txt, tables_of
from store.errors import BadInput

DISC_SECTORS = 358_000
"""Sectors of 2,048 bytes: what a disc of 700 MB holds, with a little to spare."""
CD_IS_OPEN = (
    "A disc is not encrypted: whoever holds it reads everything on it. An encrypted archive of the"
    " same CSV files is opened with 7-Zip or WinZip and a passphrase."
)
_SYSTEM_SECTORS = 40
_PAGE_SECTORS = 2
_LIGHT = 10
"""A byte that is copied into its image, or read back, counts a tenth of one that becomes CSV."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image: where it is, its size in bytes, and the files on it."""

    path: Path
    bytes: int
    files: tuple[DiscFile, ...]


@dataclass(frozen=True, slots=True)
class Discs:
    """The images of one run, in order, and what a reader should know."""

    images: tuple[Image, ...]
    tables: int
    rows: int
    notes: tuple[str, ...] = ()


def to_disc(
    archive: Archive,
    folder: Path,
    tables: Sequence[str] | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    *,
    sectors: int = DISC_SECTORS,
) -> Discs:
    """Write `<archive>-disc-<k>-of-<n>.iso` for the chosen tables into `folder`.

    `sectors` is how much one disc holds, in sectors of 2,048 bytes. Raises ArchiveProblem for an
    archive without described tables, BadInput where a file is there already, DiskFull,
    DamagedEntry, DamagedImage, Cancelled; whatever is raised, the folder is as it was.
    """
    refuse_txt(archive)
    sources = tables_of(archive, tables)
    making = _Making(archive.path.stem, sources, archive.manifest, sectors)
    return making.run(folder, progress, cancelled)


def csv_to_disc(
    paths: Sequence[Path],
    folder: Path,
    name: str,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    *,
    sectors: int = DISC_SECTORS,
) -> Discs:
    """Write `<name>-disc-<k>-of-<n>.iso` of CSV files, and those of folders, into `folder`.

    Raises BadInput for whatever is not CSV (REQUIREMENTS D19), else as `to_disc`.
    """
    sources, notes = csv_files_of(paths)
    return _Making(name, sources, None, sectors, notes).run(folder, progress, cancelled)


@dataclass(frozen=True, slots=True)
class _Making:
    """One run: what goes onto the discs and how much they hold."""

    name: str
    sources: tuple[Source, ...]
    manifest: Manifest | None
    sectors: int
    notes: tuple[str, ...] = ()

    def run(
        self, folder: Path, progress: OnProgress | None, cancelled: IsCancelled | None
    ) -> Discs:
        """Write, build, read back, name."""
        if folder.is_dir():
            clashes = sorted(folder.glob(_plain_glob(self.name)))
            refuse_existing(folder, [path.name for path in clashes])
        size = sum(source.size for source in self.sources)
        most = sum(source.most + len(source.header) for source in self.sources)
        room = self._room(most)
        if sum(sectors_of(source.most + len(source.header)) for source in self.sources) > room:
            refuse_names_of_parts([source.stem for source in self.sources])
        # While an image is built, its own parts are there as well; those of built ones are gone.
        refuse_if_too_large(folder, most + min(most, self.sectors * SECTOR))
        work = Work(size + 2 * size // _LIGHT, progress, cancelled)
        with whole_folder(folder) as staging, told_plainly(folder):
            packer = Packer(staging, room)
            for source in self.sources:
                packer.add(source, work)
            parts = packer.parts
            light = 2 * sum(part.bytes for part in parts) // _LIGHT
            work.bytes_total = work.bytes_done + light
            made = self._images(staging, parts, work)
        images = tuple(Image(folder / i.path.name, i.bytes, i.files) for i in made)
        rows = sum(file.rows for image in images for file in image.files)
        return Discs(images, len(self.sources), rows, self.notes)

    def _room(self, most: int) -> int:
        """Return the sectors of a disc that files may take; the rest is directories and pages."""
        files = len(self.sources) + 2 * (most // (self.sectors * SECTOR) + 1)
        # Manifest and page, and a line in each of the two directories.
        beside = 4 * sectors_of(files * SPACE_PER_FILE)
        room = self.sectors - _SYSTEM_SECTORS - _PAGE_SECTORS - beside
        if room < self.sectors // 4:
            raise BadInput("A disc of this size is too small.", kept="Nothing was written.")
        return room

    def _images(self, staging: Path, parts: Sequence[Part], work: Work) -> list[Image]:
        files = files_of(parts)
        discs = files[-1].disc
        made = []
        for disc in range(1, discs + 1):
            here = [(f, p.path) for f, p in zip(files, parts, strict=True) if f.disc == disc]
            image = staging / f"{self.name}-disc-{disc}-of-{discs}.iso"
            self._image(image, files, here, discs, work)
            made.append(Image(image, image.stat().st_size, tuple(f for f, _path in here)))
            shutil.rmtree(staging / str(disc))
            if made[-1].bytes > self.sectors * SECTOR:
                raise ArchiveProblem(
                    "The image came out larger than the disc.", kept="Nothing was left behind."
                )
        return made

    def _image(
        self,
        image: Path,
        files: Sequence[DiscFile],
        here: Sequence[tuple[DiscFile, Path]],
        discs: int,
        work: Work,
    ) -> None:
        disc = here[0][0].disc
        meanings = {source.stem: source.meaning for source in self.sources}
        pages = {
            README: readme_text(files, meanings, disc, discs, self.manifest),
            MANIFEST: manifest_csv(files, discs),
        }
        expected = {name: (len(data), sha256_of_bytes(data)) for name, data in pages.items()}
        expected |= {file.name: (file.bytes, file.sha256) for file, _path in here}
        contents = []
        for name, data in pages.items():
            path = here[0][1].parent / name
            path.touch(PRIVATE_FILE)
            path.write_bytes(data)
            contents.append((name, path))
        contents += [(file.name, path) for file, path in here]
        said = f"disc {disc} of {discs}"
        build_image(
            image, contents, f"CSV_{disc}_OF_{discs}", lambda size: work.step(said, size // _LIGHT)
        )
        read_back(image, expected, lambda size: work.step(f"{said}, checking", size // _LIGHT))


def _plain_glob(name: str) -> str:
    """Return the pattern of all images of that name, whatever it holds."""
    plain = "".join(f"[{c}]" if c in "*?[" else c for c in name)
    return f"{plain}-disc-*-of-*.iso"


def default_name(paths: Sequence[Path]) -> str:
    """Return what the images of these files are called after: the first one."""
    first = paths[0].absolute()
    return first.stem if first.suffix.casefold() == ".csv" else first.name
