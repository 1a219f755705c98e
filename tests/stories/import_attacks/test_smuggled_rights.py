"""Rights, people and events that an enemy puts into an archive: nobody gains anything by them.

The scenario is that of `test_altered_archives`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter.archive.errors import Cancelled
from exporter.archive.read_in import WholeArchive
from exporter.archive.reader import Archive
from store.access import level_of
from store.database import Store
from store.errors import Conflict, Refused, SignInFailed, SourceProblem
from store.imports.archive.importer import RowsRefused
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases.accounts import reset_password
from store.use_cases.importing import import_archive
from store.use_cases.signing_in import is_demo, sign_in
from tests import moving
from tests.moving import MOVERS_NUMBER, Entries, Package, add_row, forged
from tests.people import PGID, change_store, grant, signed_in
from tests.stories.import_attacks.altering import Change, refuses, with_row

# What would give somebody something.

EVE = {
    "user_id": 66,
    "user_name": "eve",
    "full_name": "Eve",
    "created_at": "2026-01-02T03:04:05Z",
    "failed_attempts": 0,
    "require_password_change": 0,
    "is_hidden": 0,
    "is_disabled": 0,
    "version": 1,
}


def _eve_is_administrator(entries: Entries, _package: Package) -> None:
    add_row(entries, "user", **EVE)
    add_row(entries, "user_group_member", user_id=66, user_group_id=1, is_primary=1)
    add_row(entries, "preference", name="demo.seed", value=1)
    add_row(entries, "preference", name="sign_in.second_factor", value="everyone")


def level(practice: Practice, user_id: int, right: Right = Right.SECURITY) -> Level:
    return practice.call(level_of, user_id, right)


def test_attack_rights_are_smuggled_in(new: Practice, genuine: Path, tmp_path: Path) -> None:
    """Without --with-rights nobody who comes in is in any group, even with a new password."""
    rights = "SELECT * FROM group_permission ORDER BY 1, 2"
    members, before = "SELECT * FROM user_group_member", moving.values(new, rights)
    own = moving.values(new, members)
    report = moving.read_in(new, forged(genuine, tmp_path / "a.zip", _eve_is_administrator))
    assert moving.values(new, members) == own
    assert moving.values(new, rights) == before
    assert moving.values(new, "SELECT * FROM preference") == []
    new.call(reset_password, moving.mover(new), 66)
    assert [level(new, 66, right) for right in Right] == [Level.NONE] * len(Right)
    assert "user_group_member: not taken" in "\n".join(report.lines())


def test_attack_an_administrator_comes_in_unseen(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    """With --with-rights, whoever would administer is named, in the report and in the trail, and
    cannot sign in before an administrator of this practice gives a password."""
    path = forged(genuine, tmp_path / "a.zip", _eve_is_administrator)
    report = moving.read_in(new, path, with_rights=True)
    assert any(line.endswith("Setup - Security: Full Control: eve, kim") for line in report.lines())
    (event,) = moving.values(
        new, "SELECT description FROM audit_log WHERE action = 'import.rights'"
    )
    assert event[0].endswith("Setup - Security: Full Control: eve, kim.")
    assert not new.call(is_demo), "codes would be shown on the screen"
    for password in ("", "x", "None"):
        with pytest.raises(SignInFailed):
            new.call(
                sign_in,
                pgid=PGID,
                user_name="eve",
                password=password,
                terminal="x",
                source="kiosk",
            )
    assert moving.mover(new).user_id == MOVERS_NUMBER, "locked out by a second factor"


@pytest.mark.parametrize(
    "change",
    [
        # The number that this practice's own group gets is easily guessed.
        with_row("user_group_member", user_id=3, user_group_id=13, is_primary=0),
        with_row("group_permission", user_group_id=13, permission_code="x", level=2),
        with_row("user_group_member", user_id=MOVERS_NUMBER, user_group_id=2, is_primary=0),
    ],
    ids=["into its group", "more for its group", "the mover into a group"],
)
def test_attack_a_row_means_this_practices_own_people(
    new: Practice, genuine: Path, tmp_path: Path, change: Change
) -> None:
    path = forged(genuine, tmp_path / "a.zip", change)
    assert "points to a row that is not" in refuses(new, path, RowsRefused, with_rights=True)


def test_attack_what_was_done_elsewhere_is_put_down_to_the_mover(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    change = with_row("disclosure", disclosure_id=1, user_id=MOVERS_NUMBER, recipient="x",
                      at="2026-01-02T03:04:05Z", form="download", is_encrypted=0,
                      description="x")  # fmt: skip
    assert "user_id points to a row" in refuses(
        new, forged(genuine, tmp_path / "a.zip", change), RowsRefused
    )


@pytest.mark.parametrize("with_rights", [False, True])
@pytest.mark.parametrize(
    "account", [{"user_name": "MOVER"}, {"user_id": MOVERS_NUMBER}], ids=["name", "number"]
)
def test_attack_an_account_takes_the_place_of_the_movers(
    new: Practice, genuine: Path, tmp_path: Path, account: dict[str, object], with_rights: bool
) -> None:
    change = with_row("user", **{**EVE, **account})
    path = forged(genuine, tmp_path / "a.zip", change)
    told = refuses(new, path, SourceProblem, with_rights=with_rights)
    assert "Make the new practice" in told


def test_attack_the_group_of_administrators_comes_in_powerless(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    """Whoever reads it in keeps every right, through a group of this practice's own."""

    def strip(entries: Entries, _package: Package) -> None:
        header = entries["group_permission.txt"].split(b"\n", 1)[0]
        entries["group_permission.txt"] = header + b"\n"

    moving.read_in(new, forged(genuine, tmp_path / "a.zip", strip), with_rights=True)
    assert {level(new, MOVERS_NUMBER, right) for right in Right} == {Level.FULL}


