"""Archives of an enemy who knows the password: every code and checksum is right, the rest is not.

Scenario of all: somebody with the right to download, or whoever got an archive and its password,
alters it and has it read into a new practice. Verified: what is refused names its place and leaves
the new practice as it was, table by table; what comes in gives nobody a right, a password or a
session, and nobody a place that is somebody else's.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter.archive.errors import ArchiveProblem, DamagedEntry, MalformedText
from store.errors import ChairsideError, SourceProblem
from store.imports.archive.importer import RowsRefused
from store.practice import Practice
from tests import moving
from tests.moving import Entries, Package, forged
from tests.people import PGID, change_store
from tests.stories.import_attacks.altering import described, refuses, replaced


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
