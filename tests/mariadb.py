"""A real MariaDB server on loopback, with a folder and a port of its own, for one test process.

It encrypts, with a certificate for `localhost` from an authority of its own. `READER` may read
everything and nothing more.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pymysql
import pytest
import trustme
from pymysql.constants import CLIENT

PROGRAM = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
SYSTEM_TABLES = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
READER, PASSWORD = "reader", "it's pässwörd € 𝄞"

_SMALL = (
    *("--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--aria-log-file-size=8M"),
    *("--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=2", "--skip-log-bin"),
    *("--skip-name-resolve", "--max-allowed-packet=64M", "--performance-schema=OFF"),
    "--character-set-server=utf8mb4",
)


class MariaDb:
    """A running server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = folder / "authority.pem"
        self.port = 0
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._set_up()
        self.start()
        self.run(f"CREATE USER {READER} IDENTIFIED BY %s", PASSWORD)
        self.run(f"GRANT SELECT ON *.* TO {READER}")

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process = process = subprocess.Popen(
            [
                *self._command("--bind-address=127.0.0.1", f"--port={self.port}", "--socket=s"),
                *(f"--ssl-{part}={self.folder / part}.pem" for part in ("cert", "key")),
            ],
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        said = b""
        for line in process.stderr:
            said += line
            if b"ready for connections" in line:
                threading.Thread(target=process.stderr.read, daemon=True).start()
                return
        raise AssertionError(said.decode("utf-8", "replace"))

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def connect(self, database: str | None = None, **other: Any) -> Any:
        """Return a connection of the administrator's own."""
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="root",
            database=database,
            autocommit=True,
            ssl_disabled=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
            **other,
        )

    def run(self, sql: str, *values: object, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run statements as the administrator; return the rows of the first."""
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            rows = list(cursor.fetchall())
            while cursor.nextset():
                pass
            return rows

    def load(self, database: str, dump: str) -> None:
        """Make a database of a dump, in the place of what had its name."""
        self.run(f"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database}")
        self.run(dump, database=database)

    def _set_up(self) -> None:
        scripts = [path for name in SYSTEM_TABLES if (path := _shared(name)) is not None]
        self._data.mkdir()
        head = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n"
        told = head + "SET @skip_auth_anonymous=1;\n" + "".join(s.read_text() for s in scripts)
        subprocess.run(
            self._command("--bootstrap", "--silent-startup", "--enforce-storage-engine="),
            input=told.encode(),
            capture_output=True,
            check=True,
        )
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        authority.cert_pem.write_to_path(str(self.authority))
        issued = authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA)
        issued.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        issued.cert_chain_pems[0].write_to_path(str(self.folder / "cert.pem"))

    def _command(self, *more: str) -> list[str]:
        assert PROGRAM is not None
        user = [f"--user={getpass.getuser()}"] if os.geteuid() == 0 else []
        return [PROGRAM, "--no-defaults", f"--datadir={self._data}", *user, *_SMALL, *more]


def _shared(name: str) -> Path | None:
    places = (Path("/usr/share/mysql"), Path("/usr/share/mariadb"))
    return next((place / name for place in places if (place / name).is_file()), None)


@contextmanager
def serving(folder: Path) -> Iterator[MariaDb]:
    """Serve from a folder; skips where no server is installed."""
    if PROGRAM is None or any(_shared(name) is None for name in SYSTEM_TABLES):
        pytest.skip("MariaDB is not installed (Debian: mariadb-server-core)")
    server = MariaDb(folder)
    try:
        yield server
    finally:
        server.kill()
