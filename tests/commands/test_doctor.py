"""`chairside doctor` and `runner status`: each kind of harm is found, and how to mend it told."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from store.access import unattended
from store.practice import Practice
from store.use_cases import heartbeat
from store.use_cases.signing_in import sign_out
from tests import people, system_programs
from tests.clocks import START, FixedClock
from tests.exporter.backup.steps import backed_up
from tui.commands import main
from tui.commands.doctor import examine

Harm = Callable[[Path], None]
CHAIRSIDE = (sys.executable, "-c", "from tui.commands import main; main()")


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system of this test's own: no timer of whoever runs the tests is seen or touched."""
    system_programs.put_up(tmp_path / "system", monkeypatch)
    return tmp_path / "system"


def grades(data: Path, clock: FixedClock) -> dict[str, tuple[str, str, str]]:
    return {f.subject: (f.grade, f.text, f.mend) for f in examine(data, people.PGID, clock)}


def _sql(*statements: str) -> Harm:
    def harm(data: Path) -> None:
        with Practice.open(data, people.PGID, FixedClock()) as practice:
            for statement in statements:
                people.change_store(practice, statement)

    return harm


def _open_modes(data: Path) -> None:
    (data / "1000").chmod(0o755)


def _another_key(data: Path) -> None:
    with Practice.open(data, people.PGID, FixedClock()) as practice:
        people.signed_in(practice, "dana")
    (data / "1000" / "secret.key").write_bytes(bytes(32))


def _key_that_cannot_be_read(data: Path) -> None:
    _no_key(data)
    (data / "1000" / "secret.key").mkdir(mode=0o700)


def _no_heads(data: Path) -> None:
    with Practice.open(data, people.PGID, FixedClock()) as practice:
        practice.call(sign_out, people.signed_in(practice, "dana"))
    (data / "1000" / "audit-heads.log").unlink()


def _unknown_zone(data: Path) -> None:
    _sql("UPDATE practice_group SET time_zone = 'Mars/Olympus'")(data)


def _no_key(data: Path) -> None:
    (data / "1000" / "secret.key").unlink()


