"""A real IPP Everywhere printer on loopback, `ippeveprinter` of CUPS; it keeps what it prints."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PROGRAM = "/usr/sbin/ippeveprinter"
MISSING = "no ippeveprinter or dbus-daemon (Debian: cups-ipp-utils, dbus-daemon)"
_COMMAND = """#!/bin/sh
if [ -e '{here}/is_empty' ]; then
    echo 'STATE: +media-empty' >&2
    while [ -e '{here}/is_empty' ]; do sleep 0.1; done
    echo 'STATE: -media-empty' >&2
fi
"""


class ReadyPrinter:
    """A printer that runs; `pages` are the documents it has printed, oldest first."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def address(self, scheme: str = "ipp") -> str:
        """Return its address, encrypted or not: it answers both on one port."""
        return f"{scheme}://localhost:{self.port}/ipp/print"

    @property
    def pages(self) -> list[bytes]:
        """Return what it has printed, byte for byte."""
        # Beside each document lies what the printer's own program wrote: nothing.
        kept = (path for path in (self.folder / "spool").iterdir() if path.suffix != ".prn")
        return [path.read_bytes() for path in sorted(kept, key=_number)]

    def runs_out_of_paper(self) -> None:
        """Let the next page stop for want of paper."""
        (self.folder / "is_empty").touch()

    def gets_paper(self) -> None:
        """Let the page that waits go on."""
        (self.folder / "is_empty").unlink()


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def is_there() -> bool:
    """Tell whether the programs are installed."""
    return Path(PROGRAM).exists() and shutil.which("dbus-daemon") is not None


@contextmanager
def running(folder: Path, formats: str = "application/pdf") -> Iterator[ReadyPrinter]:
    """Run a printer that takes some formats, until the block ends."""
    (folder / "spool").mkdir(parents=True)
    (folder / "keys").mkdir()
    command = folder / "command"
    command.write_text(_COMMAND.format(here=folder))
    command.chmod(0o700)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        printer = ReadyPrinter(folder, free.getsockname()[1])
    with _bus(folder) as bus, _process(printer, formats, bus):
        yield printer


@contextmanager
def _bus(folder: Path) -> Iterator[str]:
    """The printer wants a message bus to announce itself on; it gets one of its own."""
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(
        [*command, f"--address=unix:dir={folder}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.terminate()


@contextmanager
def _process(printer: ReadyPrinter, formats: str, bus: str) -> Iterator[None]:
    here = printer.folder
    command = [PROGRAM, "-p", str(printer.port), "-n", "localhost", "-r", "off", "-v", "-k"]
    command += ["-d", str(here / "spool"), "-K", str(here / "keys"), "-f", formats]
    with subprocess.Popen(
        [*command, "-c", str(here / "command"), "Desk"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus},
    ) as process:
        assert process.stderr is not None
        # It says where it listens once it does.
        for line in process.stderr:
            if line.startswith(b"printer-uuid"):
                break
        drain = threading.Thread(target=_drain, args=(process.stderr,), daemon=True)
        drain.start()
        try:
            yield
        finally:
            process.terminate()
            process.wait()
            drain.join()


def _drain(pipe: IO[bytes]) -> None:
    """Read on, or the printer stops when the pipe is full."""
    for _line in pipe:
        pass
