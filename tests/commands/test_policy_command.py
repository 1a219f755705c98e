"""`chairside policy`, as IT support types it over SSH (REQUIREMENTS S4, S5, D12)."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.clock import SystemClock
from store.practice import Practice
from store.use_cases import passwords
from tests import people
from tests.commands.test_users_command import run, told


def test_d12_the_second_factor_of_downloads_is_shown_as_always(practice_data: Path) -> None:
    assert told(practice_data, "policy", "show") == {
        "passwords": "nist",
        "second_factor": "off",
        "archive_passphrase": "when_needed",
        "download_second_factor": "always",
    }
    answer = run(practice_data, "policy", "show")
    assert "Nobody can switch that off" in answer.stdout
    assert "At least 15 characters" in answer.stdout


def test_s4_a_preset_is_set_and_the_rest_stays(practice_data: Path) -> None:
    before = told(practice_data, "policy", "show")
    after = told(practice_data, "policy", "set", "--preset", "yearly")
    assert after == {**before, "passwords": "yearly"}
    with Practice.open(practice_data, people.PGID, SystemClock()) as practice:
        assert practice.call(passwords.policy).preset == "yearly"
        told_to_trail = practice.call(
            lambda store: store.value(
                "SELECT description FROM audit_log WHERE action = 'password.policy'"
            )
        )
    assert "Yearly" in told_to_trail


def test_s5_what_it_means_is_told_with_who_has_no_number(practice_data: Path) -> None:
    with Practice.open(practice_data, people.PGID, SystemClock()) as practice:
        people.change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'ana'")
    words = ("--second-factor", "everyone", "--archive-phrase", "always")
    answer = run(practice_data, "policy", "set", *words)
    assert answer.exit_code == 0, answer.output
    assert "3 users will be asked for a code" in answer.stderr
    assert "1 without a mobile number on file: Ana Silva." in answer.stderr
    assert "Each download is locked with a passphrase of its own." in answer.stdout


def test_d4_only_the_security_right_sets_it(practice_data: Path) -> None:
    for words in (("show",), ("set", "--preset", "strong")):
        answer = run(practice_data, "policy", *words, user="dana")
        assert answer.exit_code == 1
        assert "Setup - Security" in answer.stderr
        assert "Traceback" not in answer.output
    assert told(practice_data, "policy", "show")["passwords"] == "nist"


@pytest.mark.parametrize(
    "words", [(), ("--preset", "none"), ("--second-factor", "sometimes"), ("--download", "off")]
)
def test_wrong_usage_changes_nothing(practice_data: Path, words: tuple[str, ...]) -> None:
    before = told(practice_data, "policy", "show")
    assert run(practice_data, "policy", "set", *words).exit_code == 2
    assert told(practice_data, "policy", "show") == before
