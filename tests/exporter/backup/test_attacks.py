"""Backups that are made to do harm, and a passphrase that is not known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import pyzipper
from hypothesis import given
from hypothesis import strategies as st

from exporter.archive.errors import ArchiveProblem
from exporter.backup.contents import DATABASE, HEADS, MANIFEST, SECRET_KEY, Manifest, NotABackup
from exporter.backup.opening import opened
from store.audit_check import TrailBroken
from store.errors import ChairsideError, NotFound, StoreProblem, WrongPassword
from tests.clocks import FixedClock
from tests.exporter.backup import forging
from tests.exporter.backup.steps import PASSPHRASE, backed_up, everything_in, put_back, reopened


@pytest.fixture(scope="module")
def backups(practice_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An older and a newer backup of one practice, with one passphrase."""
    import shutil

    root = tmp_path_factory.mktemp("backups")
    shutil.copytree(practice_template, root / "data")
    clock = FixedClock()
    with reopened(root / "data", clock) as practice:
        older = backed_up(practice, root / "to")
        clock.advance(days=1)
        newer = backed_up(practice, root / "to")
    return older.path, newer.path


def refused(data: Path, backup: Path) -> ChairsideError:
    """Put a backup back and see that nothing of the practice that is there has moved."""
    before = everything_in(data)
    with pytest.raises(ChairsideError) as problem:
        put_back(data, backup, FixedClock())
    assert everything_in(data) == before
    assert {path.name for path in data.iterdir()} == {"1000"}
    return problem.value


@pytest.mark.parametrize("wrong", ["", PASSPHRASE.upper(), PASSPHRASE + " ", "x" * 36])
def test_attack_a_wrong_passphrase(
    backups: tuple[Path, Path], practice_data: Path, wrong: str
) -> None:
    from exporter.backup.restoring import Wish, restore
    from tests.exporter.backup.steps import OWNER

    with pytest.raises(WrongPassword, match="does not open this backup"):
        restore(Wish(backups[1], wrong, practice_data, replace=True), FixedClock(), OWNER)
    assert {path.name for path in practice_data.iterdir()} == {"1000"}


def test_attack_an_older_database_is_slipped_into_a_newer_backup(
    backups: tuple[Path, Path], practice_data: Path, tmp_path: Path
) -> None:
    """Vulnerability: each entry is locked for itself. Scenario: somebody moves the database of an
    older backup into a newer one, to bring a right back that was taken away. Verified: the
    manifest, which is locked as well, names the other one."""
    older = forging.entries_of(backups[0])[DATABASE]
    mixed = forging.forged(
        backups[1], tmp_path / "mixed.zip", lambda entries: entries.update({DATABASE: older})
    )
    assert "not the one that the manifest" in refused(practice_data, mixed).what


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_attack_a_byte_of_a_backup_is_changed(
    backups: tuple[Path, Path], practice_data: Path, tmp_path: Path, place: float
) -> None:
    data = bytearray(backups[1].read_bytes())
    data[int(len(data) * place)] ^= 1
    (tmp_path / "changed.zip").write_bytes(data)
    assert isinstance(refused(practice_data, tmp_path / "changed.zip"), ArchiveProblem)


@pytest.mark.parametrize(
    "name",
    [
        "../1000/practice.db",
        "/etc/passwd",
        "C:\\practice.db",
        "downloads/../../evil",
        "practice.db:stream",
        "con",
        "practice.db-wal",
        "takes-the-place-of",
        "PRACTICE.DB",
        "secret.key\u202e",
    ],
)
def test_attack_a_hostile_name_in_a_backup(
    backups: tuple[Path, Path], practice_data: Path, tmp_path: Path, name: str
) -> None:
    """Names are compared with ours and never used: neither above the folder, nor a log that SQLite
    would take for its own, nor a mark that we would believe."""
    evil = forging.forged(
        backups[1], tmp_path / "evil.zip", lambda entries: entries.update({name: b"evil"})
    )
    assert isinstance(refused(practice_data, evil), ArchiveProblem)
    assert not (tmp_path / "evil").exists()


def _lose(name: str) -> Callable[[forging.Entries], object]:
    return lambda entries: entries.pop(name)


