"""`chairside portal`, as the front desk and IT support type it, alone or in a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.store.portal_patients import URL, enter_patient, with_portal
from tui.commands import main

INVENTED: tuple[dict[str, object], ...] = (
    {"chart_number": "A-001"},
    {"chart_number": "A-002", "last_name": "Doe", "first_name": "Jane", "birthdate": "1951-11-02"},
    {"chart_number": "A-003", "last_name": "Doe", "first_name": "Jane", "birthdate": "2011-05-06"},
    {"chart_number": "A-004", "last_name": "Doering", "first_name": "Janet", "email": None},
)


@pytest.fixture
def data(practice_data: Path) -> Path:
    """A practice with four patients and a portal, which nobody has open."""
    with Practice.open(practice_data, people.PGID, FixedClock()) as practice:
        with_portal(practice)
        for number, patient in enumerate(INVENTED, 10_001):
            enter_patient(practice, patient_id=number, **patient)
    return practice_data


def run(data: Path, *words: str, user: str = "ana", after: str = "") -> Result:
    """Run `chairside portal WORDS`; `after` is what follows the password on standard input."""
    where = ("--data", str(data), "--user", user, "--password-file", "-")
    typed = f"{people.PASSWORDS[user]}\n{after}"
    return CliRunner().invoke(main, ["portal", words[0], *where, *words[1:]], input=typed)


def told(answer: Result) -> Any:
    return json.loads(answer.stdout)


def state(data: Path, asked: str) -> str:
    return str(told(run(data, "status", asked, "--json"))["access"])


def test_who_is_meant_is_found_by_number_chart_number_or_name_to_the_letter(data: Path) -> None:
    meant = ("10001", "number:10001", "a-001", "chart:A-001", "hoa nguyen", "Nguyễn, Thị Hoa")
    answer = run(data, "status", *meant, "jane doe 11/2/1951", "--json")
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [line["patient"] for line in lines] == [10001] * len(meant) + [10002]
    assert answer.exit_code == 0


def test_two_patients_of_one_name_are_refused_and_told_apart_by_birth_date(data: Path) -> None:
    answer = run(data, "remove", "Jane Doe")
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "2 patients fit" in answer.stderr
    assert "born 02 Nov 1951" in answer.stderr
    assert "born 06 May 2011" in answer.stderr
    assert "Doering" not in answer.stderr
    as_json = run(data, "remove", "Jane Doe", "--json")
    assert [one["patient"] for one in told(as_json)["candidates"]] == [10002, 10003]


def test_the_beginning_of_a_name_is_no_name(data: Path) -> None:
    """A typing error must not act on the only patient who happens to begin like that."""
    answer = run(data, "status", "Doeri", "Jan Doering")
    assert answer.exit_code == 1
    assert answer.stdout.count("not done. Nobody is called exactly that") == 2
    assert "2 failed" in answer.stderr


def test_p2_p10_a_list_is_answered_line_by_line_and_the_rest_is_done(data: Path) -> None:
    asked = "A-001\n\nA-004\nnobody at all\nchart:A-003\n"
    answer = run(data, "provide", "-", "--reveal", "--json", after=asked)
    first, second, third, last = (json.loads(line) for line in answer.stdout.splitlines())
    assert answer.exit_code == 1
    assert (first["ok"], last["ok"]) == (True, True)
    assert first["password"] != last["password"]
    assert (second["ok"], [one["field"] for one in second["missing"]]) == (False, ["email"])
    assert (third["ok"], third["asked"]) == (False, "nobody at all")
    assert "2 done, 2 failed." in answer.stderr
    assert (state(data, "A-001"), state(data, "A-004")) == ("given", "none")


def test_attack_a_password_ends_in_the_log_of_a_script(data: Path, tmp_path: Path) -> None:
    """Vulnerability: a new password in a log file. Scenario: a script, without a terminal.

    Verified: it is refused before a password is made; a saved sheet shows none; P8, P9.
    """
    for words in (("provide", "A-001"), ("provide", "A-001", "--json")):
        refused = run(data, *words)
        assert refused.exit_code == 2
        assert "Nobody would see the new password" in refused.stderr
    assert state(data, "A-001") == "none"
    sheet = tmp_path / "sheet.pdf"
    saved = run(data, "provide", "A-001", "--to", str(sheet), "--json")
    assert saved.exit_code == 0, saved.output
    assert set(told(saved)) & {"password", "file"} == {"file"}
    assert sheet.read_bytes().startswith(b"%PDF")
    assert run(data, "generate", "A-001", "--reveal", "--to", str(sheet)).exit_code == 2


def test_p9_no_password_is_made_for_a_sheet_that_could_not_be_saved(
    data: Path, tmp_path: Path
) -> None:
    for path in (tmp_path / "none" / "a.pdf", tmp_path / "a.txt"):
        assert run(data, "provide", "A-001", "--to", str(path)).exit_code == 1
    assert run(data, "provide", "A-001", "--printer", "Upstairs").exit_code == 1
    assert run(data, "provide", "A-001", "A-003", "--to", str(tmp_path / "a.pdf")).exit_code == 1
    assert state(data, "A-001") == "none"


def test_p9_a_printer_that_is_off_costs_one_patient_a_password_and_no_more(data: Path) -> None:
    """Else a list would replace the passwords of all its patients, and nobody would have them."""
    where = ("--data", str(data), "--user", "kim", "--password-file", "-")
    added = CliRunner().invoke(
        main,
        ["printers", "add", *where, "Desk", "ipp://127.0.0.1:1/ipp/print"],
        input=people.PASSWORDS["kim"],
    )
    assert added.exit_code == 0, added.output
    answer = run(data, "provide", "A-001", "A-003", "--print")
    assert answer.exit_code == 1
    assert "off or cannot be reached" in answer.stdout
    assert "0 done, 1 failed, 1 not begun." in answer.stderr
    assert (state(data, "A-001"), state(data, "A-003")) == ("given", "none")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("192.0.2.7",), "ipps://192.0.2.7/ipp/print"),
        (("[2001:db8::7]:631",), "ipps://[2001:db8::7]/ipp/print"),
        (("Front_desk",), "Front_desk"),
        (("Brother.HL", "--queue"), "Brother.HL"),
        (("lpd:foo",), None),
    ],
)
def test_what_looks_like_an_address_is_no_print_queue(
    data: Path, words: tuple[str, ...], kept: str | None
) -> None:
    where = ("--data", str(data), "--user", "kim", "--password-file", "-")

    def printers(*words: str) -> Result:
        return CliRunner().invoke(main, ["printers", *words, *where], input=people.PASSWORDS["kim"])

    added = printers("add", "Desk", *words)
    assert added.exit_code == (0 if kept else 1), added.output
    found = told(printers("list", "--json"))["printers"]
    assert [one["address"] for one in found] == ([kept] if kept else [])


def test_p3_p5_removed_renamed_and_provided_again(data: Path) -> None:
    def given() -> Any:
        return told(run(data, "provide", "A-001", "--reveal", "--json"))

    assert given()["ok"]
    assert run(data, "user-name", "A-001", "hoa.nguyen").exit_code == 0
    assert run(data, "remove", "A-001").stdout.endswith("Online access is taken away.\n")
    assert run(data, "remove", "A-001").exit_code == 1
    assert given()["user_name"] == "hoa.nguyen"


def test_p6_a_typed_password_is_checked_and_never_shown(data: Path) -> None:
    assert run(data, "provide", "A-001", "--reveal").exit_code == 0
    words = ("set-password", "A-001", "--new-password-file", "-")
    weak = run(data, *words, after="kettle\n")
    assert (weak.exit_code, "A digit is missing" in weak.stderr) == (1, True)
    typed = run(data, *words, after="Kettle77blue\n")
    assert "The typed password counts from now on" in typed.stdout
    assert "Kettle77blue" not in typed.output


def test_who_may_act_for_a_patient_is_entered_with_a_reason_and_ended(data: Path) -> None:
    add = ("representatives", "A-001", "--add", "chart:A-002", "--as", "guardian")
    assert run(data, *add).exit_code == 2
    (entered,) = told(run(data, *add, "--reason", "Court order", "--json"))["representatives"]
    assert (entered["patient"], entered["as"], entered["state"]) == (10002, "guardian", "now")
    ended = run(data, "representatives", "A-001", "--end", "A-002", "--reason", "Over", "--json")
    assert [one["state"] for one in told(ended)["representatives"]] == ["ended"]
    several = run(data, *add[:3], "Jane Doe", "--reason", "Court order")
    assert "born 06 May 2011" in several.stderr


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (("find", "doe"), "Patient - Patients"),
        (("settings",), "Setup - Patient Portal: View Only"),
        (("mail-server", "--take-down"), "Setup - Communications: Full Control"),
        (("invite", "--due"), "Patient - Portal Invitations: Full Control"),
        (("activity",), "Patient - Portal Invitations: View Only"),
    ],
)
def test_d4_without_the_right_each_is_refused_by_name(
    data: Path, words: tuple[str, ...], right: str
) -> None:
    answer = run(data, *words, user="dana")
    assert answer.exit_code == 1
    assert f"the right {right}." in answer.stderr


def test_p4_settings_are_shown_and_changed_by_name(data: Path) -> None:
    changed = run(
        data, "settings", "--tab", "web-mail=on", "--carries", "link", "--json", user="kim"
    )
    now = told(changed)
    assert (now["url"], now["invitation_carries"], now["tabs"]["web_mail"]) == (URL, "link", True)
    refused = run(data, "settings", "--url", "http://portal.example.org", user="kim")
    assert "https" in refused.stderr
    assert "flying" in run(data, "settings", "--tab", "flying=on", user="kim").stderr
    assert told(run(data, "settings", "--json", user="kim")) == now


def test_the_accounts_password_is_taken_from_a_file_and_never_shown(data: Path) -> None:
    secret = "quiet-harbour-71"
    server = ("--host", "smtp.example.org", "--account", "office", "--sender", "a@example.org")
    refused = run(data, "mail-server", *server, user="kim")
    assert (refused.exit_code, "--account-password-file" in refused.stderr) == (2, True)
    file = ("--account-password-file", "-", "--json")
    set_up = run(data, "mail-server", *server, *file, user="kim", after=f"{secret}\n")
    assert set_up.exit_code == 0, set_up.output
    shown = told(set_up)
    assert (shown["host"], shown["port"], shown["account_password"]) == (server[1], 587, True)
    renamed = run(data, "mail-server", "--sender-name", "Maple Grove", user="kim")
    assert "kept, not shown" in renamed.stdout
    assert secret not in set_up.output + renamed.output
