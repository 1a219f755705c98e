"""`chairside users` and `chairside groups`, as IT support types them over SSH."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from store import clock as store_clock
from store.clock import SystemClock
from store.practice import Practice
from store.rights import PERMISSIONS, Right
from store.use_cases.passwords import PasswordChangeNeeded
from tests import people
from tests.clocks import FixedClock
from tests.store.use_cases.staff import attempt
from tui.commands import main


def run(data: Path, *words: str, user: str = "kim", password: str | None = None) -> Result:
    """Run a command as a user of the test practice."""
    where = ("--data", str(data), "--pgid", str(people.PGID))
    who = ("--user", user, "--password-file", "-")
    return CliRunner().invoke(
        main, [*words[:2], *where, *who, *words[2:]], input=password or people.PASSWORDS[user]
    )


def told(data: Path, *words: str) -> Any:
    """Return what a command prints for programs."""
    answer = run(data, *words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_a_one_time_password_is_good_until_a_day_of_the_practice(
    practice_data: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At seven in the evening in California, in November, it is tomorrow in UTC."""
    clock.set(datetime(2026, 11, 21, 3, tzinfo=UTC))
    monkeypatch.setattr(store_clock, "SystemClock", lambda: clock)
    answer = run(practice_data, "users", "reset-password", "dana")
    given = told(practice_data, "users", "reset-password", "dana")
    in_utc = datetime.fromisoformat(given["expires_at"])
    assert in_utc.hour == 3
    assert f"good until {in_utc.day - 1} {in_utc:%b %Y};" in answer.stderr


def test_users_are_entered_listed_changed_hidden_and_shown(practice_data: Path) -> None:
    given = told(
        practice_data,
        *("users", "add", "lee", "--full-name", "Lee Park", "--group", "Front Desk"),
        *("--group", "billing", "--phone", "+1 510 555 0177"),
    )
    assert given["user"] == "lee"
    with (
        Practice.open(practice_data, people.PGID, SystemClock()) as practice,
        pytest.raises(PasswordChangeNeeded),
    ):
        attempt(practice, "lee", given["one_time_password"])
    lee = {u["name"]: u for u in told(practice_data, "users", "list")}["lee"]
    assert (lee["groups"], lee["phone"]) == (["Front Desk", "Billing"], "••77")
    edited = run(practice_data, "users", "edit", "lee", "--job-title", "Reception")
    assert edited.stdout == "lee is saved.\n"
    assert run(practice_data, "users", "hide", "lee").exit_code == 0
    assert "Reception" not in run(practice_data, "users", "list").stdout
    hidden = run(practice_data, "users", "list", "--all")
    assert "lee" in hidden.stdout
    assert "(hidden, new password at next sign-in)" in hidden.stdout
    assert run(practice_data, "users", "unhide", "LEE").exit_code == 0


def test_a_user_is_copied_from_another(practice_data: Path) -> None:
    told(practice_data, "users", "add", "lee", "--full-name", "Lee", "--like", "dana")
    held = told(practice_data, "users", "rights", "lee")
    levels = {r["right"]: (r["level"], r["through"]) for r in held if r["level"] != "None"}
    assert levels == {Right.DATA_DOWNLOAD.value: ("Full Control", [people.KEEPERS])}
    assert (
        "Utilities - Data Download: Full Control"
        in run(practice_data, "users", "rights", "lee").stdout
    )


def test_a_password_is_reset_and_shown_once(practice_data: Path) -> None:
    answer = run(practice_data, "users", "reset-password", "ana")
    assert answer.exit_code == 0
    password = answer.stdout.rsplit(" ", 1)[-1].strip()
    assert run(practice_data, "users", "list", user="ana").exit_code == 1
    refused = run(practice_data, "users", "list", user="ana", password=password)
    assert refused.exit_code == 1
    assert "A new password is needed" in refused.stderr
    assert password not in run(practice_data, "users", "list").output


def test_s4_somebody_with_a_one_time_password_chooses_another(practice_data: Path) -> None:
    password = run(practice_data, "users", "reset-password", "ana").stdout.rsplit(" ", 1)[-1]
    own = "a bench below the elm"
    words = ("users", "password", "--new-password-file", "-")
    refused = run(practice_data, *words, user="ana", password=f"{password.strip()}\nshort\n")
    assert "at least 15" in refused.stderr
    chosen = run(practice_data, *words, user="ana", password=f"{password.strip()}\n{own}\n")
    assert chosen.stdout == "The new password counts from now on.\n"
    again = run(practice_data, *words, user="ana", password=f"{own}\n{own} again\n")
    assert again.exit_code == 0


