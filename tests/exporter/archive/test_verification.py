"""Verifying: no byte changes unseen, and the fault is named with its entry."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

import pytest
import pyzipper
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exporter.archive.entry import CHECK_BYTES, SALT_BYTES
from exporter.archive.errors import ArchiveProblem, Cancelled
from exporter.archive.manifest import TableContents, write_descriptions
from exporter.archive.progress import Progress
from exporter.archive.reader import Archive
from exporter.archive.verification import Finding, Verification
from exporter.archive.writer import ArchiveWriter
from exporter.convert.csv_files import to_csv
from store.archive_key import derive
from store.errors import ChairsideError
from tests.exporter.archive.making import (
    MOMENT,
    PASSWORD,
    PATIENTS,
    SESSION,
    SNAPSHOT,
    VALUE_SETS,
    VISIT,
    VISITS,
    table_text,
)


def verified(path: Path) -> Verification:
    with Archive.open(path, PASSWORD) as archive:
        return archive.verify()


def remade(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write the same entries again, with the right keys, after a change to their texts."""
    with Archive.open(source, PASSWORD) as archive:
        texts = {entry.name: archive.read(entry.name, 10**7) for entry in archive.entries}
    change(texts)
    with ArchiveWriter(target, lambda: derive(PASSWORD), MOMENT) as writer:
        for name, text in texts.items():
            with writer.entry(name) as entry:
                entry.write(text)
    return target


def faults(found: Verification) -> dict[str, str]:
    return {finding.entry: finding.fault for finding in found.findings}


