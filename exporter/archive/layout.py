"""Whether the bytes around the entries are those that Chairside writes.

One rule: the writer's own code says what they should be, so that no byte of an archive of ours,
not even a date or an attribute, can change unseen. Entries' contents are `verification`'s matter.
"""

from __future__ import annotations

import io

from exporter.archive.container import EncryptedZip, EntryInfo
from exporter.archive.directory import Directory, Entry
from exporter.archive.entry import AES_128
from exporter.archive.unlocking import SharedFile

_ENCRYPTED = 1
_ROOM_FROM = 1 << 31
"""The size from which a header needs room for 64 bits."""


def changed_headers(file: SharedFile, size: int, directory: Directory) -> list[tuple[str, str]]:
    """Return (entry, fault) for each header that differs; the entry is "" for the file's end.

    `size` is the file's size in bytes.
    """
    faults: list[tuple[str, str]] = []
    reached = 0
    for entry in sorted(directory.entries, key=lambda e: e.header_offset):
        if entry.header_offset != reached:
            faults.append((entry.name, "bytes stand before it that belong to no entry"))
        reached = entry.end
        header = file.read_at(entry.header_offset, entry.data_offset - entry.header_offset)
        if header not in _possible_headers(entry):
            faults.append((entry.name, "its header was changed"))
    if reached != directory.start:
        faults.append(("", "bytes stand before the directory that belong to no entry"))
    faults += _changed_directory(file, size, directory)
    return faults


def _changed_directory(file: SharedFile, size: int, directory: Directory) -> list[tuple[str, str]]:
    place = directory.start
    faults = []
    for entry in directory.entries:
        record = b"".join(_info(entry).central_directory())
        if file.read_at(place, len(record)) != record:
            faults.append((entry.name, "its line in the directory was changed"))
        place += len(record)
    end = _expected_tail(directory)[place - directory.start :]
    if not faults and (file.read_at(place, len(end)) != end or place + len(end) != size):
        faults.append(("", "the end of the archive was changed"))
    return faults


def _possible_headers(entry: Entry) -> list[bytes]:
    """With and without room for large sizes; only the describing entries go without."""
    headers = [_info(entry).FileHeader(True)]
    if max(entry.size, entry.packed_size) < _ROOM_FROM:
        headers.append(_info(entry).FileHeader(False))
    return headers


def _info(entry: Entry) -> EntryInfo:
    info = EntryInfo(entry.name, entry.date_time)
    info.flag_bits = _ENCRYPTED
    info.wz_aes_vendor_id = b"AE"
    info.wz_aes_strength = AES_128
    info.wz_aes_version = 2
    info.CRC = 0
    info.file_size = entry.size
    info.compress_size = entry.packed_size
    info.header_offset = entry.header_offset
    return info


class _Tail(io.BytesIO):
    """Takes what is written from a place on, as if the file before it were there."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self._start = start

    def tell(self) -> int:
        return self._start + super().tell()

    def seek(self, place: int, whence: int = 0) -> int:
        return self._start + super().seek(place - self._start, whence)


def _expected_tail(directory: Directory) -> bytes:
    tail = _Tail(directory.start)
    container = EncryptedZip(tail)
    container.filelist = [_info(entry) for entry in directory.entries]
    container.close()
    return tail.getvalue()