def test_an_account_is_unlocked(practice_data: Path) -> None:
    for _ in range(5):
        assert run(practice_data, "groups", "list", user="ana", password="x").exit_code == 1
    assert told(practice_data, "users", "list")[0]["paused"]
    assert run(practice_data, "users", "unlock", "ana").stdout == "ana can sign in again.\n"
    assert not told(practice_data, "users", "list")[0]["paused"]


def test_the_factors_of_a_lost_phone_are_withdrawn(practice_data: Path) -> None:
    """Only with the Security right, and the audit trail tells whose."""
    revoke = ("users", "revoke-factors", "dana")
    assert "Setup - Security" in run(practice_data, *revoke, user="ana").stderr
    done = run(practice_data, *revoke)
    assert done.stdout == "dana has no authenticator app and no recovery codes any more.\n"
    (event, *_) = told(practice_data, "audit", "list", "--action", "factor.revoke")
    assert "of dana" in event["text"]


def test_sessions_are_listed_and_ended(practice_data: Path, clock: FixedClock) -> None:
    with Practice.open(practice_data, people.PGID, SystemClock()) as practice:
        people.signed_in(practice, "ana")
        (session,) = told(practice_data, "users", "sessions", "ana")
        assert (session["user"], session["terminal"]) == ("ana", "front desk 1")
        ended = run(practice_data, "users", "sessions", "ana", "--end", str(session["id"]))
        assert ended.stdout == f"Session {session['id']} is ended.\n"
    everybody = run(practice_data, "users", "sessions")
    assert "this command" in everybody.stdout


def test_groups_are_made_set_shown_copied_and_deleted(practice_data: Path) -> None:
    assert run(practice_data, "groups", "new", "Locum").exit_code == 0
    shown = told(practice_data, "groups", "set", "locum", "Data Download=view", "patient.ssn=on")
    granted = {right: level for right, level in shown["rights"].items() if level != "None"}
    assert granted == {"utilities.data_download": "View Only", "patient.ssn": "Full Control"}
    assert shown["version"] == 2
    lines = run(practice_data, "groups", "show", "Locum").stdout.splitlines()
    assert len(lines) == len(PERMISSIONS) + len({p.category for p in PERMISSIONS.values()})
    assert "  Social Security Number      Granted" in lines
    assert run(practice_data, "groups", "copy", "Locum", "Locum at Night").exit_code == 0
    assert run(practice_data, "groups", "delete", "Locum").exit_code == 0
    names = [group["name"] for group in told(practice_data, "groups", "list")]
    assert "Locum at Night" in names
    assert "Locum" not in names


def test_who_holds_a_right_is_answered(practice_data: Path) -> None:
    """The question of the practice administrator: who can download our patients?"""
    held = told(practice_data, "groups", "who-holds", "data download")
    full = {h["group"]: h["users"] for h in held if h["level"] == "Full Control"}
    assert full == {"Administrators": ["Kim Adler"], people.KEEPERS: ["Dana Ruiz"]}
    assert "Kim Adler" in run(practice_data, "groups", "who-holds", "Backup").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("groups", "set", "Front Desk", "Data Download"), "RIGHT=LEVEL"),
        (("groups", "set", "Front Desk", "Data Download=much"), "RIGHT=LEVEL"),
        (("groups", "set", "Front Desk", "Flying=on"), "no right named Flying"),
        (("groups", "show", "Nobody's"), "no group named"),
        (("groups", "delete", "Front Desk"), "cannot be deleted"),
        (("users", "hide", "nobody"), "no user named"),
        (("users", "hide", "kim"), "At least one user"),
        (("users", "edit", "ana", "--phone", "12"), "country code"),
        (("users", "sessions", "--end", "999"), "no such session"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    practice_data: Path, words: tuple[str, ...], said: str
) -> None:
    answer = run(practice_data, *words)
    assert answer.exit_code == 1
    assert said in answer.stderr
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    "words", [("users", "list"), ("users", "hide", "kim"), ("groups", "who-holds", "Backup")]
)
def test_d4_without_the_right_each_is_refused_by_name(
    practice_data: Path, words: tuple[str, ...]
) -> None:
    answer = run(practice_data, *words, user="ana")
    assert answer.exit_code == 1
    assert "Setup - Security: View Only" in answer.stderr
    assert "Setup > Security > Groups" in answer.stderr


def test_a_group_or_a_model_is_needed_to_enter_a_user(practice_data: Path) -> None:
    assert run(practice_data, "users", "add", "lee", "--full-name", "Lee").exit_code == 2
