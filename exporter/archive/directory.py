"""A ZIP's directory, read as if an enemy had written it.

One rule: nothing a header claims is believed before it is checked against the file: places, sizes,
counts, names. What does not add up is refused with a sentence.
Source: ZIP application note 4.3, 4.5; WinZip AES specification.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from exporter.archive.entry import (
    AE_1,
    AE_2,
    AES_METHOD,
    CHECK_BYTES,
    MAC_BYTES,
    SALT_BYTES,
    Entry,
    Lock,
)
from exporter.archive.errors import COPY_AGAIN, UNCHANGED, ArchiveProblem, drawn
from exporter.archive.limits import DEFAULT_LIMITS, Limits, refusal

__all__ = ["Directory", "Entry", "not_whole", "read_directory"]

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_FULL = (_FULL_16, _FULL_16, _FULL_16, _FULL_16, _FULL_32, _FULL_32)
"""What stands in each field of the end record if the number itself is in the one for 64 bits."""
_ENCRYPTED, _STRONG, _UTF8 = 0x01, 0x40, 0x800
_EMPTY = 64
"""Bytes that nothing at all may take, however it is packed and locked."""
_ZIP64_TAG, _AES_TAG = 0x0001, 0x9901
_OTHERS = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x1f\x8b": "a gzip file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
}
"""How other programs' archives begin."""
_IN_PARTS = "Of an archive in parts (.001, .002 …), put all into one folder; 7-Zip opens the first."


@dataclass(frozen=True, slots=True)
class Directory:
    """All entries in the directory's order, and where the directory starts in the file.

    `folders` are the names of the folders that other programs list as entries.
    """

    entries: tuple[Entry, ...]
    start: int
    folders: tuple[str, ...] = ()


def not_whole(what: str) -> ArchiveProblem:
    """Return the error for a file that is cut short or damaged."""
    return ArchiveProblem(what, kept=UNCHANGED, do=COPY_AGAIN)


