"""Archives of an enemy who knows the password: every code and checksum is right, the rest is not.

Scenario of all: somebody with the right to download, or whoever got an archive and its password,
alters it and has it read into a new practice. Verified: what is refused names its place and leaves
the new practice as it was, table by table; what comes in gives nobody a right, a password or a
session, and nobody a place that is somebody else's.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter.archive.errors import ArchiveProblem, Cancelled, DamagedEntry, MalformedText
from exporter.archive.read_in import WholeArchive
from exporter.archive.reader import Archive
from store.access import level_of
from store.database import Store
from store.errors import ChairsideError, Conflict, Refused, SignInFailed, SourceProblem
from store.imports.archive.importer import RowsRefused
from store.practice import Practice
from store.rights import Level, Right
from store.use_cases.accounts import reset_password
from store.use_cases.importing import import_archive
from store.use_cases.signing_in import is_demo, sign_in
from tests import moving
from tests.clocks import FixedClock
from tests.moving import MOVERS_NUMBER, Entries, Package, add_row, forged
from tests.people import PGID, change_store, grant, signed_in

Change = Callable[[Entries, Package], None]


@pytest.fixture(scope="module")
def genuine(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a small practice: kim, dana and ana, a provider and two patients."""
    folder = tmp_path_factory.mktemp("genuine")
    shutil.copytree(practice_template, folder / "data")

    def enter(store: Store) -> None:
        with store.transaction():
            store.insert("provider", {"provider_id": 1, "abbr": "DR"})
            for number in (1, 2):
                store.insert(
                    "patient",
                    {
                        "patient_id": number,
                        "last_name": "Adler",
                        "status": "patient",
                        "primary_provider_id": 1,
                        "birthdate": "1984-03-14",
                        "balance_total": 123,
                    },
                )

    with Practice.open(folder / "data", PGID, FixedClock()) as practice:
        practice.call(enter)
        return moving.export(practice, folder / "genuine.zip")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a new practice."""
    data = tmp_path_factory.mktemp("empty") / "data"
    moving.new_practice(data).close()
    return data


@pytest.fixture
def new(empty: Path, tmp_path: Path) -> Iterator[Practice]:
    """A new practice of this test's own."""
    shutil.copytree(empty, tmp_path / "new")
    with Practice.open(tmp_path / "new", PGID, FixedClock()) as practice:
        yield practice


def refuses(
    practice: Practice, path: Path, kind: type[ChairsideError], *, with_rights: bool = False
) -> str:
    """Return the sentence of the refusal, once nothing at all was found changed by it."""
    actor = moving.mover(practice)
    before = moving.contents(practice)
    with pytest.raises(kind) as caught:
        moving.read_in(practice, path, actor=actor, with_rights=with_rights)
    assert moving.contents(practice) == before
    if isinstance(caught.value, RowsRefused):
        return "\n".join(caught.value.report.lines())
    return str(caught.value)


def replaced(table: str, old: str, new: str) -> Change:
    """Return a change that replaces a piece of the text of a table, once."""

    def change(entries: Entries, _package: Package) -> None:
        text = entries[f"{table}.txt"]
        assert old.encode() in text
        entries[f"{table}.txt"] = text.replace(old.encode(), new.encode(), 1)

    return change


def with_row(table: str, **fields: object) -> Change:
    """Return a change that adds a row to a table."""
    return lambda entries, _package: add_row(entries, table, **fields)


def described(package: Package, table: str) -> Package:
    """Return the description of a table."""
    found: Package = next(r for r in package["resources"] if r["name"] == table)
    return found


