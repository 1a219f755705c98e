"""A copy of one patient's data, for that patient: at any time, by a right of its own (section 6).

One rule: it is in the trail before its first byte is written, and a disclosure once it is whole.
The second factor of D12 guards copies of the practice; here the password is asked again, and what
locks the copy is a passphrase made for whoever gets it, never an account's password.
"""

from __future__ import annotations

from dataclasses import dataclass

from store import audit, patient_cards, sign_in_attempts
from store.access import Actor, change, view
from store.archive_key import EntryKey, derive
from store.archive_locks import what_locks
from store.clock import instant
from store.database import Store
from store.download_keys import DESCRIBING_ENTRIES
from store.errors import BadInput, Conflict
from store.patient_data import PatientTable, left_out_of_patient, patient_tables
from store.rights import Need, Right
from store.schema.columns import Table

DOWNLOAD = Need(Right.PATIENT_DOWNLOAD)
LONGEST_RECIPIENT = 200


@dataclass(frozen=True, slots=True, repr=False)
class PatientCopy:
    """A copy that may be made now, once, and the keys that lock it; each is for one entry.

    Attributes:
        left_out: tables that are not in it, each with the reason.
    """

    patient_id: int
    to_whom: str
    pgid: int
    practice_name: str
    time_zone: str
    tables: tuple[PatientTable, ...]
    left_out: tuple[Table, ...]
    _keys: list[EntryKey]

    def take_keys(self) -> tuple[EntryKey, ...]:
        """Return the keys, once: a second try would lock other texts with them.

        Raises Conflict the second time.
        """
        keys = tuple(self._keys)
        self._keys.clear()
        if not keys:
            raise Conflict(
                "A copy was begun with this already.", kept="Nothing was written.", do="Ask again."
            )
        return keys


def authorise_patient_download(
    store: Store, actor: Actor, patient_id: int, *, to_whom: str, password: str, passphrase: str
) -> PatientCopy:
    """Check that this user may make a copy for this patient now, and derive its keys.

    Args:
        to_whom: who gets it, the patient or a representative, by name.
        password: the user's own, asked again.
        passphrase: opens the copy; at least 15 characters that 7-Zip reads everywhere.

    Raises:
        Refused: the right is missing.
        NotFound: there is no such patient.
        BadInput: nobody is named, or the passphrase is the user's own password.
        PassphraseNeeded: the passphrase cannot lock an archive.
        WrongPassword: the password is not right.
    """
    view(store, actor, DOWNLOAD)
    patient_cards.patient(store, patient_id)
    to_whom = " ".join(to_whom.split())
    if not to_whom or len(to_whom) > LONGEST_RECIPIENT:
        raise BadInput(
            f"Who gets the copy must be named, in at most {LONGEST_RECIPIENT} characters.",
            kept="Nothing was written.",
            do="Name the patient, or the representative it is handed to.",
        )
    user = sign_in_attempts.check_again(store, actor, password)
    what_locks(store, password, passphrase, user["user_name"])
    if passphrase == password:
        raise BadInput(
            "The passphrase is your own password, and the receiver would know it.",
            kept="Nothing was written.",
            do="Choose another one.",
        )
    tables = patient_tables(patient_id)
    with change(store, actor, DOWNLOAD) as tx:
        tx.record(
            "patient_download.begin",
            f"Began a copy of the patient's data for {to_whom}.",
            patient_id=patient_id,
        )
    practice = store.one("SELECT pgid, name, time_zone FROM practice_group")
    assert practice is not None
    return PatientCopy(
        patient_id,
        to_whom,
        practice["pgid"],
        practice["name"],
        practice["time_zone"],
        tables,
        left_out_of_patient(),
        [derive(passphrase) for _ in range(len(tables) + DESCRIBING_ENTRIES)],
    )


@dataclass(frozen=True, slots=True)
class NotedCopy:
    """A copy that is in the trail."""

    actor: Actor
    patient_id: int
    disclosure_id: int
    to_whom: str


def record_patient_download(
    store: Store, actor: Actor, patient_id: int, *, to_whom: str, rows: int, destination: str
) -> NotedCopy:
    """Note that a copy lies whole in a folder, as a disclosure, before it gets its name there.

    Raises Refused.
    """
    with change(store, actor, DOWNLOAD) as tx:
        what = f"Encrypted copy of the patient's data, {rows:,} rows"
        disclosure_id = store.insert(
            "disclosure",
            {
                "patient_id": patient_id,
                "user_id": actor.user_id,
                "recipient": to_whom,
                "at": instant(store.clock.now()),
                "form": "download",
                "is_encrypted": 1,
                "description": what,
            },
        )
        tx.record(
            "patient_download.make",
            f"{what}, for {to_whom}; saved to {destination}.",
            patient_id=patient_id,
        )
    return NotedCopy(actor, patient_id, disclosure_id, to_whom)


def withdraw_patient_download(store: Store, noted: NotedCopy) -> None:
    """Note that a copy did not get its name and was removed: nothing was disclosed.

    It is so, even where the session ended meanwhile.
    """
    with store.transaction():
        store.execute("DELETE FROM disclosure WHERE disclosure_id = ?", (noted.disclosure_id,))
        audit.append(
            store,
            noted.actor,
            "patient_download.withdraw",
            f"The copy of the patient's data for {noted.to_whom} could not be given its name and"
            " was removed; it is no disclosure.",
            permission_code=Right.PATIENT_DOWNLOAD.value,
            patient_id=noted.patient_id,
        )
