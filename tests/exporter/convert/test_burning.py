"""Burning, onto xorriso's drive that is made of a file."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.archive.errors import Cancelled
from exporter.archive.progress import Progress
from exporter.archive.reader import Archive
from exporter.convert import burning
from exporter.convert.burning import BurningFailed, burn, compare
from exporter.convert.disc import to_disc
from exporter.convert.disclosing import burn_disclosed
from store.errors import NotFound, SessionEnded
from store.practice import Practice
from store.use_cases.signing_in import sign_out
from tests import people
from tests.exporter.archive.making import PASSWORD
from tests.source_files import PROJECT

pytestmark = pytest.mark.skipif(
    shutil.which("xorriso") is None, reason="xorriso is not installed (apt install xorriso)"
)


@pytest.fixture
def image(whole_archive: Path, tmp_path: Path) -> Path:
    with Archive.open(whole_archive, PASSWORD) as archive:
        return to_disc(archive, tmp_path / "images").images[0].path


def test_a_disc_is_burned_and_read_back(image: Path, tmp_path: Path) -> None:
    """D19: burned, then compared byte for byte."""
    seen: list[Progress] = []
    burn(image, f"stdio:{tmp_path / 'disc'}", seen.append)
    size = image.stat().st_size
    assert (tmp_path / "disc").read_bytes()[:size] == image.read_bytes()
    assert seen[-1].bytes_done == seen[-1].bytes_total == 2 * size
    assert [path.name for path in image.parent.iterdir()] == [image.name]


def test_a_burned_disc_is_in_the_trail_even_where_its_session_ended_meanwhile(
    practice: Practice, image: Path, tmp_path: Path
) -> None:
    """D18, D19: nobody takes a burned disc back, so nothing keeps it out of the trail."""
    kim = people.signed_in(practice, "kim")

    def end(_progress: Progress) -> None:
        practice.call(sign_out, kim)

    burn_disclosed(practice, kim, image, 3, f"stdio:{tmp_path / 'disc'}", progress=end)
    (row,) = practice.call(lambda s: s.rows("SELECT user_id, form, description FROM disclosure"))
    assert tuple(row) == (kim.user_id, "disc", f"Burned {image.name}: 3 CSV files.")
    told = practice.call(
        lambda s: s.rows("SELECT action, user_id FROM audit_log ORDER BY seq DESC LIMIT 1")
    )
    assert [tuple(event) for event in told] == [("disclosure", kim.user_id)]
    with pytest.raises(SessionEnded):
        burn_disclosed(practice, kim, image, 3, f"stdio:{tmp_path / 'another'}")
    assert not (tmp_path / "another").exists()


def test_damage_on_the_disc_is_found(image: Path, tmp_path: Path) -> None:
    """Scenario: a drive that says all is well and wrote one byte wrong."""
    disc = tmp_path / "disc"
    burn(image, f"stdio:{disc}")
    raw = bytearray(disc.read_bytes())
    raw[raw.index(b"Nguy")] ^= 1
    disc.write_bytes(raw)
    with pytest.raises(BurningFailed, match="does not read back"):
        compare(image, f"stdio:{disc}")
    assert [path.name for path in image.parent.iterdir()] == [image.name]


def test_what_stands_on_a_disc_is_never_overwritten(image: Path, tmp_path: Path) -> None:
    disc = tmp_path / "disc"
    burn(image, f"stdio:{disc}")
    before = disc.read_bytes()
    with pytest.raises(BurningFailed, match="no blank disc"):
        burn(image, f"stdio:{disc}")
    assert disc.read_bytes() == before


def test_a_disc_that_is_too_small_is_told_before_writing(tmp_path: Path) -> None:
    """An image larger than all free space, made of a hole, so that it takes none itself."""
    image = tmp_path / "a.iso"
    with image.open("wb") as file:
        file.truncate(shutil.disk_usage(tmp_path).free + (1 << 30))
    with pytest.raises(BurningFailed, match="too small"):
        burn(image, f"stdio:{tmp_path / 'disc'}")
    assert not (tmp_path / "disc").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_drive_that_stops_while_it_writes_is_told(image: Path) -> None:
    with pytest.raises(BurningFailed, match=r"The drive stopped: .*writing"):
        burn(image, "stdio:/dev/full")


def test_no_such_drive_is_told(image: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such drive"):
        burn(image, f"stdio:{tmp_path / 'none' / 'disc'}")


def test_without_xorriso_it_says_what_to_do(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    assert burning.drives() == ()
    with pytest.raises(NotFound, match="Install the program xorriso"):
        burn(image, "/dev/sr0")


def test_stopping_ends_the_drive_and_leaves_no_copy(image: Path, tmp_path: Path) -> None:
    answers = iter([False, True])
    with pytest.raises(Cancelled, match="Destroy that disc"):
        burn(image, f"stdio:{tmp_path / 'disc'}", cancelled=lambda: next(answers, True))
    assert [path.name for path in image.parent.iterdir()] == [image.name]


DRIVE = """\
#!/bin/sh
case "$*" in
*-tell_media_space*)
    echo "Media current: CD-R"; echo "Media status : is blank"; echo "Media space  : 358000s" ;;
*)
    exec 3> alive; echo $$ >&3; exec cat nothing ;;
esac
"""
"""A drive that burns for ever; the pipe `alive` is open for as long as it does."""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_attack_a_disc_that_is_finished_after_chairside_was_killed(
    image: Path, tmp_path: Path, ending: signal.Signals
) -> None:
    """Vulnerability: a readable disc that nobody reads back, and no disclosure tells of."""
    drive = tmp_path / "bin" / "xorriso"
    drive.parent.mkdir()
    drive.write_text(DRIVE)
    drive.chmod(0o755)
    for name in ("alive", "nothing"):
        os.mkfifo(tmp_path / name)
    program = (
        "import sys; from pathlib import Path; from exporter.convert.burning import burn;"
        "burn(Path(sys.argv[1]), '/dev/sr0')"
    )
    path = f"{drive.parent}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(image)],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(PROJECT)},
    ) as chairside:
        with (tmp_path / "alive").open("rb", buffering=0) as alive:
            burner = int(alive.readline())
            chairside.send_signal(ending)
            try:
                chairside.wait(60)
            finally:
                chairside.kill()
            has_ended = select.select([alive], [], [], 60)[0] and not alive.read(1)
        if not has_ended:
            os.kill(burner, signal.SIGKILL)
        assert has_ended, "the drive goes on burning"
