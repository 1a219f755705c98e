"""A real print service, `cupsd` of CUPS, with settings and folders of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = "/usr/sbin/cupsd"
MISSING = "no cupsd or pdftopdf (Debian: cups-daemon, cups-client, cups-filters-core-drivers)"
_FILTER = "/usr/lib/cups/filter/pdftopdf"
# Who may cancel is as Debian delivers it: the owner of a job, and nobody else.
_RULES = """Listen {here}/socket
Browsing No
WebInterface No
DefaultAuthType Basic
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit Cancel-Job Get-Document>
    Require user @OWNER @SYSTEM
    Order deny,allow
  </Limit>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
_PLACES = """ServerRoot {here}/etc
RequestRoot {here}/spool
TempDir {here}/spool
CacheDir {here}/cache
StateDir {here}/state
ServerKeychain {here}/etc
ErrorLog {here}/errors
AccessLog {here}/accesses
PageLog {here}/pages
"""


class PrintService:
    """A print service that runs while its block lasts; `files` are the documents it still keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder / "socket")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def files(self) -> list[str]:
        """Return the names of the documents in its spool folder."""
        return sorted(path.name for path in (self.folder / "spool").glob("d*-*"))

    def run(self, program: str, *arguments: str) -> str:
        """Run one of the programs of CUPS, which have to work; return what it prints."""
        done = subprocess.run(
            [program, *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, "CUPS_SERVER": self.address, "LC_ALL": "C"},
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, (program, arguments, done.stderr)
        return done.stdout

    def add(self, queue: str, printer: str) -> None:
        """Set up a queue without a driver, for a printer at an `ipp://` address."""
        self.run("lpadmin", "-p", queue, "-E", "-v", printer, "-m", "everywhere")

    def start(self) -> None:
        """Start, and wait until it answers."""
        here = self.folder
        self._process = subprocess.Popen(
            [PROGRAM, "-f", "-c", str(here / "etc/rules"), "-s", str(here / "etc/places")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 20
        while "is running" not in self.run("lpstat", "-r"):
            assert self._process.poll() is None, (here / "errors").read_text()
            assert time.monotonic() < until, "cupsd does not answer"
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop; queues and jobs are kept for the next start."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)


def is_there() -> bool:
    """Tell whether the programs are installed."""
    return Path(PROGRAM).exists() and Path(_FILTER).exists() and bool(shutil.which("lpadmin"))


@contextmanager
def running() -> Iterator[PrintService]:
    """Run a print service until the block ends, and leave nothing of it."""
    # The path of a socket is short, and filters run as another user when the service is root's.
    folder = Path(tempfile.mkdtemp(prefix="print-"))
    folder.chmod(0o711)
    for part in ("etc", "spool", "cache", "state"):
        (folder / part).mkdir()
    (folder / "etc/rules").write_text(_RULES.format(here=folder))
    (folder / "etc/places").write_text(_PLACES.format(here=folder))
    service = PrintService(folder)
    service.start()
    try:
        yield service
    finally:
        service.stop()
        shutil.rmtree(folder)