def read_directory(file: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Directory:
    """Read and check the directory of an open ZIP. Raises ArchiveProblem."""
    try:
        size = file.seek(0, 2)
        count, start, length = _find_directory(file, size, limits)
        file.seek(start)
        raw = file.read(length)
        entries = _read_entries(file, raw, count, start)
    except (struct.error, UnicodeDecodeError, IndexError):
        raise not_whole("The archive's directory is damaged.") from None
    except OSError as problem:
        raise not_whole("The archive's file cannot be read to its end.") from problem
    _check(entries, start)
    return Directory(
        tuple(entry for entry in entries if not _is_folder(entry)),
        start,
        tuple(entry.name for entry in entries if _is_folder(entry)),
    )


def _find_directory(file: BinaryIO, size: int, limits: Limits) -> tuple[int, int, int]:
    """Return (entries, offset, length) of the central directory, checked against the file."""
    tail_start = max(0, size - _END.size - _FULL_16)
    file.seek(tail_start)
    found_end = _find_end(file.read())
    if found_end is None:
        _not_found(file)
    directory_end = tail_start + found_end[0]
    claims = found_end[1]
    # 65,535 entries may be as many: only what stands before it tells that it has another meaning.
    if (found := _read_end64(file, directory_end)) is not None:
        directory_end, wide = found
        if any(c not in (w, full) for c, w, full in zip(claims, wide, _FULL, strict=True)):
            raise not_whole("The archive's end is damaged: it contradicts itself.")
        claims = wide
    disk, first_disk, here, count, length, start = claims
    if disk or first_disk or here != count:
        raise _split()
    if count > limits.entries:
        raise refusal(f"The archive claims {count:,} entries; up to {limits.entries:,} are opened.")
    if length > limits.directory:
        raise refusal(
            f"The archive's directory claims {length >> 20:,} MB; up to "
            f"{limits.directory >> 20:,} MB are read."
        )
    if start + length != directory_end:
        raise ArchiveProblem(
            "The archive's directory is not where it should be: bytes are missing, or others were "
            "put before it, as in a program that unpacks itself.",
            kept=UNCHANGED,
            do=f"{COPY_AGAIN} {_IN_PARTS}",
        )
    return count, start, length


def _find_end(tail: bytes) -> tuple[int, tuple[int, ...]] | None:
    """Return the place of the end record in a file's last bytes, and its numbers."""
    place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        if place + _END.size <= len(tail):
            _, *claims, comment = _END.unpack_from(tail, place)
            comment_end = place + _END.size + comment
            # bsdtar fills what it writes into a pipe up with NULs.
            if comment_end <= len(tail) and not tail[comment_end:].strip(b"\0"):
                return place, tuple(claims)
        place = tail.rfind(b"PK\x05\x06", 0, place)
    return None


def _not_found(file: BinaryIO) -> NoReturn:
    file.seek(0)
    begin = file.read(6)
    if begin.startswith(b"PK\x07\x08"):
        raise _split()
    if begin.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise ArchiveProblem(
            "The archive's end is missing: the file is cut short, bytes follow after it, or it is "
            "one part of several (.001).",
            kept=UNCHANGED,
            do=f"{COPY_AGAIN} {_IN_PARTS}",
        )
    kind = next((name for mark, name in _OTHERS.items() if begin.startswith(mark)), None)
    if kind is not None:
        raise ArchiveProblem(
            f"This file is not a ZIP archive but {kind}.", kept=UNCHANGED, do="Open it with 7-Zip."
        )
    raise ArchiveProblem(
        "This file is not a ZIP archive.",
        kept=UNCHANGED,
        do=f"Choose the archive's .zip file. {_IN_PARTS}",
    )


def _split() -> ArchiveProblem:
    return ArchiveProblem(
        "The archive is split over several files, or its end is damaged.",
        kept=UNCHANGED,
        do="Put all its parts into one folder and open the first (.zip.001) or the last (.zip) "
        "with 7-Zip or WinZip. If it was never split, copy it again.",
    )


def _read_end64(file: BinaryIO, end: int) -> tuple[int, tuple[int, ...]] | None:
    """Return the place and the numbers of the end record for 64 bits.

    None where no locator of one stands right before the end record, at `end`.
    """
    if end < _LOCATOR.size:
        return None
    file.seek(end - _LOCATOR.size)
    tag, _, place, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if tag != b"PK\x06\x07":
        return None
    if place > end - _LOCATOR.size - _END64.size:
        raise not_whole("The archive's end is damaged.")
    file.seek(place)
    fields = _END64.unpack(file.read(_END64.size))
    if fields[0] != b"PK\x06\x06":
        raise not_whole("The archive's end is damaged.")
    return place, fields[4:]


def _read_entries(file: BinaryIO, raw: bytes, count: int, start: int) -> list[Entry]:
    entries: list[Entry] = []
    place = 0
    for _ in range(count):
        fields = _CENTRAL.unpack_from(raw, place)
        if fields[0] != b"PK\x01\x02":
            raise not_whole("The archive's directory is damaged.")
        name_size, extra_size, comment_size = fields[10:13]
        name_end = place + _CENTRAL.size + name_size
        name = raw[place + _CENTRAL.size : name_end]
        extra = raw[name_end : name_end + extra_size]
        place = name_end + extra_size + comment_size
        entries.append(_entry(file, fields, name, extra, start))
    if place != len(raw):
        raise not_whole("The archive's directory is damaged.")
    return entries


def _entry(
    file: BinaryIO, fields: tuple[int, ...], raw_name: bytes, extra: bytes, start: int
) -> Entry:
    flags, method, time, day, crc, packed, size = fields[3:10]
    offset = fields[16]
    name = raw_name.decode("utf-8" if flags & _UTF8 else "cp437")
    found = _extras(extra)
    size, packed, offset = _wide(found.get(_ZIP64_TAG, b""), size, packed, offset)
    if fields[13]:
        raise _split()
    lock = _lock_of(flags, method)
    aes = found.get(_AES_TAG, b"")
    data = _data_offset(file, fields, raw_name, aes, offset, start)
    strength = version = 0
    if lock == "aes":
        version, vendor, strength, method = struct.unpack("<H2sBH", aes)
        least = SALT_BYTES.get(strength, 1 << 64) + CHECK_BYTES + MAC_BYTES
        if packed < least or version not in (AE_1, AE_2) or vendor != b"AE":
            raise not_whole(f"{drawn(name)}: the entry's size or encryption does not add up.")
    when = (
        (day >> 9) + 1980, day >> 5 & 15, day & 31, time >> 11, time >> 5 & 63, (time & 31) * 2,
    )  # fmt: skip
    return Entry(
        name, size, packed, method, strength, version, crc, when, offset, data,
        lock, flags, fields[1] >> 8, fields[15],
    )  # fmt: skip


def _lock_of(flags: int, method: int) -> Lock:
    if not flags & _ENCRYPTED:
        return "none"
    if method == AES_METHOD:
        return "aes"
    return "strong" if flags & _STRONG else "zipcrypto"


def _extras(extra: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(extra) >= 4:
        tag, size = struct.unpack_from("<2H", extra)
        if size + 4 > len(extra):
            raise not_whole("The archive's directory is damaged.")
        found.setdefault(tag, extra[4 : 4 + size])
        extra = extra[4 + size :]
    return found


def _wide(zip64: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Take from the ZIP64 field, in its fixed order, what did not fit into 32 bits."""
    numbers = iter(struct.unpack_from(f"<{len(zip64) // 8}Q", zip64))
    values = []
    for value in (size, packed, offset):
        wide = next(numbers, None) if value == _FULL_32 else value
        if wide is None:
            raise not_whole("The archive's directory is damaged.")
        values.append(wide)
    return values[0], values[1], values[2]


def _data_offset(
    file: BinaryIO, central: tuple[int, ...], raw_name: bytes, aes: bytes, offset: int, start: int
) -> int:
    """Return where the data begins, after a local header that must tell the same.

    Programs differ in which of the two headers they believe: where they disagree on name, method
    or encryption, one would be shown what another never reads.
    """
    if offset + _LOCAL.size > start:
        raise not_whole("The archive's directory points past its end: bytes are missing.")
    file.seek(offset)
    fields = _LOCAL.unpack(file.read(_LOCAL.size))
    name_size: int = fields[9]
    extra_size: int = fields[10]
    is_same = fields[0] == b"PK\x03\x04" and fields[3] == central[4]
    is_same &= not (fields[2] ^ central[3]) & (_ENCRYPTED | _STRONG | _UTF8)
    is_same &= file.read(name_size) == raw_name
    # What is inside the lock stands in a field of its own, in both headers.
    if not is_same or _extras(file.read(extra_size)).get(_AES_TAG, b"") != aes:
        name = drawn(raw_name.decode("utf-8", "replace"))
        raise not_whole(f"{name}: the entry's header does not match the archive's directory.")
    return offset + _LOCAL.size + name_size + extra_size


def _is_folder(entry: Entry) -> bool:
    return entry.name.endswith("/") and entry.size == 0 and entry.packed_size <= _EMPTY


def _check(entries: list[Entry], start: int) -> None:
    """Refuse entries of one name, and entries that share bytes (a way to build ZIP bombs)."""
    seen: set[str] = set()
    for entry in entries:
        if entry.name in seen and not _is_folder(entry):
            raise refusal(f"{drawn(entry.name)}: the archive holds two entries of the same name.")
        seen.add(entry.name)
    reached, before = 0, ""
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < reached:
            raise refusal(
                f"{drawn(before)} and {drawn(entry.name)}: the archive's entries overlap, as in "
                "bombs."
            )
        reached, before = entry.end, entry.name
    if reached > start:
        raise not_whole("The archive is cut short: an entry reaches past its end.")
