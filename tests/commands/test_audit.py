"""`chairside audit`, as an auditor types it over SSH."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from store.practice import Practice
from tests import people
from tests.clocks import FixedClock
from tests.store.test_audit import past_the_triggers
from tui.commands import main


def audit(data: Path, *words: str, user: str = "kim") -> Result:
    """Run `chairside audit …` as a user of the test practice."""
    return CliRunner().invoke(
        main,
        [
            *("audit", *words, "--data", str(data), "--pgid", str(people.PGID)),
            *("--user", user, "--password-file", "-"),
        ],
        input=people.PASSWORDS[user] + "\n",
    )


def test_list_shows_the_newest_first_and_filters(practice_data: Path) -> None:
    assert audit(practice_data, "list", user="ana").exit_code == 1
    result = audit(practice_data, "list")
    assert result.exit_code == 0, result.output
    told = result.stdout.splitlines()
    assert "sign_in" in told[0]
    assert told[-1].endswith("The practice was made.")
    result = audit(practice_data, "list", "--by", "ana", "--action", "refused", "--json")
    (event,) = json.loads(result.stdout)
    assert (event["user"], event["right"]) == ("ana", "Reports - Audit Trail")


def test_list_takes_every_filter(practice_data: Path) -> None:
    """S9: it filters by each of these and by period."""
    words = ("--from", "2020-01-01", "--until", "2099-01-01", "--right", "x", "--patient", "1")
    result = audit(practice_data, "list", *words, "--terminal", "a", "--text", "b")
    assert result.exit_code == 0, result.output
    assert result.stdout == "No event fits.\n"


def test_an_unknown_user_is_told_in_a_sentence(practice_data: Path) -> None:
    result = audit(practice_data, "list", "--by", "someone")
    assert result.exit_code == 1
    assert "no such user" in result.stderr


def test_export_writes_and_says_where(practice_data: Path, tmp_path: Path) -> None:
    result = audit(practice_data, "export", "--to", str(tmp_path), "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert Path(told["file"]).read_bytes().count(b"\r\n") == told["events"] + 1
    missing = audit(practice_data, "export", "--to", str(tmp_path / "none"))
    assert missing.exit_code == 1
    assert "no such folder" in missing.stderr


def test_verify_tells_whole_and_its_head_can_be_held_against_it(practice_data: Path) -> None:
    result = audit(practice_data, "verify", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["whole"] is True
    again = audit(practice_data, "verify", "--head", told["head"])
    assert again.exit_code == 0, again.output
    assert again.stdout.startswith("Whole: ")
    number = told["head"].split(":")[0]
    other = audit(practice_data, "verify", "--head", f"{number}:{'0' * 64}")
    assert other.exit_code == 1
    assert f"Event {number} " in other.stderr


@pytest.mark.parametrize("as_json", [True, False])
def test_verify_names_the_first_bad_event_and_fails(
    practice_data: Path, clock: FixedClock, as_json: bool
) -> None:
    audit(practice_data, "list")
    with Practice.open(practice_data, people.PGID, clock) as practice:
        past_the_triggers(practice, "UPDATE audit_log SET terminal = 'x' WHERE seq = 2")
    result = audit(practice_data, "verify", *(["--json"] if as_json else []))
    assert result.exit_code == 1
    assert "The audit trail was altered. Event 2 " in result.stderr
    assert "Traceback" not in result.output
    if as_json:
        assert json.loads(result.stdout)["first_bad"] == 2


def test_review_tells_who_holds_what(practice_data: Path, tmp_path: Path) -> None:
    """S10, on the command line."""
    result = audit(practice_data, "review")
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert "Utilities - Data Download Full Control Dana Ruiz through Data Keepers" in text
    told = json.loads(audit(practice_data, "review", "--json").stdout)
    download = next(r for r in told["rights"] if r["right"] == "utilities.data_download")
    assert {"user": "dana", "level": "full", "through": [people.KEEPERS]} in download["holders"]
    saved = audit(practice_data, "review", "--to", str(tmp_path))
    assert saved.exit_code == 0, saved.output
    assert len(list(tmp_path.glob("access-review-1000-*.csv"))) == 1
