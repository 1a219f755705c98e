"""What the store of codes and factors promises by itself, whoever calls it (S5, S6, D6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from store import factors, one_time_codes, registration, users
from store.access import Actor
from store.clock import instant
from store.database import Store
from store.errors import Conflict, WrongCode
from store.one_time_codes import NOT_SENT, NewCode
from store.practice import Practice
from store.use_cases import factors as use_cases
from store.use_cases.factors import Answer
from tests.clocks import FixedClock
from tests.factors import begun, enrolled, recovery_codes
from tests.people import PASSWORDS, change_store

SignIn = Callable[[str], Actor]
PHONE = "••42"


@pytest.fixture
def dana(sign_in: SignIn) -> Actor:
    return sign_in("dana")


def number_of(actor: Actor) -> int:
    assert actor.user_id is not None
    return actor.user_id


def made(practice: Practice, actor: Actor, purpose: str, sent_to: str = PHONE) -> NewCode:
    """Make a code, as for a request of its own."""

    def run(store: Store) -> NewCode:
        with store.transaction():
            return one_time_codes.new_code(store, number_of(actor), purpose, sent_to)

    return practice.call(run)


def following(practice: Practice, actor: Actor, purpose: str, sent_to: str = PHONE) -> NewCode:
    """Make the next code of what is done one at a time."""

    def run(store: Store) -> NewCode:
        with store.transaction():
            return one_time_codes.next_code(store, number_of(actor), purpose, sent_to)

    return practice.call(run)


def use_up(practice: Practice, code: NewCode) -> None:
    """Note a code as used."""

    def run(store: Store) -> None:
        with store.transaction():
            one_time_codes.mark_used(store, code.otp_challenge_id)

    practice.call(run)


def guess(practice: Practice, code: NewCode, times: int) -> list[str]:
    """Answer wrongly so many times; return what was told to do after each."""
    wrong = f"{(int(code.code) + 1) % 1_000_000:06d}"
    told = []
    for _ in range(times):
        with pytest.raises(WrongCode) as refused:
            practice.call(one_time_codes.use_code, code.otp_challenge_id, wrong)
        told.append(refused.value.do)
    return told


def barred(practice: Practice, actor: Actor) -> bool:
    """Tell whether a user has answered wrongly too often."""
    try:
        practice.call(one_time_codes.check_not_too_many, number_of(actor))
    except Conflict:
        return True
    return False


def test_s5_each_wrong_answer_is_told_how_many_tries_are_left(
    practice: Practice, dana: Actor
) -> None:
    told = guess(practice, made(practice, dana, "download.schedule"), one_time_codes.TRIES)
    counted = [int(n) for text in told for n in re.findall(r"\d+", text)]
    assert counted == list(range(one_time_codes.TRIES - 1, 0, -1))
    assert "start again" in told[-1]


def test_s5_wrong_answers_before_a_right_one_bar_nobody(practice: Practice, dana: Actor) -> None:
    """A slip of the finger in each of many requests is no attack: each ended in a right code."""
    for _ in range(4):
        code = made(practice, dana, "download.schedule")
        guess(practice, code, 3)
        practice.call(one_time_codes.use_code, code.otp_challenge_id, code.code)
        use_up(practice, code)
    assert not barred(practice, dana)


def test_s5_tries_that_went_over_to_a_newer_code_count_once(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    first = made(practice, dana, "phone.verify")
    guess(practice, first, 4)
    clock.advance(one_time_codes.SEND_AGAIN_AFTER)
    newer = following(practice, dana, "phone.verify")
    assert newer.tries_left == one_time_codes.TRIES - 4
    clock.advance(one_time_codes.SEND_AGAIN_AFTER)
    following(practice, dana, "phone.verify")
    assert not barred(practice, dana)


def test_attack_one_users_wrong_answers_do_not_bar_another(
    practice: Practice, dana: Actor, sign_in: SignIn
) -> None:
    """Scenario: somebody answers wrongly on purpose to keep others from their downloads."""
    for _ in range(2):
        guess(practice, made(practice, dana, "download.schedule"), 5)
    assert barred(practice, dana)
    assert not barred(practice, sign_in("kim"))


def test_s5_wrong_answers_bar_for_one_hour_to_the_second(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    for _ in range(2):
        guess(practice, made(practice, dana, "download.schedule"), 5)
    clock.advance(hours=1, seconds=-1)
    assert barred(practice, dana)
    clock.advance(seconds=1)
    assert not barred(practice, dana)


def test_d6_the_newest_registration_says_where_text_messaging_stands(practice: Practice) -> None:
    """A registration that was asked for again is pending, whatever the one before was."""
    assert practice.call(registration.state) == "registered"
    change_store(
        practice,
        "INSERT INTO communication_registration (pgid, state) SELECT pgid, 'pending'"
        " FROM practice_group",
    )
    assert practice.call(registration.state) == "pending"
    change_store(practice, "DELETE FROM communication_registration")
    assert practice.call(registration.state) == "not_registered"


def test_s5_the_next_code_takes_the_place_of_the_open_one_only(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    """Of several that are open the newest gives way, and its tries go on counting."""
    older = made(practice, dana, "phone.verify")
    newest = made(practice, dana, "phone.verify")
    guess(practice, newest, 2)
    clock.advance(one_time_codes.SEND_AGAIN_AFTER)
    following_one = following(practice, dana, "phone.verify")
    assert following_one.tries_left == one_time_codes.TRIES - 2
    practice.call(one_time_codes.use_code, older.otp_challenge_id, older.code)
    with pytest.raises(WrongCode, match="newer"):
        practice.call(one_time_codes.use_code, newest.otp_challenge_id, newest.code)


@pytest.mark.parametrize(
    "over", ["another user", "another purpose", "another phone", "used", "expired", "tried"]
)
def test_s5_where_no_code_is_open_the_next_one_is_fresh(
    practice: Practice, dana: Actor, sign_in: SignIn, clock: FixedClock, over: str
) -> None:
    """What is over, or was for something else, neither delays the next code nor lends it tries."""
    purpose = "factor.change" if over == "another purpose" else "phone.verify"
    whose = sign_in("kim") if over == "another user" else dana
    before = made(practice, whose, purpose, "••99" if over == "another phone" else PHONE)
    guess(practice, before, one_time_codes.TRIES if over == "tried" else 1)
    if over == "used":
        use_up(practice, before)
    if over == "expired":
        clock.advance(one_time_codes.LIFETIME)
    assert following(practice, dana, "phone.verify").tries_left == one_time_codes.TRIES


def test_the_open_code_is_the_newest_that_was_sent_for_the_purpose(
    practice: Practice, dana: Actor, sign_in: SignIn
) -> None:
    def opened() -> int:
        return practice.call(one_time_codes.open_code, number_of(dana), "phone.verify")

    with pytest.raises(WrongCode, match="No code was asked for"):
        opened()
    made(practice, dana, "phone.verify")
    newest = made(practice, dana, "phone.verify")
    made(practice, dana, "phone.verify", NOT_SENT)
    made(practice, dana, "factor.change")
    made(practice, sign_in("kim"), "phone.verify")
    assert opened() == newest.otp_challenge_id
    use_up(practice, newest)
    assert opened() < newest.otp_challenge_id


def test_ending_codes_of_one_purpose_leaves_the_others(
    practice: Practice, dana: Actor, sign_in: SignIn
) -> None:
    """S6: a change of phone ends what was sent to the old one, of that user and those purposes."""
    ended = made(practice, dana, "phone.verify")
    other_purpose = made(practice, dana, "download.schedule")
    other_user = made(practice, sign_in("kim"), "phone.verify")

    def run(store: Store) -> None:
        with store.transaction():
            one_time_codes.end_all(store, number_of(dana), ("phone.verify", "factor.change"))

    practice.call(run)
    with pytest.raises(WrongCode, match="too old"):
        practice.call(one_time_codes.use_code, ended.otp_challenge_id, ended.code)
    for code in (other_purpose, other_user):
        practice.call(one_time_codes.use_code, code.otp_challenge_id, code.code)


def test_s6_a_changed_number_is_a_reason_for_24_hours_and_no_longer(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    def why() -> tuple[str, ...]:
        def run(store: Store) -> tuple[str, ...]:
            return factors.why_no_text_message(store, users.by_id(store, number_of(dana)))

        return practice.call(run)

    assert why() == ()
    change_store(practice, "UPDATE user SET cell_phone_changed_at = '2026-11-20T17:00:00Z'")
    clock.advance(factors.PAUSE)
    assert why() == ()
    clock.advance(seconds=-1)
    (reason,) = why()
    assert "24 hours" in reason


def test_s6_a_code_that_does_not_count_yet_is_passed_over_for_those_that_do(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    app = enrolled(practice, dana, clock)
    codes = recovery_codes(practice, dana, Answer("totp", app.code()))
    change_store(
        practice,
        "UPDATE mfa_factor SET counts_from = ? WHERE mfa_factor_id ="
        " (SELECT min(mfa_factor_id) FROM mfa_factor WHERE kind = 'recovery')",
        instant(clock.now() + timedelta(hours=12)),
    )

    def check(store: Store, code: str) -> factors.Kind:
        with store.transaction():
            new = one_time_codes.new_code(store, number_of(dana), "download.schedule", NOT_SENT)
        spent = one_time_codes.spend_try(store, new.otp_challenge_id)
        return factors.check(store, spent, "recovery", code, for_download=True).kind

    with pytest.raises(WrongCode, match="on your list"):
        practice.call(check, codes[0])
    assert practice.call(check, codes[1]) == "recovery"


def test_an_app_in_use_is_not_one_that_is_being_enrolled(
    practice: Practice, dana: Actor, sign_in: SignIn, clock: FixedClock
) -> None:
    """S5: enrolling a second app, or somebody else's, leaves the secret of the first as it is."""
    app = enrolled(practice, dana, clock)
    assert practice.call(factors.unconfirmed_totp, number_of(dana)) is None
    begun(practice, sign_in("kim"), clock)
    assert practice.call(factors.unconfirmed_totp, number_of(dana)) is None
    newer = begun(practice, dana, clock)

    def step_of(store: Store, code: str) -> int | None:
        row = store.one(
            "SELECT * FROM mfa_factor WHERE user_id = ? AND confirmed_at IS NOT NULL",
            (number_of(dana),),
        )
        assert row is not None
        return factors.matching_step(store, row, code)

    assert practice.call(step_of, app.code()) == int(clock.now().timestamp()) // 30
    assert newer.secret != app.secret


