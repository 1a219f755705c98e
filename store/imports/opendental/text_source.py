"""The text of a dump: opened, decompressed and decoded, a piece at a time.

One rule: bytes that are no text in the dump's own character set are carried along unchanged; the
one who reads a value decides what becomes of them.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from pathlib import Path
from typing import IO

from store.errors import SourceProblem

PIECE = 256 * 1024
"""Bytes that are read at a time, at least."""

_KEPT = "Nothing was imported."
_DUMP_MARK = re.compile(rb"(?:MySQL|MariaDB) dump ", re.IGNORECASE)
_NAMES = re.compile(rb"SET NAMES (\w+)", re.IGNORECASE)
_UTC = re.compile(rb"SET TIME_ZONE='\+00:00'", re.IGNORECASE)
_CODECS = {
    b"utf8mb4": "utf-8",
    b"utf8mb3": "utf-8",
    b"utf8": "utf-8",
    b"ascii": "utf-8",
    b"binary": "utf-8",
    # The server's latin1 is Windows code page 1252.
    b"latin1": "cp1252",
}


class TextSource:
    """The text of one dump file. Use as a context manager.

    Attributes:
        size: size of the file in bytes, as it lies on the disk.
        timestamps_are_utc: whether the dump says that its time stamps are in UTC.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = 0
        self.timestamps_are_utc = True
        self._raw: IO[bytes] | None = None
        self._file: IO[bytes] | gzip.GzipFile | None = None
        self._decoder: codecs.IncrementalDecoder | None = None
        self._head = b""

    def __enter__(self) -> TextSource:
        try:
            self._raw = self._path.open("rb")
            self.size = self._path.stat().st_size
            packed = self._raw.read(2) == b"\x1f\x8b"
            self._raw.seek(0)
        except OSError as error:
            self.__exit__()
            raise SourceProblem(
                f"The file cannot be read: {error.strerror}.",
                kept=_KEPT,
                do="Check the name of the file, and that you may read it.",
            ) from error
        self._file = gzip.open(self._raw) if packed else self._raw
        try:
            self._begin(self._bytes(PIECE))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        for file in (self._file, self._raw):
            if file is not None:
                file.close()

    @property
    def position(self) -> int:
        """Bytes of the file that were read so far."""
        if self._raw is None or self._raw.closed:
            return self.size
        return self._raw.tell()

    def read(self, at_least: int = 0) -> str:
        """Return the next piece of text; empty at the end. Raises SourceProblem for a cut file."""
        assert self._decoder is not None
        while True:
            data = self._head or self._bytes(max(PIECE, at_least))
            self._head = b""
            text = self._decoder.decode(data, final=not data)
            if text or not data:
                return text

    def _bytes(self, size: int) -> bytes:
        assert self._file is not None
        try:
            return self._file.read(size)
        except EOFError as error:
            raise SourceProblem(
                "The compressed dump is cut off.",
                kept=_KEPT,
                do="Make the dump again, or copy it again in full.",
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise SourceProblem(
                "The compressed dump is damaged.", kept=_KEPT, do="Make the dump again."
            ) from error
        except OSError as error:
            raise SourceProblem(
                f"The file cannot be read to its end: {error.strerror}.",
                kept=_KEPT,
                do="Check the disk that the file lies on.",
            ) from error

    def _begin(self, head: bytes) -> None:
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise SourceProblem(
                "The dump was written as UTF-16 by the shell it was made in.",
                kept=_KEPT,
                do="Make it again with --result-file=FILE instead of > FILE.",
            )
        head = head.removeprefix(codecs.BOM_UTF8)
        if not _DUMP_MARK.search(head[:2000]):
            raise SourceProblem(
                "This is not a file that mysqldump or mariadb-dump has made, or it is cut off.",
                kept=_KEPT,
                do="Make one with mysqldump, comments included, and name that file.",
            )
        names = _NAMES.search(head)
        charset = names.group(1).lower() if names else b"utf8mb4"
        if charset not in _CODECS:
            raise SourceProblem(
                f"The text of the dump is in the character set {charset.decode('ascii')}.",
                kept=_KEPT,
                do="Make it again with --default-character-set=utf8mb4.",
            )
        self.timestamps_are_utc = _UTC.search(head) is not None
        self._decoder = codecs.getincrementaldecoder(_CODECS[charset])("surrogateescape")
        self._head = head