def test_a_whole_archive_is_called_whole(whole_archive: Path) -> None:
    found = verified(whole_archive)
    assert found.is_whole
    assert found.is_described
    assert (found.entries, found.rows) == (5, len(PATIENTS) + len(VISITS))


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(place=0.0, bit=0)
@example(place=0.999999, bit=7)
@given(place=st.floats(0, 1, exclude_max=True, allow_subnormal=False), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(
    place: float, bit: int, whole_archive: Path, tmp_path: Path
) -> None:
    """Section 6: headers, contents, codes, directory and end: no bit changes unseen."""
    raw = bytearray(whole_archive.read_bytes())
    raw[int(place * len(raw))] ^= 1 << bit
    changed = tmp_path / "changed.zip"
    changed.write_bytes(raw)
    try:
        found = verified(changed)
    except ChairsideError:
        return
    assert not found.is_whole


def test_a_flipped_byte_is_named_with_its_entry(whole_archive: Path, tmp_path: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive:
        entries = archive.entries
    for entry in entries:
        for place in (entry.header_offset + 12, entry.data_offset + 12, entry.end - 1):
            raw = bytearray(whole_archive.read_bytes())
            raw[place] ^= 0x10
            (tmp_path / "a.zip").write_bytes(raw)
            named = faults(verified(tmp_path / "a.zip"))
            assert list(named) == [entry.name], (place, named)
            assert named[entry.name]


def test_of_a_changed_byte_the_wrong_code_is_told_and_not_what_came_of_it(
    whole_archive: Path, tmp_path: Path
) -> None:
    """That a text is too long or does not unpack tells nobody that a byte was changed."""
    with Archive.open(whole_archive, PASSWORD) as archive:
        entry = archive.entry("visit.txt")
    data = whole_archive.read_bytes()
    told = set()
    for place in range(entry.data_offset + 10, entry.end):
        changed = bytearray(data)
        changed[place] ^= 0x55
        copy = tmp_path / "copy.zip"
        copy.write_bytes(bytes(changed))
        told.add(faults(verified(copy))["visit.txt"])
    assert told == {"its authentication code is wrong, so a byte of it was changed"}


def test_a_fault_is_told_with_the_end_of_a_long_name() -> None:
    """Files of one folder have the same beginning."""
    name = f"{'folder/' * 20}letter 3.csv"
    assert Finding(name, "it is missing").sentence == f"…{name[-80:]}: it is missing."


def test_every_byte_of_the_directory_counts(whole_archive: Path, tmp_path: Path) -> None:
    raw = whole_archive.read_bytes()
    with Archive.open(whole_archive, PASSWORD) as archive:
        start = archive.directory.start
    for place in range(start, len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 0x01
        (tmp_path / "a.zip").write_bytes(changed)
        try:
            found = verified(tmp_path / "a.zip")
        except ChairsideError:
            continue
        assert not found.is_whole, place - start


def test_a_comment_put_at_the_end_is_found(whole_archive: Path, tmp_path: Path) -> None:
    """Every program reads it, so nothing else would tell."""
    raw = whole_archive.read_bytes()
    (tmp_path / "a.zip").write_bytes(raw[:-2] + b"\x05\x00hello")
    assert faults(verified(tmp_path / "a.zip")) == {"": "the end of the archive was changed"}


def test_nulls_put_after_the_archive_are_found(whole_archive: Path, tmp_path: Path) -> None:
    """Those of another program may have them; ours do not."""
    (tmp_path / "a.zip").write_bytes(whole_archive.read_bytes() + bytes(7))
    assert faults(verified(tmp_path / "a.zip")) == {"": "the end of the archive was changed"}


def test_bytes_put_before_the_archive_are_found(whole_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"prefix" + whole_archive.read_bytes())
    with pytest.raises(ChairsideError):
        verified(tmp_path / "a.zip")


def test_a_missing_entry_is_named(whole_archive: Path, tmp_path: Path) -> None:
    path = remade(whole_archive, tmp_path / "a.zip", lambda texts: texts.pop("visit.txt") and None)
    assert faults(verified(path)) == {"visit.txt": "it is missing"}


def test_an_extra_entry_is_named(whole_archive: Path, tmp_path: Path) -> None:
    path = remade(
        whole_archive, tmp_path / "a.zip", lambda texts: texts.update({"more.txt": b"x\n"})
    )
    assert list(faults(verified(path))) == ["more.txt"]


def test_another_text_under_a_right_key_is_found_by_its_checksum(
    whole_archive: Path, tmp_path: Path
) -> None:
    """Whoever knows the password can lock another text; the manifest's SHA-256 still tells."""

    def change(texts: dict[str, bytes]) -> None:
        texts["visit.txt"] = texts["visit.txt"].replace(b"\n7\t", b"\n8\t")

    found = faults(verified(remade(whole_archive, tmp_path / "a.zip", change)))
    assert "SHA-256" in found["visit.txt"]


def test_a_row_count_that_is_not_the_manifests_is_found(
    whole_archive: Path, tmp_path: Path
) -> None:
    def change(texts: dict[str, bytes]) -> None:
        package = json.loads(texts["datapackage.json"])
        package["resources"][1]["rows"] += 1
        texts["datapackage.json"] = json.dumps(package).encode()

    found = faults(verified(remade(whole_archive, tmp_path / "a.zip", change)))
    assert found == {"visit.txt": "500 rows where the manifest says 501"}


def test_a_table_that_ends_within_a_row_is_told(tmp_path: Path) -> None:
    """Its size, SHA-256 and whole rows may all be as the manifest says."""
    path = tmp_path / "a.zip"
    with ArchiveWriter(path, lambda: derive(PASSWORD), MOMENT) as writer:
        with writer.entry("visit.txt") as entry:
            entry.write(table_text(VISIT, VISITS) + b"501\t")
        contents = [TableContents(VISIT, len(VISITS), entry.record)]
        write_descriptions(writer, SNAPSHOT, contents, [SESSION], VALUE_SETS)
    assert faults(verified(path)) == {"visit.txt": "it ends in the middle of a row"}


@pytest.mark.parametrize(("strength", "version"), [(2, 2), (3, 2), (1, 1)])
def test_another_lock_than_chairsides_is_a_fault_in_an_archive_with_its_manifest(
    whole_archive: Path, tmp_path: Path, strength: int, version: int
) -> None:
    """REQUIREMENTS D14: AES-128, AE-2; AE-1 would tell the checksum of each text."""
    with Archive.open(whole_archive, PASSWORD) as archive:
        texts = {entry.name: archive.read(entry.name, 10**7) for entry in archive.entries}
    path = tmp_path / "a.zip"
    with pyzipper.AESZipFile(path, "w") as other:
        other.setpassword(PASSWORD.encode())
        other.setencryption(pyzipper.WZ_AES, nbits=64 + 64 * strength, force_wz_aes_version=version)
        for name, text in texts.items():
            other.writestr(name, text)
    told = [
        finding for finding in verified(path).findings if "as Chairside does it" in finding.fault
    ]
    assert {finding.entry for finding in told} == set(texts)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"chairside": 1}',
        b'{"chairside": {"format": 1}, "resources": []}',
        b'{"chairside": {"format": 99}}',
        b"\xff\xfe",
    ],
)
def test_a_manifest_that_cannot_be_read_is_a_finding(
    whole_archive: Path, tmp_path: Path, text: bytes
) -> None:
    path = remade(whole_archive, tmp_path / "a.zip", lambda t: t.update({"datapackage.json": text}))
    assert "datapackage.json" in faults(verified(path))