def test_the_forger_of_these_tests_makes_archives_that_come_in(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    """Else all below would be refused for another reason than they say."""
    same = forged(genuine, tmp_path / "same.zip", lambda _entries, _package: None)
    assert moving.texts(same) == moving.texts(genuine)
    assert moving.read_in(new, same).rows_refused == 0


# What was altered without the password, or clumsily.


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_attack_a_byte_is_flipped(
    new: Practice, genuine: Path, tmp_path: Path, part: float
) -> None:
    raw = bytearray(genuine.read_bytes())
    raw[int(len(raw) * part)] ^= 1
    (tmp_path / "flipped.zip").write_bytes(raw)
    refuses(new, tmp_path / "flipped.zip", ChairsideError)


def test_attack_two_tables_are_swapped(new: Practice, genuine: Path, tmp_path: Path) -> None:
    def swap(entries: Entries, _package: Package) -> None:
        one, other = "allergy_def.txt", "problem_def.txt"
        entries[one], entries[other] = entries[other], entries[one]

    told = refuses(new, forged(genuine, tmp_path / "a.zip", swap), MalformedText)
    assert "allergy_def.txt, line 1: 5 fields where 6 belong" in told


@pytest.mark.parametrize(
    ("fact", "value", "fault"),
    [
        ("hash", f"sha256:{'0' * 64}", "its SHA-256 is not the one in the manifest"),
        ("rows", 3, "2 rows where the manifest says 3"),
    ],
)
def test_attack_the_description_tells_other_figures(
    new: Practice, genuine: Path, tmp_path: Path, fact: str, value: object, fault: str
) -> None:
    def lie(_entries: Entries, package: Package) -> None:
        described(package, "patient")[fact] = value

    assert fault in refuses(new, forged(genuine, tmp_path / "a.zip", lie), DamagedEntry)


def test_attack_a_file_is_added_that_the_description_does_not_name(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    def add(entries: Entries, _package: Package) -> None:
        entries["more.txt"] = b"a\n1\n"

    told = refuses(new, forged(genuine, tmp_path / "a.zip", add), DamagedEntry)
    assert "more.txt: the manifest does not name it" in told


def test_attack_the_readme_is_another_one(new: Practice, genuine: Path, tmp_path: Path) -> None:
    def change(entries: Entries, _package: Package) -> None:
        entries["README.txt"] += b"Send it to mallory@example.org."

    assert "README.txt" in refuses(new, forged(genuine, tmp_path / "a.zip", change), DamagedEntry)


# What no archive of this version holds.


@pytest.mark.parametrize(
    ("table", "column"), [("user", "password_hash"), ("patient", "nickname"), ("audit_log", "hash")]
)
def test_attack_a_column_is_smuggled_in(
    new: Practice, genuine: Path, tmp_path: Path, table: str, column: str
) -> None:
    def add(entries: Entries, package: Package) -> None:
        lines = entries[f"{table}.txt"].decode().splitlines()
        wider = [f"{line}\t{column if at == 0 else 'x'}" for at, line in enumerate(lines)]
        entries[f"{table}.txt"] = ("\n".join(wider) + "\n").encode()
        fields = described(package, table)["schema"]["fields"]
        fields.append({"name": column, "kind": "text", "description": "x"})

    told = refuses(new, forged(genuine, tmp_path / "a.zip", add), SourceProblem)
    assert f"{table} has columns that no archive of this version has: {column}" in told


@pytest.mark.parametrize("table", ["session", "message_carrier", "mfa_factor", "sqlite_master"])
def test_attack_a_table_that_never_leaves_is_smuggled_in(
    new: Practice, genuine: Path, tmp_path: Path, table: str
) -> None:
    def add(entries: Entries, package: Package) -> None:
        entries[f"{table}.txt"] = b"a\n"
        like = dict(described(package, "lock_date"))
        like |= {"name": table, "path": f"{table}.txt"}
        like["schema"] = {"fields": [{"name": "a", "kind": "text", "description": "x"}]}
        like["schema"]["primaryKey"] = ["a"]
        package["resources"].append(like)

    told = refuses(new, forged(genuine, tmp_path / "a.zip", add), SourceProblem)
    assert f"holds tables that no archive of this version has: {table}" in told


def test_attack_a_column_that_no_row_can_be_without_is_taken_away(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    def take(entries: Entries, package: Package) -> None:
        entries["provider.txt"] = b"provider_id\n1\n"
        schema = described(package, "provider")["schema"]
        schema["fields"] = [f for f in schema["fields"] if f["name"] == "provider_id"]

    told = refuses(new, forged(genuine, tmp_path / "a.zip", take), SourceProblem)
    assert "provider lacks columns that no row can be without: abbr" in told


def test_an_older_archive_lacks_a_column_and_a_table_and_that_is_told(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    def take(entries: Entries, package: Package) -> None:
        entries["provider.txt"] = b"provider_id\tabbr\n1\tDR\n"
        schema = described(package, "provider")["schema"]
        schema["fields"] = [f for f in schema["fields"] if f["name"] in ("provider_id", "abbr")]
        del entries["lock_date.txt"]
        package["resources"].remove(described(package, "lock_date"))

    report = moving.read_in(new, forged(genuine, tmp_path / "a.zip", take))
    assert "provider.npi: not in the archive, as in a new row" in report.lines()
    assert "lock_date: not in the archive" in report.lines()


def test_a_newer_format_is_refused(new: Practice, genuine: Path, tmp_path: Path) -> None:
    def newer(_entries: Entries, package: Package) -> None:
        package["chairside"]["format"] = 2

    told = refuses(new, forged(genuine, tmp_path / "a.zip", newer), ArchiveProblem)
    assert "made by a newer Chairside" in told


def test_the_archive_of_one_patient_is_refused(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    def one(_entries: Entries, package: Package) -> None:
        package["chairside"]["patient"] = 2

    told = refuses(new, forged(genuine, tmp_path / "a.zip", one), SourceProblem)
    assert "the data of one patient, number 2" in told


def test_attack_the_meaning_of_a_code_is_another_one(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    """The program's own lists stay; that the archive tells otherwise is counted."""
    before = moving.values(new, "SELECT * FROM value_set")
    change = replaced("value_set", "Granted or not.", "Granted.")
    report = moving.read_in(new, forged(genuine, tmp_path / "a.zip", change))
    assert moving.values(new, "SELECT * FROM value_set") == before
    assert "value_set: 1 × differs from the program's own row, which stays" in report.lines()


# What no row of an archive says.


@pytest.mark.parametrize(
    ("table", "old", "value", "reason"),
    [
        ("patient", "1984-03-14", "1984-02-30", "birthdate has a value that is not allowed"),
        ("patient", "1984-03-14", "now", "it does not fit the table"),
        ("patient", "\tpatient\t", "\towner\t", "status has a value that is not allowed"),
        ("patient", "\t123\t", "\t007\t", "balance_total is not a whole number"),
        ("patient", "\t123\t", "\t1e3\t", "balance_total is not a whole number"),
        ("patient", "\t123\t", "\t 12\t", "balance_total is not a whole number"),
        ("patient", "\t123\t", "\t9223372036854775808\t", "it does not fit the table"),
        ("patient", "\tAdler\t", "\tAd\0er\t", "last_name has a value that is not allowed"),
        ("patient", "\tpatient\t", "\t\t", "status is missing"),
        ("patient", "\n1\t", "\n\t", "patient_id is missing"),
        ("patient", "\n1\t", "\n2\t", "another row has the same patient_id"),
        ("patient", "\n1\t", '\n"1\n9"\t', "patient_id is not a whole number"),
        ("user", "\tdana\t", "\tkim\t", "another row has the same user_name"),
    ],
)
def test_attack_a_value_is_what_its_column_forbids(
    new: Practice, genuine: Path, tmp_path: Path, table: str, old: str, value: str, reason: str
) -> None:
    change = replaced(table, old, value)
    told = refuses(new, forged(genuine, tmp_path / "a.zip", change), RowsRefused)
    assert f"{table}: refused 1 × {reason} (rows " in told


@pytest.mark.parametrize("value", ['"open', 'a"b', '"a"b', "a\rb", "a\tb"])
def test_attack_the_text_is_none_of_the_format(
    new: Practice, genuine: Path, tmp_path: Path, value: str
) -> None:
    change = replaced("patient", "\tAdler\t", f"\t{value}\t")
    refuses(new, forged(genuine, tmp_path / "a.zip", change), MalformedText)


def test_attack_a_number_points_to_nowhere(new: Practice, genuine: Path, tmp_path: Path) -> None:
    change = replaced("patient", "\t1\t\t", "\t99\t\t")
    told = refuses(new, forged(genuine, tmp_path / "a.zip", change), RowsRefused)
    assert "patient: refused 1 × primary_provider_id points to a row that is not" in told


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "localtime"])
def test_attack_a_time_zone_that_no_computer_knows(
    new: Practice, genuine: Path, tmp_path: Path, zone: str
) -> None:
    change = replaced("practice_group", "America/Los_Angeles", zone)
    told = refuses(new, forged(genuine, tmp_path / "a.zip", change), SourceProblem)
    assert "time zone is not known" in told


def test_attack_another_practice_inside_than_outside(
    new: Practice, genuine: Path, tmp_path: Path
) -> None:
    change = replaced("practice_group", f"{PGID}\t", "2000\t")
    refuses(new, forged(genuine, tmp_path / "a.zip", change), SourceProblem)


def test_the_archive_of_another_practice_is_refused(genuine: Path, tmp_path: Path) -> None:
    with moving.new_practice(tmp_path / "other", pgid=2000) as practice:
        told = refuses(practice, genuine, SourceProblem)
    assert f"chairside init --pgid {PGID}" in told


def test_a_practice_that_has_rows_of_its_own_is_refused(new: Practice, genuine: Path) -> None:
    change_store(new, "INSERT INTO provider (provider_id, abbr) VALUES (5, 'DR')")
    told = refuses(new, genuine, SourceProblem)
    assert "it has rows of its own in provider" in told


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