def test_s5_an_app_is_confirmed_once_and_alone(
    practice: Practice, dana: Actor, sign_in: SignIn, clock: FixedClock
) -> None:
    """Of two confirmations at once one wins; the app that somebody else begins stays unproven."""
    kim = sign_in("kim")
    begun(practice, dana, clock)
    begun(practice, kim, clock)

    def confirm(store: Store) -> None:
        with store.transaction():
            factors.confirm_totp(store, row, 1, clock.now())

    row = practice.call(factors.unconfirmed_totp, number_of(dana))
    assert row is not None
    practice.call(confirm)
    assert practice.call(factors.unconfirmed_totp, number_of(kim)) is not None
    with pytest.raises(WrongCode, match="confirmed already"):
        practice.call(confirm)
    assert practice.call(factors.counts_from, number_of(dana), "totp") == clock.now()


def test_s6_the_pause_bars_downloads_and_nothing_else(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    """An app added without proof signs its owner in at once; it schedules a day later."""
    app = begun(practice, dana, clock)
    practice.call(use_cases.confirm_totp, dana, app.code())
    clock.advance(seconds=60)

    def kind(store: Store, *, for_download: bool | None) -> factors.Kind:
        with store.transaction():
            new = one_time_codes.new_code(store, number_of(dana), "sign_in", NOT_SENT)
        spent = one_time_codes.spend_try(store, new.otp_challenge_id)
        if for_download is None:
            return factors.check(store, spent, "totp", app.code()).kind
        return factors.check(store, spent, "totp", app.code(), for_download=for_download).kind

    assert practice.call(kind, for_download=None) == "totp"
    assert practice.call(kind, for_download=False) == "totp"
    with pytest.raises(WrongCode, match="cannot be used"):
        practice.call(kind, for_download=True)


def test_s5_a_factor_of_one_kind_comes_and_goes_without_the_other(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    app = enrolled(practice, dana, clock)
    recovery_codes(practice, dana, Answer("totp", app.code()))
    assert practice.call(factors.counts_from, number_of(dana), "totp") is not None
    practice.call(use_cases.remove_totp, dana, PASSWORDS["dana"])
    assert practice.call(factors.counts_from, number_of(dana), "totp") is None
    assert practice.call(factors.recovery_left, number_of(dana)) == factors.RECOVERY_CODES
