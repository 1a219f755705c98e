"""Saving an archive, and noting what left the practice (REQUIREMENTS D15, D17, D18)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from store import audit, downloads, sign_in_attempts
from store.access import Actor, change, view
from store.clock import instant
from store.database import Store
from store.drawing import drawn
from store.errors import Conflict, NotFound, Refused
from store.rights import Right
from store.use_cases.downloads import SCHEDULE, SEE


@dataclass(frozen=True, slots=True)
class Retrieval:
    """An archive that may be saved now, by this user."""

    download_id: int
    archive: Path
    file_name: str
    size: int
    sha256: str


def authorise_retrieval(store: Store, actor: Actor, download_id: int, password: str) -> Retrieval:
    """Check that this user may save this archive now: the requester, password asked again (D15).

    Raises Refused for anybody else, administrators included, and for whoever signs in as the
    requester since an administrator reset that password; WrongPassword; Conflict.
    """
    view(store, actor, SCHEDULE)
    found = downloads.row(store, download_id)
    if found["requested_by"] != actor.user_id:
        _refuse(
            store,
            actor,
            download_id,
            "Tried to retrieve a data download of another user.",
            "Only the user who scheduled this download can retrieve it.",
        )
    if downloads.one(store, download_id, actor.user_id).is_reset_since:
        _refuse(
            store,
            actor,
            download_id,
            "Tried to retrieve a data download that was ready before the password was reset.",
            "The password of this account was reset after this download was ready.",
        )
    if found["state"] not in ("ready", "retrieved"):
        raise Conflict(f"This download is {found['state']}.", do="Schedule a new one.")
    if instant(store.clock.now()) >= found["expires_at"]:
        raise Conflict("The time to retrieve this download is over.", do="Schedule a new one.")
    sign_in_attempts.check_again(store, actor, password)
    archive = store.folder.downloads / found["file_name"]
    if not archive.is_file():
        raise NotFound(
            "The archive is no longer in the practice's folder.", do="Schedule a new download."
        )
    # Before the copy, which may be killed between its last byte and its own event.
    with change(store, actor, SCHEDULE) as tx:
        tx.record(
            "download.hand_over",
            "Gave the right password and was handed an archive to save.",
            object_=f"data_download:{download_id}",
        )
    return Retrieval(
        download_id, archive, found["file_name"], found["file_bytes"], found["file_sha256"]
    )


def record_retrieval(store: Store, actor: Actor, download_id: int, destination: str) -> None:
    """Note that the archive was saved whole to a folder. Raises Refused, Conflict."""
    with change(store, actor, SCHEDULE) as tx:
        found = downloads.row(store, download_id)
        if found["requested_by"] != actor.user_id:
            raise Refused("Only the user who scheduled this download can retrieve it.")
        downloads.move(store, download_id, before=("ready", "retrieved"), after="retrieved")
        now = instant(store.clock.now())
        store.insert(
            "data_download_retrieval",
            {
                "data_download_id": download_id,
                "user_id": actor.user_id,
                "at": now,
                "destination": drawn(destination),
                "archive_sha256": found["file_sha256"],
            },
        )
        _disclose(store, actor, "download", is_encrypted=True, what="Data download of the practice")
        tx.record(
            "download.retrieve",
            f"Saved the data download of {found['run_on']} to {destination}.",
            object_=f"data_download:{download_id}",
        )


def begin_conversion(store: Store, actor: Actor, what: str) -> None:
    """Check the right to make a readable copy, and note it before the first byte is written.

    A conversion that is killed half-way has left a trace; one that is refused has written nothing.
    """
    with change(store, actor, SEE) as tx:
        tx.record("conversion.begin", what)


def record_disclosure(
    store: Store, actor: Actor, *, form: str, what: str, is_encrypted: bool = False
) -> None:
    """Note that a copy for people was made: `form` is csv, workbook or disc (D18)."""
    with change(store, actor, SEE) as tx:
        _disclose(store, actor, form, is_encrypted=is_encrypted, what=what)
        tx.record("disclosure", what)


@dataclass(frozen=True, slots=True)
class BegunDisc:
    """A disc that is being burned, in the trail already."""

    actor: Actor
    what: str


def begin_disc(store: Store, actor: Actor, image: str, files: int) -> BegunDisc:
    """Check the right and note that an image of so many CSV files is burned. Raises Refused."""
    begin_conversion(store, actor, f"Burns {image}.")
    return BegunDisc(actor, f"Burned {image}: {files:,} CSV {'file' if files == 1 else 'files'}.")


def record_disc(store: Store, begun: BegunDisc) -> None:
    """Note that the disc was burned (D18, D19).

    Nobody takes back a burned disc, so it is told even where the session ended meanwhile.
    """
    with store.transaction():
        _disclose(store, begun.actor, "disc", is_encrypted=False, what=begun.what)
        audit.append(
            store,
            begun.actor,
            "disclosure",
            begun.what,
            permission_code=Right.DATA_DOWNLOAD.value,
        )


def _disclose(store: Store, actor: Actor, form: str, *, is_encrypted: bool, what: str) -> None:
    store.insert(
        "disclosure",
        {
            "user_id": actor.user_id,
            "recipient": actor.full_name,
            "at": instant(store.clock.now()),
            "form": form,
            "is_encrypted": int(is_encrypted),
            "description": drawn(what),
        },
    )


def _refuse(store: Store, actor: Actor, download_id: int, tried: str, why: str) -> NoReturn:
    """Write the try to the trail, durably, and raise Refused."""
    with store.transaction():
        audit.append(
            store,
            actor,
            "refused",
            tried,
            permission_code=Right.DATA_DOWNLOAD.value,
            object_=f"data_download:{download_id}",
        )
    raise Refused(
        why,
        kept="Nobody can be allowed to do so later.",
        do="Schedule a download of your own.",
    )
