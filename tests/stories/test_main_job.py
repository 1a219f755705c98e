"""The main job on the command line: from another system's dump to files for people."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import threading
from pathlib import Path

import openpyxl

from tests import people
from tests.stories.shell import PROGRAM, Shell


def _as_user(user: str) -> list[str]:
    return ["--user", user, "--password-file", "-"]


def request_with_code(shell: Shell, user: str) -> str:
    """Schedule a download as a person at a terminal would: the code comes from the spool."""
    spool = shell.data / "1000" / "spool"
    command = [str(PROGRAM), "download", "request", *_as_user(user), "--json"]
    environment = {"HOME": str(shell.home), "CHAIRSIDE_DATA": str(shell.data), "PATH": "/usr/bin"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    overdue = threading.Timer(60, process.kill)
    overdue.start()
    process.stdin.write(people.PASSWORDS[user] + "\n")
    process.stdin.flush()
    told = process.stderr.readline()
    assert "mobile ending in" in told, told + process.stderr.read()
    message = max(spool.iterdir()).read_text("utf-8")
    code = re.search(r"\b\d{6}\b", message)
    assert code is not None
    out, error = process.communicate(code.group() + "\n")
    overdue.cancel()
    assert process.returncode == 0, error
    return str(json.loads(out)["id"])


def test_from_a_dump_to_csv_and_workbook(shell: Shell, shared_data: Path, tmp_path: Path) -> None:
    """D4, D7, D9, D11, D13-D18 in one path, each step a command of its own."""
    dump = shared_data / "opendental_100.sql.gz"
    imported = shell("import", "opendental", dump, *_as_user("kim"), stdin=people.PASSWORDS["kim"])
    assert imported.code == 0, imported.err
    assert re.search(r"procedurelog > procedure +2,103 +2,103 +0", imported.out), imported.out

    number = request_with_code(shell, "dana")
    ran = shell(
        "runner",
        "run",
        "--now",
        "--small",
        "--json",
        *_as_user("kim"),
        stdin=people.PASSWORDS["kim"],
    )
    assert ran.code == 0, ran.err
    (made,) = json.loads(ran.out)
    assert made["state"] == "ready"

    copies = tmp_path / "copies"
    copies.mkdir()
    saved = shell(
        "download",
        "save",
        number,
        "--to",
        copies,
        *_as_user("dana"),
        stdin=people.PASSWORDS["dana"],
    )
    assert saved.code == 0, saved.err
    archive = copies / made["file"]
    with_password = ["--password-file", "-"]
    verified = shell("archive", "verify", archive, *with_password, stdin=people.PASSWORDS["dana"])
    assert verified.code == 0, verified.err

    tables = copies / "csv"
    converted = shell(
        "archive",
        "to-csv",
        archive,
        "--to",
        tables,
        *with_password,
        stdin=people.PASSWORDS["dana"],
    )
    assert converted.code == 0, converted.err
    with (tables / "patient.csv").open(encoding="utf-8-sig", newline="") as file:
        patients = list(csv.DictReader(file))
    control = json.loads((shared_data / "opendental_100.control.json").read_text())
    assert len(patients) == control["rows"]["patient"]
    assert min(p["birthdate"] for p in patients) == control["patients"]["min_Birthdate"]

    workbook = copies / "practice.xlsx"
    converted = shell(
        "archive",
        "to-xlsx",
        archive,
        "--to",
        workbook,
        *with_password,
        stdin=people.PASSWORDS["dana"],
    )
    assert converted.code == 0, converted.err
    book = openpyxl.load_workbook(workbook, read_only=True)
    splits = book["pay_split"].iter_rows(values_only=True)
    header = [str(cell) for cell in next(splits)]
    amount = header.index("amount")
    total = sum(round(float(str(row[amount])) * 100) for row in splits)
    assert total == round(float(control["sums"]["paysplit.SplitAmt"]) * 100)
    book.close()

    trail = shell("download", "list", *_as_user("kim"), stdin=people.PASSWORDS["kim"])
    assert "retrieved" in trail.out
    assert "Dana Ruiz" in trail.out


def test_init_makes_a_practice_that_opens(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "new"
    made = shell(
        "init",
        "--pgid",
        "7",
        "--name",
        "Praxis Dr. Ñandú",
        "--owner",
        "rita",
        "--owner-phone",
        "+15105550199",
        "--password-file",
        "-",
        stdin="four quiet brown horses\n",
        data=data,
    )
    assert made.code == 0, made.err
    assert (data / "7").stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o077 for p in (data / "7").rglob("*")} == {0}
    listed = shell(
        "download", "list", *_as_user("rita"), stdin="four quiet brown horses\n", data=data
    )
    assert listed.code == 0, listed.err
    assert "No data download" in listed.out
