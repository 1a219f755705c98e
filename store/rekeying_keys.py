"""Keys for locking a ready archive anew: from those that open it now to those of the new password.

One rule: a password is used while it is at hand and never kept; what is kept, sealed, opens and
locks one archive, and is destroyed once that is done (DESIGN, life of a download).
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from store.archive_key import AES_KEY_BYTES, CHECK_BYTES, SALT_BYTES, EntryKey, derive
from store.database import Store
from store.download_keys import OF_DOWNLOAD, Lying

_CHAINS = replace(OF_DOWNLOAD, purpose="rekeying")
_KEY_BYTES = SALT_BYTES + 2 * AES_KEY_BYTES + CHECK_BYTES
_INSTANT_BYTES = len("2026-11-20T17:00:00Z")
_LOCAL_HEADER = struct.Struct("<26x2H")

Chain = tuple[EntryKey, ...]
"""The keys of one entry, oldest first: the file is locked with one of them, the last is wanted."""


def headers_of(archive: Path) -> list[bytes] | None:
    """Return salt and check bytes of each entry in the order of the file, or None if unreadable.

    The store made these salts but wiped them with the keys; nothing else of the file is read.
    """
    import zipfile

    size = SALT_BYTES + CHECK_BYTES
    try:
        with zipfile.ZipFile(archive) as listed, archive.open("rb") as file:
            headers = []
            for offset in sorted(entry.header_offset for entry in listed.infolist()):
                file.seek(offset)
                name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
                file.seek(name + extra, 1)
                headers.append(file.read(size))
    except (OSError, zipfile.BadZipFile, struct.error):
        return None
    return headers if headers and all(len(h) == size for h in headers) else None


def first_chains(archive: Path, old_password: str, new_password: str) -> list[Chain] | None:
    """Return the chains for an archive, or None if the old password does not open it.

    Its check bytes let 1 wrong password in 65,536 through for one entry; here all must agree.
    """
    headers = headers_of(archive)
    if headers is None:
        return None
    chains: list[Chain] = []
    for header in headers:
        old = derive(old_password, header[:SALT_BYTES])
        if not hmac.compare_digest(old.check, header[SALT_BYTES:]):
            return None
        chains.append((old, derive(new_password)))
    return chains


def prolonged(chains: list[Chain], old_password: str, new_password: str) -> list[Chain] | None:
    """Return chains that end with the new password's keys, or None if they were not the old one's.

    Earlier keys stay: a run that is at work may have locked the file with any of them.
    """
    longer: list[Chain] = []
    for chain in chains:
        wanted = chain[-1]
        if not hmac.compare_digest(derive(old_password, wanted.salt).to_bytes(), wanted.to_bytes()):
            return None
        longer.append((*chain, derive(new_password)))
    return longer


def keep(store: Store, data_download_id: int, chains: list[Chain], password_of: str) -> None:
    """Seal and keep the chains inside the running transaction, in the place of earlier ones.

    `password_of` is the instant at which the password of the last keys was set.
    """
    begin = password_of.encode("ascii")
    packed = (b"".join((begin, *(key.to_bytes() for key in chain))) for chain in chains)
    _CHAINS.keep(store, data_download_id, _CHAINS.sealed(store, data_download_id, packed))


def sealed(store: Store, data_download_id: int) -> list[Lying]:
    """Return the chains of a ready archive as they lie in the store, for `opened`.

    They are in the order of the file; none if the archive is not to be locked anew.
    """
    return _CHAINS.lying(store, data_download_id)


def opened(store: Store, data_download_id: int, lying: Sequence[Lying]) -> tuple[list[Chain], str]:
    """Open chains; return them, and when their last keys' password was set."""
    chains: list[Chain] = []
    password_of = ""
    for plain in _CHAINS.opened(store, data_download_id, lying).values():
        password_of = plain[:_INSTANT_BYTES].decode("ascii")
        places = range(_INSTANT_BYTES, len(plain), _KEY_BYTES)
        chains.append(tuple(EntryKey.from_bytes(plain[at : at + _KEY_BYTES]) for at in places))
    return chains, password_of