@pytest.mark.parametrize(
    "change",
    [
        *(_lose(name) for name in (MANIFEST, DATABASE, SECRET_KEY, HEADS)),
        lambda entries: entries.update({MANIFEST: b"{}"}),
        lambda entries: entries.update({MANIFEST: b"[" * 50_000}),
        lambda entries: entries.update({DATABASE: b""}),
        lambda entries: entries.update({SECRET_KEY: bytes(32)}),
        lambda entries: (entries.update({SECRET_KEY: bytes(31)}), forging.consistent(entries)),
        lambda entries: (entries.update({DATABASE: b"x" * 9999}), forging.consistent(entries)),
        lambda entries: forging.consistent(entries, pgid=2000),
        lambda entries: forging.consistent(entries, audit_head=None),
        lambda entries: forging.consistent(entries, schema=["m0001_practice_store"]),
    ],
)
def test_attack_a_forged_backup(
    backups: tuple[Path, Path],
    practice_data: Path,
    tmp_path: Path,
    change: Callable[[forging.Entries], object],
) -> None:
    """Files that are missing, swapped or lied about, by somebody who knows the passphrase."""
    wrong = forging.forged(backups[1], tmp_path / "forged.zip", change)
    assert isinstance(refused(practice_data, wrong), (ArchiveProblem, StoreProblem))


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TRIGGER audit_log_is_never_changed",),
        (
            "DROP TRIGGER audit_log_is_never_shortened",
            "DELETE FROM audit_log WHERE seq = 1",
        ),
    ],
)
def test_attack_a_downgraded_store_without_its_guards(
    backups: tuple[Path, Path], practice_data: Path, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    """The trail in a forged backup was altered, or what keeps it append-only was taken out."""

    def change(entries: forging.Entries) -> None:
        forging.with_database(entries, tmp_path / "scratch.db", *statements)
        forging.consistent(entries)

    wrong = forging.forged(backups[1], tmp_path / "forged.zip", change)
    assert isinstance(refused(practice_data, wrong), TrailBroken)


def test_attack_a_link_or_an_open_entry_in_a_backup(
    backups: tuple[Path, Path], practice_data: Path, tmp_path: Path
) -> None:
    entries = forging.entries_of(backups[1])
    link, plain = tmp_path / "link.zip", tmp_path / "plain.zip"
    for path in (link, plain):
        with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as out:
            out.setpassword(PASSPHRASE.encode())
            for name, data in entries.items():
                info = pyzipper.zipfile_aes.AESZipInfo(name)
                if path == link and name == HEADS:
                    info.external_attr = 0o120777 << 16
                    info.create_system = 3
                is_open = path == plain and name == HEADS
                out.encryption = None if is_open else pyzipper.WZ_AES
                out.pwd = None if is_open else PASSPHRASE.encode()
                out.writestr(info, data)
    for path in (link, plain):
        assert isinstance(refused(practice_data, path), ArchiveProblem), path


def test_what_is_no_backup_is_told_so(
    backups: tuple[Path, Path], practice_data: Path, tmp_path: Path
) -> None:
    """An archive of a download, a text, a file that is cut short, none at all."""
    archive = forging.write(tmp_path / "archive.zip", {"README.txt": b"x", "patient.txt": b"y"})
    assert isinstance(refused(practice_data, archive), NotABackup)
    (tmp_path / "text").write_text("hello")
    (tmp_path / "short.zip").write_bytes(backups[1].read_bytes()[:-30_000])
    for name in ("text", "short.zip"):
        assert isinstance(refused(practice_data, tmp_path / name), ArchiveProblem)
    assert isinstance(refused(practice_data, tmp_path / "none"), NotFound)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    st.binary()
    | st.text().map(str.encode)
    | _json.map(lambda v: __import__("json").dumps(v).encode())
)
def test_attack_any_bytes_as_a_manifest(data: bytes) -> None:
    with pytest.raises(NotABackup):
        Manifest.from_json(data)


_WRONG = (None, "", -1, 1 << 70, 1.5, True, [], {}, "0" * 64, "x" * 5000)


@given(st.data())
def test_attack_a_value_of_another_kind_in_a_manifest(
    backups: tuple[Path, Path], data: st.DataObject
) -> None:
    """One value at a time is replaced: it is refused, or what is read is of its kind."""

    with opened(backups[1], PASSPHRASE) as backup:
        manifest = backup.manifest
    told = json.loads(manifest.to_json())
    place = data.draw(st.sampled_from(_places(told)))
    inner = told
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = data.draw(st.sampled_from(_WRONG))
    try:
        read = Manifest.from_json(json.dumps(told).encode())
    except NotABackup:
        return
    assert isinstance(read.pgid, int)
    assert all(isinstance(step, str) for step in read.steps)
    assert all(len(one.sha256) == 64 and one.bytes >= 0 for one in read.files.values())


def _places(told: object, before: tuple = ()) -> list[tuple]:
    found = [before] if before else []
    items = told.items() if isinstance(told, dict) else ()
    for key, value in items:
        found += _places(value, (*before, key))
    return found


def test_a_manifest_reads_back_as_it_was_written(backups: tuple[Path, Path]) -> None:
    with opened(backups[1], PASSPHRASE) as backup:
        assert Manifest.from_json(backup.manifest.to_json()) == backup.manifest