def test_attack_an_emergency_that_never_ends(new: Practice, genuine: Path, tmp_path: Path) -> None:
    """It would give a group's rights to whoever gets the session of its number."""

    def change(entries: Entries, _package: Package) -> None:
        for session in range(1, 30):
            add_row(entries, "emergency_access", emergency_access_id=session, user_id=3,
                    user_group_id=1, session_id=session, reason="x",
                    started_at="2026-01-02T03:04:05Z", ends_at="9999-01-01T00:00:00Z")  # fmt: skip

    moving.read_in(new, forged(genuine, tmp_path / "a.zip", change), with_rights=True)

    def may_take(store: Store) -> None:
        with store.transaction():
            grant(store, "Front Desk", Right.EMERGENCY_ACCESS, Level.FULL)
            store.execute(
                "UPDATE user SET password_hash = (SELECT password_hash FROM user WHERE user_id = ?)"
                " WHERE user_id = 3",
                (MOVERS_NUMBER,),
            )

    new.call(may_take)
    ana = moving.mover(new, "ana")
    assert ana.user_id == 3
    assert level(new, 3) is Level.NONE


def test_attack_a_download_that_is_ready_leads_out_of_its_folder(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    change = with_row("data_download", data_download_id=9, kind="practice", requested_by=2,
                      requested_at="2026-01-02T03:04:05Z", run_on="2026-01-02", state="ready",
                      due_at="2026-01-02T03:04:05Z", time_zone="America/Los_Angeles", fence=0,
                      passphrase_kind="account", attempts=1, cancel_requested=0,
                      expires_at="9999-01-01T00:00:00Z", file_name="../secret.key")  # fmt: skip
    moving.read_in(new, forged(genuine, tmp_path / "a.zip", change))
    assert moving.values(new, "SELECT state FROM data_download") == [("expired",)]


def test_attack_events_are_put_into_the_audit_trail(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    """S9: the trail holds what this practice has seen itself."""
    change = with_row("audit_log", seq=9, at="2026-01-02T03:04:05Z", action="x", terminal="x",
                      source="kiosk", description="forged")  # fmt: skip
    report = moving.read_in(new, forged(genuine, tmp_path / "a.zip", change), with_rights=True)
    assert moving.values(new, "SELECT * FROM audit_log WHERE description = 'forged'") == []
    assert report.tables["audit_log"].written == 0


def test_an_import_that_is_stopped_leaves_the_practice_as_it_was(
    new: Practice, genuine: Path
) -> None:
    actor, asked = moving.mover(new), []
    before = moving.contents(new)

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 30

    with Archive.open(genuine, moving.PASSWORD) as archive, pytest.raises(Cancelled):
        new.call(import_archive, actor, WholeArchive(archive, cancelled=cancelled))
    assert moving.contents(new) == before


# Who may.


def test_s1_importing_takes_its_right_and_rights_take_the_security_right(
    new: Practice, genuine: Path
) -> None:
    """IT support may read data in, and hand no right on."""
    change_store(new, "UPDATE user_group_member SET user_group_id ="
                 " (SELECT user_group_id FROM user_group WHERE name = 'IT Support')")  # fmt: skip
    actor = moving.mover(new)
    with pytest.raises(Refused, match="Setup - Security: Full Control"):
        moving.read_in(new, genuine, actor=actor, with_rights=True)
    change_store(new, "UPDATE group_permission SET level = 0 WHERE permission_code = ?",
                 Right.IMPORT.value)  # fmt: skip
    with pytest.raises(Refused, match="Utilities - Import"):
        moving.read_in(new, genuine, actor=actor)


def test_s2_nobody_brings_a_right_that_they_do_not_hold(new: Practice, genuine: Path) -> None:
    change_store(new, "UPDATE group_permission SET level = 0 WHERE user_group_id = 1"
                 " AND permission_code = ?", Right.SSN.value)  # fmt: skip
    actor = moving.mover(new)
    with pytest.raises(Refused, match="You cannot hand on the right"):
        moving.read_in(new, genuine, actor=actor, with_rights=True)
    assert moving.values(new, "SELECT * FROM patient") == []
    assert level(new, MOVERS_NUMBER) is Level.FULL


def test_nobody_reads_into_a_practice_in_use(practice: Practice, genuine: Path) -> None:
    with pytest.raises((SourceProblem, Conflict)):
        moving.read_in(practice, genuine, actor=signed_in(practice, "kim"))
