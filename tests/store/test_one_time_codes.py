"""One-time codes: six digits, ten minutes, one use, five tries (S5, D11, D12)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest

from store import one_time_codes, outbox
from store.access import Actor
from store.database import Store
from store.errors import BadInput, Conflict, NotFound, WrongCode
from store.practice import Practice
from store.use_cases import downloads
from store.use_cases.unattended import claim
from tests.clocks import FixedClock
from tests.people import change_store, last_code, requested, scheduled

SignIn = Callable[[str], Actor]


@pytest.fixture
def dana(sign_in: SignIn) -> Actor:
    return sign_in("dana")


def wrong(code: str) -> str:
    """Return six digits that are not the code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def answer(practice: Practice, actor: Actor, number: int, code: str) -> str:
    """Return the state of the download after a right code."""
    return practice.call(downloads.confirm_download, actor, number, code).state


def state(practice: Practice, number: int) -> str:
    return str(
        practice.call(
            Store.value, "SELECT state FROM data_download WHERE data_download_id = ?", (number,)
        )
    )


def test_d11_the_code_has_six_digits_and_schedules(
    practice: Practice, dana: Actor, awaiting_code: int
) -> None:
    code = last_code(practice)
    assert re.fullmatch(r"[0-9]{6}", code)
    assert state(practice, awaiting_code) == "requested"
    assert answer(practice, dana, awaiting_code, code) == "scheduled"


