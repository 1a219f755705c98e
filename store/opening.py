"""What is looked at before a practice is opened: that its files belong together.

One rule: nothing is written before. An event under a wrong key would spoil the trail for good.
"""

from __future__ import annotations

from store.audit_check import HASHED, Chain
from store.database import Store
from store.errors import StoreProblem


def check_key(store: Store) -> None:
    """Raise StoreProblem where `secret.key` is not the one that the audit trail was written under.

    The first and the last event are asked: one that was altered is no reason to close a practice.
    """
    if len(ends := _ends(store)) > 1 and not any(ends):
        raise StoreProblem(
            f"The secret key {store.folder.secret_key} is not the one of this database.",
            kept="The database was not opened.",
            do="Put secret.key and practice.db back from the same backup.",
        )


def check_number(store: Store) -> None:
    """Raise StoreProblem where the folder is not named after the practice in it."""
    name, pgid = store.folder.path.name, store.value("SELECT pgid FROM practice_group")
    if name.isdecimal() and pgid is not None and int(name) != pgid:
        raise StoreProblem(
            f"The folder {store.folder.path} holds the practice {pgid}.",
            kept="The database was not opened.",
            do=f"Give the folder its name back: {pgid}.",
        )


def last_event_fits(store: Store) -> bool:
    """Tell whether the last event of the trail is as it was written under this key."""
    return bool(ends[-1]) if (ends := _ends(store)) else True


def _ends(store: Store) -> list[bool]:
    """Tell of the first and the last event whether they fit the key; nothing of an empty trail."""
    chain = Chain(store.sealer)
    rows = store.rows(
        f"SELECT hash, CAST(json_array({', '.join(HASHED)}) AS BLOB) AS canonical FROM audit_log"
        " WHERE seq IN ((SELECT min(seq) FROM audit_log), (SELECT max(seq) FROM audit_log))"
        " ORDER BY seq"
    )
    return [chain.hash_of(row["canonical"]) == row["hash"] for row in rows]