@pytest.mark.parametrize(
    "name", ["../evil", "", "Patient", "a b", "x" * 65, 7, None, "=1+1", "con", "lpt1"]
)
def test_attack_hostile_names_in_the_manifest(
    whole_archive: Path, tmp_path: Path, name: object
) -> None:
    """Scenario: a manifest names a table so that a conversion would write elsewhere.
    Verified: the manifest is refused as a whole."""

    def change(texts: dict[str, bytes]) -> None:
        package = json.loads(texts["datapackage.json"])
        package["resources"][0]["name"] = name
        texts["datapackage.json"] = json.dumps(package).encode()

    with Archive.open(remade(whole_archive, tmp_path / "a.zip", change), PASSWORD) as archive:
        assert archive.manifest is None
        assert archive.manifest_problem is not None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("chairside", "snapshot"), "yesterday"),
        (("chairside", "snapshot"), "2026-11-20T08:00:03+01:00"),
        (("chairside", "snapshot"), "9999-12-31T23:59:59Z"),
        (("chairside", "snapshot"), "0001-01-01T00:00:00Z"),
        (("chairside", "practice"), "half a character: \ud800"),
        (("resources", 0, "description"), "\udfff"),
        (("resources", 0, "bytes"), 10**400),
        (("resources", 0, "rows"), 1 << 63),
    ],
)
def test_attack_values_in_the_manifest_that_break_whoever_uses_them(
    whole_archive: Path, tmp_path: Path, place: tuple[str | int, ...], value: object
) -> None:
    """Vulnerability: whoever knows the password signs any manifest; a conversion crashes on it.
    Verified: the manifest is refused as a whole, in a sentence."""

    def change(texts: dict[str, bytes]) -> None:
        package = json.loads(texts["datapackage.json"])
        inner = package
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = value
        texts["datapackage.json"] = json.dumps(package).encode()

    with Archive.open(remade(whole_archive, tmp_path / "a.zip", change), PASSWORD) as archive:
        assert archive.manifest is None
        with pytest.raises(ArchiveProblem, match="cannot be read"):
            to_csv(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_progress_counts_up_to_the_whole(whole_archive: Path) -> None:
    seen: list[Progress] = []
    with Archive.open(whole_archive, PASSWORD) as archive:
        found = archive.verify(seen.append)
        total = sum(entry.size for entry in archive.entries)
    done = [step.bytes_done for step in seen]
    assert done == sorted(done)
    assert done[-1] == found.bytes == total == seen[-1].bytes_total


@pytest.mark.parametrize("method", ["Deflate", "PPMd"])
def test_it_stops_where_a_long_entry_is_only_authenticated(
    seven_zip: str, tmp_path: Path, method: str
) -> None:
    """What is not unpacked, damaged or of another method, is read to its end for its code."""
    (tmp_path / "large.txt").write_text(os.urandom(2_000_000).hex())
    (tmp_path / "small.txt").write_text("small")
    options = ["-tzip", "-mem=AES256", f"-mm={method}", f"-p{PASSWORD}"]
    command = [seven_zip, "a", *options, "a.zip", "large.txt", "small.txt"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=tmp_path)
    if method == "Deflate":
        with Archive.open(tmp_path / "a.zip", PASSWORD) as archive:
            entry = archive.entry("large.txt")
        raw = bytearray((tmp_path / "a.zip").read_bytes())
        # Its first block, of kind 2, becomes one of kind 3, which there is not.
        raw[entry.data_offset + SALT_BYTES[entry.strength] + CHECK_BYTES] ^= 0x02
        (tmp_path / "a.zip").write_bytes(raw)
    answers = chain([False] * 3, repeat(True))
    with Archive.open(tmp_path / "a.zip", PASSWORD) as archive, pytest.raises(Cancelled):
        archive.verify(cancelled=lambda: next(answers))


def test_it_stops_when_asked(whole_archive: Path) -> None:
    with Archive.open(whole_archive, PASSWORD) as archive, pytest.raises(Cancelled):
        archive.verify(cancelled=lambda: True)