def test_s5_codes_keep_their_leading_zeros(
    practice: Practice, dana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.one_time_codes.secrets.randbelow", lambda _limit: 7)
    number = requested(practice, dana)
    assert last_code(practice) == "000007"
    assert answer(practice, dana, number, "000007") == "scheduled"


def test_a_code_may_be_typed_with_spaces(
    practice: Practice, dana: Actor, awaiting_code: int
) -> None:
    code = last_code(practice)
    assert answer(practice, dana, awaiting_code, f" {code[:3]} {code[3:]} ") == "scheduled"


@pytest.mark.parametrize("answered", ["", "      ", "x", "1", "12345", "0" * 7, "None"])
def test_d12_nothing_but_the_code_schedules(
    practice: Practice, dana: Actor, awaiting_code: int, answered: str
) -> None:
    with pytest.raises(WrongCode):
        answer(practice, dana, awaiting_code, answered)
    assert state(practice, awaiting_code) == "requested"


def test_d12_no_right_and_no_setting_replaces_the_code(practice: Practice, sign_in: SignIn) -> None:
    """An administrator with every right, in a practice with every setting on: still a code."""
    kim = sign_in("kim")
    for name in ("demo.seed", "two_factor", "mfa.enabled", "otp.required"):
        change_store(practice, "INSERT INTO preference (name, value) VALUES (?, '0')", name)
    number = requested(practice, kim)
    code = last_code(practice)
    with pytest.raises(WrongCode):
        answer(practice, kim, number, wrong(code))
    assert state(practice, number) == "requested"
    assert answer(practice, kim, number, code) == "scheduled"


def test_d11_a_request_without_its_code_is_never_run(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    from store.access import unattended

    requested(practice, dana)
    clock.advance(days=3)
    assert practice.call(claim, unattended("test"), "runner 1") is None


def test_s5_the_code_is_kept_only_as_a_hash(practice: Practice, dana: Actor) -> None:
    requested(practice, dana)
    code = last_code(practice)
    row = practice.call(Store.one, "SELECT * FROM otp_challenge")
    assert row is not None
    assert not [name for name in row.keys() if code in str(row[name])]  # noqa: SIM118
    message = practice.call(Store.one, "SELECT * FROM outbox_message")
    assert message is not None
    assert code.encode() not in message["sealed_body"]
    audited = practice.call(Store.rows, "SELECT description FROM audit_log")
    assert not [event for event in audited if code in event["description"]]


def test_s5_a_code_lives_ten_minutes(
    practice: Practice, dana: Actor, awaiting_code: int, clock: FixedClock
) -> None:
    code = last_code(practice)
    clock.advance(minutes=10)
    with pytest.raises(WrongCode, match="too old"):
        answer(practice, dana, awaiting_code, code)
    clock.advance(seconds=-1)
    assert answer(practice, dana, awaiting_code, code) == "scheduled"


def test_s5_five_tries_and_the_sixth_fails_even_with_the_right_code(
    practice: Practice, dana: Actor, awaiting_code: int
) -> None:
    code = last_code(practice)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCode):
            answer(practice, dana, awaiting_code, wrong(code))
        assert practice.call(downloads.code_tries_left, dana, awaiting_code) == left
    with pytest.raises(WrongCode, match="tries are used up"):
        answer(practice, dana, awaiting_code, code)
    assert state(practice, awaiting_code) == "requested"


def test_s5_the_fifth_try_may_be_the_right_one(
    practice: Practice, dana: Actor, awaiting_code: int
) -> None:
    code = last_code(practice)
    for _ in range(4):
        with pytest.raises(WrongCode):
            answer(practice, dana, awaiting_code, wrong(code))
    assert answer(practice, dana, awaiting_code, code) == "scheduled"


def test_s5_sending_again_waits_30_s_and_never_gives_tries_back(
    practice: Practice, dana: Actor, awaiting_code: int, clock: FixedClock
) -> None:
    first = last_code(practice)
    for _ in range(3):
        with pytest.raises(WrongCode):
            answer(practice, dana, awaiting_code, wrong(first))
    clock.advance(seconds=29)
    with pytest.raises(Conflict, match=r"in 1 second\."):
        practice.call(downloads.resend_code, dana, awaiting_code)
    clock.advance(seconds=1)
    sent = practice.call(downloads.resend_code, dana, awaiting_code)
    assert sent.tries_left == 2
    second = last_code(practice)
    for _ in range(2):
        with pytest.raises(WrongCode):
            answer(practice, dana, awaiting_code, wrong(second))
    with pytest.raises(WrongCode, match="tries are used up"):
        answer(practice, dana, awaiting_code, second)
    clock.advance(minutes=1)
    with pytest.raises(WrongCode, match="tries are used up"):
        practice.call(downloads.resend_code, dana, awaiting_code)


def test_attack_the_older_code_is_dead_once_a_newer_one_was_sent(
    practice: Practice, dana: Actor, awaiting_code: int, clock: FixedClock
) -> None:
    old = last_code(practice)
    old_challenge = practice.call(Store.value, "SELECT otp_challenge_id FROM otp_challenge")
    clock.advance(seconds=31)
    practice.call(downloads.resend_code, dana, awaiting_code)
    with pytest.raises(WrongCode, match="newer"):
        practice.call(one_time_codes.use_code, old_challenge, old)
    assert answer(practice, dana, awaiting_code, last_code(practice)) == "scheduled"


def test_attack_replaying_a_used_code_schedules_nothing(
    practice: Practice, dana: Actor, awaiting_code: int
) -> None:
    """Scenario: a code that was read over somebody's shoulder is entered a second time."""
    code = last_code(practice)
    answer(practice, dana, awaiting_code, code)
    with pytest.raises(Conflict):
        answer(practice, dana, awaiting_code, code)
    challenge = practice.call(Store.value, "SELECT otp_challenge_id FROM otp_challenge")
    with pytest.raises(WrongCode, match="used"):
        practice.call(one_time_codes.use_code, challenge, code)


def test_attack_the_code_of_another_request_is_not_accepted(
    practice: Practice, dana: Actor
) -> None:
    """Vulnerability: a code proves the phone, but not what it was sent for.

    Scenario: the code of one request is entered for another of the same user.
    Verified: it schedules neither; each takes its own.
    """
    first = requested(practice, dana)
    first_code = last_code(practice)
    second = requested(practice, dana)
    second_code = last_code(practice)
    if first_code != second_code:
        with pytest.raises(WrongCode):
            answer(practice, dana, second, first_code)
        with pytest.raises(WrongCode):
            answer(practice, dana, first, second_code)
    assert answer(practice, dana, second, second_code) == "scheduled"
    assert answer(practice, dana, first, first_code) == "scheduled"


def test_attack_another_user_cannot_answer_the_code_of_a_request(
    practice: Practice, sign_in: SignIn, dana: Actor, awaiting_code: int
) -> None:
    code = last_code(practice)
    kim = sign_in("kim")
    for use_case in (downloads.confirm_download,):
        with pytest.raises(NotFound):
            practice.call(use_case, kim, awaiting_code, code)
    with pytest.raises(NotFound):
        practice.call(downloads.resend_code, kim, awaiting_code)
    with pytest.raises(NotFound):
        practice.call(downloads.code_tries_left, kim, awaiting_code)
    assert practice.call(downloads.code_tries_left, dana, awaiting_code) == 5


def test_attack_brute_force_by_requesting_again_and_again(practice: Practice, dana: Actor) -> None:
    """Vulnerability: each new request has five tries of its own.

    Scenario: somebody with the password, but without the phone, requests, guesses, requests…
    Verified: after ten wrong codes in an hour no code is sent any more.
    """
    for _ in range(2):
        number = requested(practice, dana)
        code = last_code(practice)
        for _ in range(5):
            with pytest.raises(WrongCode):
                answer(practice, dana, number, wrong(code))
    with pytest.raises(Conflict, match="last hour"):
        requested(practice, dana)
    assert len(practice.call(outbox.waiting)) == 2


def test_attack_brute_force_with_requests_made_beforehand(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    """Vulnerability: the limit is looked at only when a code is sent.

    Scenario: six requests are made first, and only then guessed at: thirty tries.
    Verified: the eleventh answer is refused, even a right one, until the hour is over.
    """
    made = [(requested(practice, dana), last_code(practice)) for _ in range(6)]
    guesses = 0
    for number, code in made:
        for _ in range(5):
            with pytest.raises((WrongCode, Conflict)) as refused:
                answer(practice, dana, number, wrong(code))
            guesses += refused.type is WrongCode
    assert guesses == 10
    number, code = made[-1]
    with pytest.raises(Conflict, match="last hour"):
        answer(practice, dana, number, code)
    clock.advance(hours=1, seconds=1)
    fresh = requested(practice, dana)
    assert answer(practice, dana, fresh, last_code(practice)) == "scheduled"


def test_attack_parallel_guesses_from_two_programs_get_five_tries_together(
    practice: Practice, practice_data, dana: Actor, awaiting_code: int, clock: FixedClock
) -> None:
    """Vulnerability: a try that is counted after the code was compared can be made many times.

    Scenario: several processes answer the same request at once.
    Verified: five answers are compared, all others are refused.
    """
    code = last_code(practice)
    others = [Practice.open(practice_data, practice.pgid, clock) for _ in range(3)]
    compared: list[str] = []

    def guess(mine: Practice) -> None:
        for _ in range(4):
            with pytest.raises(WrongCode) as refused:
                answer(mine, dana, awaiting_code, wrong(code))
            compared.append(refused.value.what)

    threads = [threading.Thread(target=guess, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert len(compared) == 12
    assert compared.count("That is not the code that was sent.") == 5
    with pytest.raises(WrongCode, match="tries are used up"):
        answer(practice, dana, awaiting_code, code)


def test_attack_of_two_right_answers_at_once_one_schedules(
    practice: Practice, practice_data, dana: Actor, awaiting_code: int, clock: FixedClock
) -> None:
    code = last_code(practice)
    outcomes: list[str] = []

    def confirm(mine: Practice) -> None:
        try:
            outcomes.append(answer(mine, dana, awaiting_code, code))
        except (WrongCode, Conflict) as refused:
            outcomes.append(type(refused).__name__)

    with Practice.open(practice_data, practice.pgid, clock) as other:
        threads = [threading.Thread(target=confirm, args=(p,)) for p in (practice, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes.count("scheduled") == 1
    assert len(outcomes) == 2
    events = practice.call(Store.rows, "SELECT 1 FROM audit_log WHERE action = 'download.schedule'")
    assert len(events) == 1


def test_s9_wrong_codes_are_in_the_audit_trail(
    practice: Practice, dana: Actor, awaiting_code: int
) -> None:
    with pytest.raises(WrongCode):
        answer(practice, dana, awaiting_code, wrong(last_code(practice)))
    event = practice.call(Store.one, "SELECT * FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert event is not None
    assert (event["action"], event["user_id"], event["object"]) == (
        "download.wrong_code",
        dana.user_id,
        f"data_download:{awaiting_code}",
    )


def test_d7_the_code_goes_to_the_number_on_file_at_the_time_of_the_request(
    practice: Practice, dana: Actor, awaiting_code: int, clock: FixedClock
) -> None:
    """Scenario: after the request the number is changed to an attacker's, and the code sent again.

    Verified: the first went to the number on file; none goes to the new number.
    """
    assert [m.recipient for m in practice.call(outbox.waiting)] == ["+15105550142"]
    clock.advance(seconds=31)
    change_store(
        practice,
        "UPDATE user SET cell_phone = '+15105559999', cell_phone_changed_at ="
        " '2026-11-20T17:00:20Z' WHERE user_name = 'dana'",
    )
    with pytest.raises(Conflict, match="changed meanwhile"):
        practice.call(downloads.resend_code, dana, awaiting_code)
    assert [m.recipient for m in practice.call(outbox.waiting)] == ["+15105550142"]


def test_s6_a_number_just_changed_gets_no_code_for_24_hours(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    change_store(
        practice,
        "UPDATE user SET cell_phone_changed_at = '2026-11-20T17:00:00Z' WHERE user_name = 'dana'",
    )
    clock.advance(hours=24, seconds=-1)
    dana = sign_in("dana")
    with pytest.raises(BadInput, match="24 hours"):
        requested(practice, dana)
    clock.advance(seconds=1)
    assert scheduled(practice, dana)


def test_a_code_does_not_show_itself(practice: Practice, dana: Actor) -> None:
    def run(store: Store) -> one_time_codes.NewCode:
        with store.transaction():
            return one_time_codes.new_code(store, dana.user_id or 0, "download.schedule", "••42")

    made = practice.call(run)
    assert made.code not in repr(made)
