"""What the system is told: each word arrives as it was meant, and nothing else is touched."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exporter.runner import installing, timers
from exporter.runner.timers import HourlyRun
from store.errors import BadInput
from tests import system_programs

ODD = 'it\'s 100%h $HOME \\x "q" `id` ; é'
paths = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Cn", "Co", "Zs"))
    | st.sampled_from(" %$\\\"';`"),
    min_size=1,
).map(lambda text: Path("/") / text.replace("/", "_"))
tables = st.lists(st.sampled_from(["# mine", "0 4 * * * x # Chairside: other", "", "A=1"])).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


def read_by_systemd(command: str) -> list[str]:
    """Read ExecStart as systemd.service(5) tells: quotes, escapes, specifiers, variables."""
    assert re.fullmatch(r'("(?:[^"\\]|\\.)*"\s?)+', command), command
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', command)
    plain = [re.sub(r"\\(.)", r"\1", word) for word in words]
    assert all(re.fullmatch(r"(?:[^%]|%%)*", word) for word in plain), "a specifier"
    assert all(re.fullmatch(r"(?:[^$]|\$\$)*", word) for word in plain[1:]), "a variable"
    plain = [word.replace("%%", "%") for word in plain]
    return [plain[0], *(word.replace("$$", "$") for word in plain[1:])]


@given(python=paths, data=paths)
@example(python=Path("/") / ODD, data=Path("/") / ODD)
@settings(max_examples=50)
def test_systemd_reads_the_words_that_were_meant(python: Path, data: Path) -> None:
    run = HourlyRun(python, data, 1000)
    unit = configparser.RawConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(timers.systemd_service(run))
    assert read_by_systemd(unit["Service"]["ExecStart"]) == run.words
    assert (unit["Service"]["Type"], unit["Service"]["NoNewPrivileges"]) == ("oneshot", "yes")


def test_d13_the_timer_is_hourly_and_catches_up_after_a_time_off() -> None:
    unit = configparser.RawConfigParser(strict=True)
    unit.read_string(timers.systemd_timer(HourlyRun(Path("/p"), Path("/d"), 1000)))
    assert dict(unit["Timer"]) == {"oncalendar": "hourly", "persistent": "true"}
    task = ElementTree.fromstring(
        timers.windows_task(HourlyRun(Path("/p & q"), Path("/d <e>"), 1000), "HERE\\kim")
    )
    text = {element.tag.rpartition("}")[2]: element.text for element in task.iter()}
    assert (text["Interval"], text["StartWhenAvailable"]) == ("PT1H", "true")
    assert (text["Command"], text["UserId"]) == ("/p & q", "HERE\\kim")
    assert '--data "/d <e>" --pgid 1000' in (text["Arguments"] or "")


def test_attack_a_path_that_would_run_something_in_crons_shell(tmp_path: Path) -> None:
    """Vulnerability: a folder named with quotes, a percent sign or backquotes ends the command.

    Verified with the real shell, after cron's own rule for the percent sign.
    """
    program = tmp_path / ODD
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$0" "$@" >"$WORDS"\n', encoding="utf-8")
    program.chmod(0o755)
    run = HourlyRun(program, Path("/data") / ODD, 1000)
    minute, command = timers.cron_line(run).split(" nice ", 1)
    assert minute == "0 * * * *"
    assert not re.search(r"(?<!\\)%", command), "cron ends a command there"
    words = tmp_path / "words"
    subprocess.run(
        ["/bin/sh", "-c", "nice " + command.replace("\\%", "%")],
        check=True,
        env={"PATH": "/usr/bin:/bin", "WORDS": str(words)},
    )
    assert words.read_text("utf-8").splitlines() == run.words


def test_attack_a_line_break_in_a_path_adds_a_line_to_the_crontab() -> None:
    with pytest.raises(BadInput, match="no timer can be told"):
        HourlyRun(Path("/python"), Path("/data\n* * * * * evil"), 1000)


@given(table=tables)
@settings(max_examples=50)
def test_every_other_line_of_a_crontab_stays(table: str) -> None:
    run, other = (HourlyRun(Path("/p"), Path(f"/{name}"), 1000) for name in "ab")
    once = timers.with_cron_line(table, run)
    assert timers.with_cron_line(once, run) == once
    assert timers.without_cron_line(once, run) == table
    both = timers.with_cron_line(once, other)
    assert timers.without_cron_line(both, run) == timers.with_cron_line(table, other)
    moved = once.replace("/p ", "/another/python ")
    assert timers.with_cron_line(moved, run) == once


# With programs of the system


@pytest.fixture
def hourly(tmp_path: Path) -> HourlyRun:
    """The hourly run of a practice in this test's folder."""
    return HourlyRun(Path("/usr/bin/python3"), tmp_path / "data", 1000)


@pytest.mark.parametrize("way", ["systemd", "cron"])
def test_installing_twice_is_installing_once_and_removing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hourly: HourlyRun, way: installing.Way
) -> None:
    system = tmp_path / "system"
    system_programs.put_up(system, monkeypatch, systemd=way == "systemd")
    mine = "MAILTO=me\r\n5 4 * * * other\n"
    (system / "crontab.kept").write_bytes(mine.encode())
    for _ in range(2):
        installing.install(hourly, way)
        assert installing.installed(hourly) == (way,)
    for _ in range(2):
        installing.remove(hourly, way)
        assert installing.installed(hourly) == ()
    assert (system / "crontab.kept").read_bytes() == mine.encode()
    assert not list(system.rglob("chairside-*"))


@pytest.mark.parametrize("way", ["systemd", "cron"])
def test_a_system_that_refuses_is_told_in_a_sentence_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hourly: HourlyRun, way: installing.Way
) -> None:
    """A crontab that cannot be read must not be taken for an empty one, and written over."""
    system = tmp_path / "system"
    system_programs.put_up(system, monkeypatch)
    (system / "crontab.kept").write_text("5 4 * * * other\n")
    (system / "broken").touch()
    with pytest.raises(installing.NotInstalled):
        installing.install(hourly, way)
    (system / "broken").unlink()
    assert (system / "crontab.kept").read_text() == "5 4 * * * other\n"
    assert installing.installed(hourly) == ()
    assert not list(system.rglob("chairside-*"))
