"""What all tests share: real input, a movable clock, a real practice, and CI's rule on skips."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.clocks import DUE, START, FixedClock

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from tests.mariadb import MariaDb

PROJECT = Path(__file__).resolve().parent.parent

# A machine that is busy is no reason for a test to fail; in CI a failure must come again.
settings.register_profile("chairside", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("chairside")

# Begun by `nohup` or as a background job of a script, we ignore what a shell's children do not: the
# programs that tests start and stop must begin as at a terminal.
for _number, _usual in (
    (getattr(signal, "SIGHUP", None), signal.SIG_DFL),
    (signal.SIGINT, signal.default_int_handler),
):
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

_skipped: list[str] = []


def pytest_xdist_auto_num_workers() -> int:
    """Kiosk tests wait for paints most of the time: more of them than there are cores."""
    return max(4, os.cpu_count() or 1)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note every skip, so that CI can count it as a failure."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_collection_finish() -> None:
    """Thousands of tests that were collected are no garbage: have nobody look through them."""
    gc.collect()
    gc.freeze()


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note files that skip themselves as a whole."""
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that did not run has not passed."""
    if os.environ.get("CI") and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped where that counts as a failure."""
    if os.environ.get("CI") and _skipped and not hasattr(terminalreporter.config, "workerinput"):
        terminalreporter.section("skipped, which CI counts as failed")
        for name in sorted(set(_skipped)):
            terminalreporter.line(name)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input that nobody here wrote; tests that need it skip without it."""
    shared = Path(os.environ.get("CHAIRSIDE_SHARED", PROJECT.parent / "shared"))
    if not (shared / "data").is_dir():
        pytest.skip(f"no input data: {shared / 'data'} is missing (set CHAIRSIDE_SHARED)")
    return shared / "data"


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """A real database server; missing on a user's machine its tests skip, in CI a failure."""
    from tests import mariadb

    with mariadb.serving(tmp_path_factory.mktemp("mariadb")) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def nothing_slow_under_the_write_lock() -> Iterator[None]:
    """Wherever a test goes, no transaction derives a key or hashes a password."""
    from tests.slow_work import Watch

    with pytest.MonkeyPatch.context() as patch:
        Watch(patch)
        yield


@pytest.fixture
def clock() -> FixedClock:
    """A clock at nine in the morning, 20 November 2026, in California."""
    return FixedClock()


@pytest.fixture(scope="session")
def practice_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice built once per process; each test gets a copy."""
    from store.practice import create_practice
    from tests import people

    data = tmp_path_factory.mktemp("template") / "data"
    clock = FixedClock(START)
    with create_practice(data, people.PGID, people.PRACTICE_NAME, clock, fill=people.fill) as made:
        people.hash_lightly(made)
    return data


@pytest.fixture(scope="session")
def template_with_request(
    practice_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same with a download that dana has asked for: deriving its 300 keys takes a while."""
    from store.practice import Practice
    from tests import people

    data = tmp_path_factory.mktemp("template") / "data"
    shutil.copytree(practice_template, data)
    with Practice.open(data, people.PGID, FixedClock(START)) as opened:
        people.requested(opened, people.signed_in(opened, "dana"))
    return data


@pytest.fixture(scope="session")
def template_with_download(
    template_with_request: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same once its code was answered."""
    from store.practice import Practice
    from store.use_cases.downloads import confirm_download
    from tests import people

    data = tmp_path_factory.mktemp("template") / "data"
    shutil.copytree(template_with_request, data)
    with Practice.open(data, people.PGID, FixedClock(START)) as opened:
        dana = people.signed_in(opened, "dana")
        opened.call(confirm_download, dana, 1, people.last_code(opened))
    return data


@pytest.fixture(scope="session")
def template_with_archive(
    template_with_download: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same the day after, once the real runner has made the archive."""
    from exporter.runner.run import run_due
    from store.practice import Practice
    from tests import people

    data = tmp_path_factory.mktemp("template") / "data"
    shutil.copytree(template_with_download, data)
    with Practice.open(data, people.PGID, FixedClock(DUE)) as opened:
        (outcome,) = run_due(opened)
        assert outcome.state == "ready", outcome.reason
    return data


@pytest.fixture
def practice_data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The data folder of this test's own practice, which nobody has open.

    What it holds besides people is asked for by name: `awaiting_code`, `due` or `made`.
    """
    template = "practice_template"
    if "awaiting_code" in request.fixturenames:
        template = "template_with_request"
    if "due" in request.fixturenames:
        template = "template_with_download"
    if "made" in request.fixturenames:
        template = "template_with_archive"
    data = tmp_path / "data"
    shutil.copytree(request.getfixturevalue(template), data)
    return data


@pytest.fixture
def awaiting_code(practice_data: Path) -> int:
    """The number of a download that dana has just asked for; its code waits in the outbox."""
    return 1


@pytest.fixture
def due(practice_data: Path, clock: FixedClock) -> Iterator[int]:
    """The number of a download that dana has scheduled and that is due now.

    Not for a test that makes its archive: `made` has used the same keys, maybe in this process,
    and no process uses a key twice.
    """
    clock.set(DUE)
    yield 1
    assert not list(practice_data.glob("*/downloads/*")), "ask for `made`, or schedule another"


@pytest.fixture
def made(practice_data: Path, clock: FixedClock) -> Path:
    """The archive of a download that dana scheduled yesterday, in the practice's folder."""
    clock.set(DUE)
    (archive,) = practice_data.glob("*/downloads/*.zip")
    return archive


@pytest.fixture
def practice(practice_data: Path, clock: FixedClock) -> Iterator[Practice]:
    """A real practice with kim (Administrators), dana (Data Keepers) and ana (Front Desk)."""
    from store.practice import Practice
    from tests import people

    with Practice.open(practice_data, people.PGID, clock) as opened:
        yield opened


@pytest.fixture
def sign_in(practice: Practice) -> Callable[[str], Actor]:
    """Sign a user of the test practice in by name: `sign_in("dana")`."""
    from tests import people

    return lambda user_name: people.signed_in(practice, user_name)


@pytest.fixture(scope="session")
def seven_zip() -> str:
    """The real 7-Zip; missing on a user's machine its tests skip, in CI that is a failure."""
    found = shutil.which("7z") or shutil.which("7zz")
    if found is None:
        pytest.skip("7-Zip is not installed (Debian: p7zip-full)")
    return found
