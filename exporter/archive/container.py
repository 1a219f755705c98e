"""The ZIP container, with our encrypter and compressor plugged in.

One rule: headers say only what the format needs and are the same on every system, so that
`layout.py` can tell any changed byte.
"""

from __future__ import annotations

import io
import struct
from typing import Any, BinaryIO

from pyzipper.zipfile import _ZipWriteFile
from pyzipper.zipfile_aes import WZ_AES, AESZipFile, AESZipInfo

from exporter.archive.compressor import new_compressor
from exporter.archive.encrypter import EntryEncrypter
from exporter.archive.entry import DEFLATED, UNIX
from store.archive_key import EntryKey

NEEDS_AES = 51
"""Version 5.1 of the ZIP specification brought AES; `unzip` says so and stops."""
OWNER_READS_WRITES = 0o100600 << 16
_ZIP64_TAG = 1
_IN_EXTRA = 0xFFFFFFFF


class EntryInfo(AESZipInfo):  # type: ignore[misc]  # pyzipper has no types
    """One entry's header."""

    def __init__(self, filename: str, date_time: tuple[int, int, int, int, int, int]) -> None:
        super().__init__(filename, date_time)
        self.compress_type = DEFLATED
        self.create_system = UNIX
        self.create_version = NEEDS_AES
        self.extract_version = NEEDS_AES
        self.external_attr = OWNER_READS_WRITES

    def zip64_local_header(
        self, zip64: bool | None, file_size: int, compress_size: int
    ) -> tuple[bytes, int, int, int]:
        """Put both sizes into the ZIP64 field, and only there, as the specification wants."""
        if not zip64:
            answer: tuple[bytes, int, int, int] = super().zip64_local_header(
                zip64, file_size, compress_size
            )
            return answer
        sizes = struct.pack("<HHQQ", _ZIP64_TAG, 16, file_size, compress_size)
        return sizes, _IN_EXTRA, _IN_EXTRA, NEEDS_AES


class EntryFile(_ZipWriteFile):  # type: ignore[misc]  # pyzipper has no types
    """One entry as it is written."""

    def __init__(self, zip_file: Any, info: Any, zip64: bool, encrypter: Any) -> None:
        super().__init__(zip_file, info, zip64, encrypter)
        self._compressor = new_compressor()

    def write(self, data: bytes) -> int:
        """Compress, encrypt and write. No CRC is reckoned: AE-2 keeps it at zero."""
        self._file_size += len(data)
        locked = self._encrypter.encrypt(self._compressor.compress(data))
        self._compress_size += len(locked)
        self._fileobj.write(locked)
        return len(data)

    def write_deflated(self, block: bytes, plain_bytes: int) -> None:
        """Encrypt and write what is raw deflate already, ended by a full flush.

        The compressor never saw a byte then; at the end it gives the empty block that closes
        the stream.
        """
        self._file_size += plain_bytes
        locked = self._encrypter.encrypt(block)
        self._compress_size += len(locked)
        self._fileobj.write(locked)

    def abandon(self) -> None:
        """Close without writing what is still held."""
        io.BufferedIOBase.close(self)


class EncryptedZip(AESZipFile):  # type: ignore[misc]  # pyzipper has no types
    """A ZIP being written whose every entry is encrypted with the key handed to `add`."""

    zipinfo_cls = EntryInfo
    zipwritefile_cls = EntryFile

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, "w")
        self.encryption = WZ_AES
        self._next_key: EntryKey | None = None

    def get_encrypter(self) -> EntryEncrypter:
        """Take the key for this entry; the container asks once per entry."""
        key, self._next_key = self._next_key, None
        if key is None:
            raise RuntimeError("an entry was begun without a key")
        return EntryEncrypter(key)

    def add(self, info: EntryInfo, key: EntryKey, *, may_be_large: bool) -> EntryFile:
        """Begin an entry. Raises KeyUsedTwice before a byte of it is written."""
        self._next_key = key
        entry: EntryFile = self.open(info, "w", force_zip64=may_be_large)
        return entry

    def settled(self) -> int:
        """Write out what is held, and return where the next entry will begin."""
        file: Any = self.fp
        file.flush()
        return int(self.start_dir)

    def put_first(self, names: tuple[str, ...]) -> None:
        """Let these entries lead the central directory, wherever their data stands."""
        rank = {name: place for place, name in enumerate(names)}
        self.filelist.sort(key=lambda info: rank.get(info.filename, len(names)))

    def abandon(self) -> None:
        """Forget the file without writing a directory."""
        self.fp = None