def _holes_in_the_database(data: Path) -> None:
    with (data / "1000" / "practice.db").open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(size // 2)
        file.write(b"\xa5" * (size // 4))


def _loose_reference(data: Path) -> None:
    db = sqlite3.connect(data / "1000" / "practice.db", isolation_level=None)
    db.execute("DELETE FROM user_group")
    db.close()


def _litter(data: Path) -> None:
    (data / "1000" / "downloads" / ".1000-2026-11-21-0009.zip.part").write_bytes(b"half")


HARMS: tuple[tuple[Harm, str, str, str], ...] = (
    (_open_modes, "store", "broken", "chmod 700"),
    (_no_key, "store", "broken", "from your backup"),
    (_another_key, "store", "broken", "from the same backup"),
    (_key_that_cannot_be_read, "store", "broken", "user who owns it"),
    (_no_heads, "audit trail", "look", "from your backup"),
    (_unknown_zone, "time zone", "broken", "time zone data"),
    (_holes_in_the_database, "", "broken", "backup"),
    (_loose_reference, "references", "broken", "restore"),
    (_litter, "leftovers", "look", "next run"),
    (
        _sql(
            "DROP TRIGGER audit_log_is_never_changed",
            "UPDATE audit_log SET description = 'x' WHERE seq = (SELECT max(seq) FROM audit_log)",
        ),
        "audit trail",
        "broken",
        "audit verify",
    ),
    (
        _sql("INSERT INTO message_carrier (channel, kind) VALUES ('email', 'spool')"),
        "e-mail",
        "look",
        "Communications",
    ),
    (
        _sql(
            "INSERT INTO outbox_message (channel, purpose, recipient_masked, state, created_at,"
            " not_before) VALUES ('sms', 'test', 'x', 'undelivered', '2026-11-20T16:00:00Z',"
            " '2026-11-20T16:00:00Z')"
        ),
        "messages",
        "look",
        "messages status",
    ),
    (
        _sql(
            "INSERT INTO printer (name, kind, address, health) VALUES ('p', 'cups', 'q', 'failing')"
        ),
        "printer p",
        "broken",
        "Setup > Printers",
    ),
)


@pytest.mark.parametrize(("harm", "subject", "grade", "mend"), HARMS)
def test_each_harm_is_found_and_how_to_mend_it_told(
    practice_data: Path, harm: Harm, subject: str, grade: str, mend: str
) -> None:
    before = grades(practice_data, FixedClock())
    harm(practice_data)
    after = grades(practice_data, FixedClock())
    changed = {name: found for name, found in after.items() if before.get(name) != found}
    assert any(
        (not subject or name == subject) and found[0] == grade and mend in found[2]
        for name, found in changed.items()
    ), changed


@pytest.mark.parametrize(
    ("path", "mode", "subject"),
    [
        ("practice.db", 0o400, "writing"),
        ("downloads", 0o500, "folders"),
        ("spool", 0o500, "folders"),
        ("audit-heads.log", 0o400, "folders"),
    ],
)
def test_what_cannot_be_written_is_found(
    practice_data: Path, path: str, mode: int, subject: str
) -> None:
    """The run would fail every hour, and nobody look into its output."""
    with Practice.open(practice_data, people.PGID, FixedClock()) as practice:
        practice.call(sign_out, people.signed_in(practice, "dana"))
    # Root may write everywhere until it gives that up.
    plain = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
    where = practice_data / "1000" / path
    kept = stat.S_IMODE(where.stat().st_mode)
    where.chmod(mode)
    try:
        doctor = subprocess.run(
            [*plain, *CHAIRSIDE, "doctor", "--json", "--data", str(practice_data)],
            capture_output=True,
            check=False,
        )
    finally:
        where.chmod(kept)
    grades = {one["subject"]: one["grade"] for one in json.loads(doctor.stdout)}
    assert (doctor.returncode, grades[subject]) == (1, "broken")


@pytest.mark.parametrize("harm", ["lost", "cut"])
def test_an_archive_that_cannot_be_retrieved_any_more_is_found(
    practice_data: Path, made: Path, clock: FixedClock, harm: str
) -> None:
    if harm == "lost":
        made.unlink()
    else:
        os.truncate(made, 1000)
    grade, text, _mend = grades(practice_data, clock)["archives"]
    assert (grade, made.name in text) == ("broken", True)


def test_an_unknown_zone_stops_neither_the_findings_nor_a_backup(
    practice_data: Path, clock: FixedClock, tmp_path: Path
) -> None:
    _unknown_zone(practice_data)
    with Practice.open(practice_data, people.PGID, clock) as practice:
        assert backed_up(practice, tmp_path / "to").path.is_file()
    told = CliRunner().invoke(main, ["runner", "status", "--data", str(practice_data)])
    assert "has never run (Mars/Olympus)" in told.output


def test_a_full_disk_is_told_where_the_practice_cannot_be_opened(
    practice_data: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite says no more than that it cannot read or write."""
    _no_key(practice_data)
    monkeypatch.setattr(
        "exporter.runner.checkup.shutil.disk_usage", lambda _path: SimpleNamespace(free=4096)
    )
    assert grades(practice_data, clock)["disk"][0] == "broken"


def test_a_clock_before_the_last_event_is_broken(practice_data: Path) -> None:
    assert grades(practice_data, FixedClock())["clock"][0] == "ok"
    found = grades(practice_data, FixedClock(START - timedelta(hours=1)))["clock"]
    assert found[0] == "broken"
    assert "16:00 UTC" in found[1]


def test_a_nightly_run_that_stopped_is_an_alarm_once_something_is_due(
    practice_data: Path, clock: FixedClock
) -> None:
    with Practice.open(practice_data, people.PGID, clock) as practice:
        number = practice.call(heartbeat.begin_run, unattended("x"), "here", "timer")
        practice.call(heartbeat.end_run, unattended("x"), number, "done")
        people.scheduled(practice, people.signed_in(practice, "dana"))
    assert grades(practice_data, clock)["nightly run"][:2] == ("ok", "Last 09:00, next 10:00.")
    clock.advance(hours=3)
    assert grades(practice_data, clock)["nightly run"][0] == "look"
    clock.advance(days=1)
    grade, text, mend = grades(practice_data, clock)["nightly run"]
    assert (grade, "chairside runner install" in mend) == ("broken", True)
    assert "has not run since 20 Nov 09:00. Downloads are due: 1." in text


def test_a_backup_that_is_old_or_was_never_made_is_told(
    practice_data: Path, clock: FixedClock, tmp_path: Path
) -> None:
    assert grades(practice_data, clock)["backup"][0] == "look"
    with Practice.open(practice_data, people.PGID, clock) as practice:
        backed_up(practice, tmp_path / "to")
        practice.folder.workplace.mkdir()
    grade, text, _mend = grades(practice_data, clock)["backup"]
    assert (grade, text) == ("ok", "Last made on 20 Nov 2026 17:00 UTC.")
    clock.advance(days=3, seconds=1)
    grade, text, mend = grades(practice_data, clock)["backup"]
    assert (grade, "chairside backup" in mend) == ("look", True)
    assert "3 days ago" in text
    assert ".backup" in grades(practice_data, clock)["leftovers"][1]


def test_the_command_shows_nobodys_data_and_exits_1_where_something_is_broken(
    practice_data: Path, system: Path
) -> None:
    _loose_reference(practice_data)
    place = ["--data", str(practice_data), "--pgid", "1000"]
    answer = CliRunner().invoke(main, ["doctor", *place, "--json"])
    assert answer.exit_code == 1
    found = {line["subject"]: line for line in json.loads(answer.stdout)}
    assert found["references"]["grade"] == "broken"
    assert found["SQLite, reading"]["grade"] == "ok"
    plain = CliRunner().invoke(main, ["doctor", *place])
    assert "broken  references" in plain.stdout
    for name in ("Dana", "Kim", "+1510"):
        assert name not in plain.stdout + answer.stdout


def test_install_status_and_remove_on_the_command_line(practice_data: Path, system: Path) -> None:
    place = ["--data", str(practice_data), "--pgid", "1000"]
    cli = CliRunner()
    shown = cli.invoke(main, ["runner", "install", *place, "--print"])
    assert "OnCalendar=hourly" in shown.stdout
    assert not (system / "config").exists(), "--print writes nothing"
    done = cli.invoke(main, ["runner", "install", *place])
    assert (done.exit_code, "The systemd timer is set up" in done.stdout) == (0, True)
    status = cli.invoke(main, ["runner", "status", *place, "--json"])
    told = json.loads(status.stdout)
    assert (status.exit_code, told["silent"], told["installed"]) == (1, True, ["systemd"])
    for both in (("--print", "--remove"), ("--cron", "--systemd")):
        assert cli.invoke(main, ["runner", "install", *place, *both]).exit_code == 2
    again = cli.invoke(main, ["runner", "status", *place, "--json"])
    assert json.loads(again.stdout)["installed"] == ["systemd"], "--print removes nothing"
    for _ in range(2):
        removed = cli.invoke(main, ["runner", "install", *place, "--remove"])
        assert removed.exit_code == 0
    assert f"No timer is set up for the practice in {practice_data / '1000'}." in removed.stdout
