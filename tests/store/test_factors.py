"""Second factors: authenticator app, recovery codes, text messages (S5, S6, D11, D12, D23)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import factors as factor_store
from store.access import Actor
from store.database import Store
from store.errors import BadInput, Conflict, NotFound, Refused, WrongCode, WrongPassword
from store.practice import Practice
from store.qr_code import CAPACITY, half_blocks
from store.use_cases import downloads, factors, phones
from store.use_cases.factors import Answer
from tests.clocks import FixedClock
from tests.factors import App, begun, enrolled, recovery_codes, texts, wrong
from tests.people import PASSWORDS, change_store, last_code, requested

SignIn = Callable[[str], Actor]


@pytest.fixture
def dana(sign_in: SignIn) -> Actor:
    return sign_in("dana")


@pytest.fixture
def app(practice: Practice, dana: Actor, clock: FixedClock) -> App:
    return enrolled(practice, dana, clock)


def answer(practice: Practice, actor: Actor, number: int, code: str, kind: str) -> str:
    """Return the state of the download after a right answer."""
    return practice.call(downloads.confirm_download, actor, number, code, kind).state


def state(practice: Practice, number: int) -> str:
    sql = "SELECT state FROM data_download WHERE data_download_id = ?"
    return str(practice.call(Store.value, sql, (number,)))


def ask(practice: Practice, actor: Actor) -> downloads.CodeSent:
    day = practice.call(downloads.schedule_form, actor).default_day
    password = PASSWORDS[actor.user_name]
    return practice.call(downloads.request_download, actor, run_on=day, password=password)


def events(practice: Practice, action: str) -> list[str]:
    found = practice.call(
        Store.rows, "SELECT description FROM audit_log WHERE action = ? ORDER BY seq", (action,)
    )
    return [row["description"] for row in found]


def test_d11_an_app_schedules_a_download(practice: Practice, dana: Actor, app: App) -> None:
    sent = ask(practice, dana)
    assert sent.kinds == ("sms", "totp")
    assert answer(practice, dana, sent.download_id, app.code(), "totp") == "scheduled"
    assert events(practice, "download.schedule") == [
        "Scheduled a data download with a code of the authenticator app."
    ]


def test_s5_the_enrolment_shows_a_secret_in_groups_of_four_and_a_qr_code_that_fits(
    practice: Practice, dana: Actor
) -> None:
    enrolment = practice.call(factors.begin_totp, dana)
    assert {len(group) for group in enrolment.secret_groups} == {4}
    secret = "".join(enrolment.secret_groups)
    assert len(secret) == 32
    assert f"secret={secret}" in enrolment.uri
    assert len(enrolment.qr) <= 20
    assert len(enrolment.qr[0]) <= 41
    assert secret not in repr(enrolment)


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=106))
@settings(max_examples=25)
def test_the_qr_code_has_the_modules_that_the_library_made_and_fits(text: str) -> None:
    """Unfolds the half blocks and compares them, module by module."""
    import segno

    lines = half_blocks(text)
    assert len(lines) <= 20
    assert {len(line) for line in lines} <= {len(lines[0])}
    upper = {"▀": (1, 0), "▄": (0, 1), "█": (1, 1), " ": (0, 0)}
    rows: list[list[int]] = []
    for line in lines:
        rows += [[upper[c][0] for c in line], [upper[c][1] for c in line]]
    made = segno.make(text, error="l", micro=False, boost_error=False).matrix
    border = (len(rows[0]) - len(made)) // 2
    assert border >= 1
    inside = [row[border : border + len(made)] for row in rows[border : border + len(made)]]
    assert inside == [[int(module) for module in row] for row in made]
    assert not any(any(row) for row in rows[:border])
    assert not any(any(row) for row in rows[border + len(made) :])


def test_a_text_that_does_not_fit_a_terminal_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes fit"):
        half_blocks("x" * (CAPACITY + 1))


@pytest.mark.parametrize("name", ["d" * 200, "Zoë Nguyễn 😀", "a b/c?d=e&f"])
def test_a_qr_code_fits_whatever_the_user_is_called(
    practice: Practice, dana: Actor, name: str
) -> None:
    change_store(practice, "UPDATE user SET user_name = ? WHERE user_id = ?", name, dana.user_id)
    named = Actor(dana.user_id, dana.session_id, name, "", "", dana.terminal, dana.source)
    enrolment = practice.call(factors.begin_totp, named)
    assert len(enrolment.qr) <= 20
    assert re.fullmatch(r"otpauth://totp/Chairside:[\w%.~-]+\?secret=[A-Z2-7]{32}", enrolment.uri)


def test_an_app_that_was_not_confirmed_counts_for_nothing(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    app = begun(practice, dana, clock)
    number = requested(practice, dana)
    with pytest.raises(WrongCode, match="cannot be used"):
        answer(practice, dana, number, app.code(), "totp")
    with pytest.raises(WrongCode, match="shows now"):
        practice.call(factors.confirm_totp, dana, wrong(app.code()))
    assert practice.call(factors.my_factors, dana).totp_counts_from is None


def test_the_app_before_works_until_the_new_one_is_confirmed(
    practice: Practice, dana: Actor, app: App, clock: FixedClock
) -> None:
    newer = begun(practice, dana, clock)
    number = requested(practice, dana)
    assert answer(practice, dana, number, app.code(), "totp") == "scheduled"
    clock.advance(seconds=30)
    proof = Answer("totp", app.code())
    practice.call(factors.confirm_totp, dana, newer.code(), proof)
    clock.advance(seconds=30)
    number = requested(practice, dana)
    with pytest.raises(WrongCode):
        answer(practice, dana, number, app.code(), "totp")
    assert answer(practice, dana, number, newer.code(), "totp") == "scheduled"


@pytest.mark.parametrize(
    ("steps", "works"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_s5_the_phones_clock_may_be_one_step_early_or_late(
    practice: Practice, dana: Actor, app: App, clock: FixedClock, steps: int, works: bool
) -> None:
    clock.advance(minutes=5)
    number = requested(practice, dana)
    code = app.code(steps)
    if works:
        assert answer(practice, dana, number, code, "totp") == "scheduled"
    else:
        with pytest.raises(WrongCode, match="shows now"):
            answer(practice, dana, number, code, "totp")


def test_attack_replaying_a_time_step(practice: Practice, dana: Actor, app: App) -> None:
    """Vulnerability: the code of an app is good for half a minute, for whoever saw it typed.

    Scenario: it is entered again, for another request, within the same step and the next.
    Verified: neither it nor an older one is accepted again.
    """
    app.clock.advance(minutes=5)
    first, second = requested(practice, dana), requested(practice, dana)
    code, older = app.code(), app.code(-1)
    assert answer(practice, dana, first, code, "totp") == "scheduled"
    for replayed in (code, older):
        with pytest.raises(WrongCode, match="shows now"):
            answer(practice, dana, second, replayed, "totp")
    assert state(practice, second) == "requested"
    app.clock.advance(seconds=30)
    assert answer(practice, dana, second, app.code(), "totp") == "scheduled"


def test_attack_two_answers_with_one_time_step_at_once(
    practice: Practice, dana: Actor, app: App
) -> None:
    """Scenario: both answers are compared before either is taken. Verified: one is."""
    app.clock.advance(minutes=5)

    def check(store: Store) -> factor_store.Proof:
        from store import one_time_codes

        with store.transaction():
            made = one_time_codes.new_code(store, dana.user_id or 0, "factor.change", "not sent")
        spent = one_time_codes.spend_try(store, made.otp_challenge_id)
        return factor_store.check(store, spent, "totp", app.code())

    def take(store: Store, proof: factor_store.Proof) -> None:
        with store.transaction():
            factor_store.take(store, proof)

    proofs = [practice.call(check), practice.call(check)]
    practice.call(take, proofs[0])
    with pytest.raises(WrongCode, match="used already"):
        practice.call(take, proofs[1])


def take_recovery_code(store: Store, actor: Actor, code: str) -> bool:
    """Use a recovery code up, for nothing."""
    from store import one_time_codes

    assert actor.user_id is not None
    with store.transaction():
        made = one_time_codes.new_code(store, actor.user_id, "factor.change", "not sent")
    spent = one_time_codes.spend_try(store, made.otp_challenge_id)
    proof = factor_store.check(store, spent, "recovery", code)
    with store.transaction():
        factor_store.take(store, proof)
    return True


def test_s5_ten_recovery_codes_each_works_once(practice: Practice, dana: Actor, app: App) -> None:
    codes = recovery_codes(practice, dana, Answer("totp", app.code()))
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[2-9a-z]{5}-[2-9a-z]{5}", code) for code in codes)
    for used, code in enumerate(codes[:2], start=1):
        typed = code.upper().replace("-", " ")
        number = requested(practice, dana)
        assert answer(practice, dana, number, typed, "recovery") == "scheduled"
        assert practice.call(factors.my_factors, dana).recovery_left == 10 - used
    for used, code in enumerate(codes[2:], start=3):
        assert practice.call(take_recovery_code, dana, code)
        assert practice.call(factors.my_factors, dana).recovery_left == 10 - used
    number = requested(practice, dana)
    with pytest.raises(WrongCode, match="cannot be used"):
        answer(practice, dana, number, codes[0], "recovery")


def test_attack_a_recovery_code_twice(practice: Practice, dana: Actor, app: App) -> None:
    """Scenario: a code was read on the printed sheet and used by its owner already."""
    codes = recovery_codes(practice, dana, Answer("totp", app.code()))
    first, second = requested(practice, dana), requested(practice, dana)
    answer(practice, dana, first, codes[3], "recovery")
    with pytest.raises(WrongCode, match="on your list"):
        answer(practice, dana, second, codes[3], "recovery")
    assert state(practice, second) == "requested"


def test_new_recovery_codes_end_the_old_ones(practice: Practice, dana: Actor, app: App) -> None:
    old = recovery_codes(practice, dana, Answer("totp", app.code()))
    new = recovery_codes(practice, dana, Answer("recovery", old[0]))
    number = requested(practice, dana)
    with pytest.raises(WrongCode):
        answer(practice, dana, number, old[1], "recovery")
    assert answer(practice, dana, number, new[1], "recovery") == "scheduled"


def test_secrets_and_codes_are_kept_sealed_or_hashed(
    practice: Practice, dana: Actor, app: App
) -> None:
    """Vulnerability: whoever reads the database gains every factor."""
    codes = recovery_codes(practice, dana, Answer("totp", app.code()))
    practice.call(lambda s: s.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
    stored = practice.folder.database.read_bytes()
    for secret in (app.secret, *codes, *(c.replace("-", "") for c in codes)):
        assert secret.encode() not in stored


def test_recovery_codes_need_the_password(practice: Practice, dana: Actor) -> None:
    with pytest.raises(WrongPassword):
        practice.call(factors.new_recovery_codes, dana, "x")
    assert practice.call(factors.my_factors, dana).recovery_left == 0


def test_attack_enrolling_an_app_with_a_stolen_password(
    practice: Practice, dana: Actor, clock: FixedClock
) -> None:
    """Vulnerability: a factor that the password alone adds is no second factor (D12).

    Scenario: somebody knows dana's password, has no access to her phone, enrols an app of their
    own and makes recovery codes, and schedules a download with them.
    Verified: neither counts for 24 hours, and dana's phone is told at once.
    """
    thief = begun(practice, dana, clock)
    practice.call(factors.confirm_totp, dana, thief.code())
    codes = recovery_codes(practice, dana)
    assert [to for to, text in texts(practice) if "tell an administrator" in text] == [
        "+15105550142"
    ] * 2
    clock.advance(minutes=1)
    sent = ask(practice, dana)
    assert sent.kinds == ("sms",)
    for kind, code in (("totp", thief.code()), ("recovery", codes[0])):
        with pytest.raises(WrongCode, match="cannot be used"):
            answer(practice, dana, sent.download_id, code, kind)
    with pytest.raises(WrongCode, match="cannot be used"):
        recovery_codes(practice, dana, Answer("totp", thief.code()))


def test_a_factor_added_without_proof_counts_after_24_hours(
    practice: Practice, sign_in: SignIn, dana: Actor, clock: FixedClock
) -> None:
    app = begun(practice, dana, clock)
    view = practice.call(factors.confirm_totp, dana, app.code())
    assert view.totp_counts_from is not None
    clock.set(view.totp_counts_from)
    clock.advance(seconds=-1)
    assert ask(practice, sign_in("dana")).kinds == ("sms",)
    clock.advance(seconds=1)
    again = sign_in("dana")
    sent = ask(practice, again)
    assert answer(practice, again, sent.download_id, app.code(), "totp") == "scheduled"


def test_s6_a_factor_changed_by_a_clock_that_ran_ahead_counts_once_the_clock_is_right(
    practice: Practice, sign_in: SignIn, clock: FixedClock
) -> None:
    """Scenario: number and recovery codes changed while the clock was five years ahead.
    Verified: what a few minutes explain waits for its day, what a wrong year wrote does not."""
    clock.advance(days=1825)
    dana = sign_in("dana")
    practice.call(phones.change_phone, dana, dana.user_id, "+15105550199", PASSWORDS["dana"])
    recovery_codes(practice, dana)
    clock.advance(minutes=-4)
    assert practice.call(downloads.schedule_form, dana).kinds == ()
    clock.advance(days=-1825)
    dana = sign_in("dana")
    form = practice.call(downloads.schedule_form, dana)
    assert form.kinds == ("sms", "recovery")
    assert not [note for note in form.notes if "24 hours" in note]
    assert practice.call(factors.my_factors, dana).recovery_counts_from == clock.now()


def test_s5_tries_count_over_all_kinds(practice: Practice, dana: Actor, app: App) -> None:
    """Vulnerability: five tries for each kind would be fifteen."""
    codes = recovery_codes(practice, dana, Answer("totp", app.code()))
    app.clock.advance(seconds=30)
    number = requested(practice, dana)
    text = last_code(practice)
    for left, kind in ((4, "sms"), (3, "totp"), (2, "recovery"), (1, "totp"), (0, "nonsense")):
        with pytest.raises(WrongCode):
            answer(practice, dana, number, wrong(text) if kind == "sms" else "000000", kind)
        assert practice.call(downloads.code_tries_left, dana, number) == left
    for kind, right in (("sms", text), ("totp", app.code()), ("recovery", codes[0])):
        with pytest.raises(WrongCode, match="tries are used up"):
            answer(practice, dana, number, right, kind)
    assert state(practice, number) == "requested"


def test_attack_guessing_a_proof_again_and_again(
    practice: Practice, dana: Actor, app: App, clock: FixedClock
) -> None:
    """Scenario: each proof opens a count of its own. Verified: ten wrong ones in an hour end it."""
    begun(practice, dana, clock)
    for _ in range(10):
        with pytest.raises(WrongCode):
            recovery_codes(practice, dana, Answer("totp", wrong(app.code())))
    with pytest.raises(Conflict, match="last hour"):
        recovery_codes(practice, dana, Answer("totp", app.code()))


def test_d12_a_user_with_no_factor_that_counts_schedules_nothing(
    practice: Practice, dana: Actor
) -> None:
    change_store(practice, "UPDATE user SET cell_phone = NULL")
    form = practice.call(downloads.schedule_form, dana)
    assert (form.kinds, len(form.obstacles)) == ((), 1)
    with pytest.raises(BadInput, match="No mobile number"):
        ask(practice, dana)


def test_d23_without_text_messaging_the_app_schedules(
    practice: Practice, dana: Actor, app: App
) -> None:
    change_store(practice, "DELETE FROM communication_registration")
    sent = ask(practice, dana)
    assert (sent.kinds, sent.sent_to) == (("totp",), "")
    waiting = len(texts(practice))
    with pytest.raises(WrongCode):
        answer(practice, dana, sent.download_id, "000000", "sms")
    assert answer(practice, dana, sent.download_id, app.code(), "totp") == "scheduled"
    assert len(texts(practice)) == waiting


def test_attack_the_app_of_another_user(
    practice: Practice, dana: Actor, sign_in: SignIn, clock: FixedClock
) -> None:
    """Scenario: an administrator answers dana's request with an app of their own."""
    kim = sign_in("kim")
    kims = enrolled(practice, kim, clock)
    enrolled(practice, dana, clock)
    number = requested(practice, dana)
    clock.advance(seconds=30)
    with pytest.raises(NotFound):
        answer(practice, kim, number, kims.code(), "totp")
    with pytest.raises(WrongCode):
        answer(practice, dana, number, kims.code(), "totp")


def test_removing_the_app_needs_the_password_and_is_told(
    practice: Practice, dana: Actor, app: App
) -> None:
    with pytest.raises(WrongPassword):
        practice.call(factors.remove_totp, dana, "x")
    practice.call(factors.remove_totp, dana, PASSWORDS["dana"])
    assert "removed" in texts(practice)[-1][1]
    number = requested(practice, dana)
    with pytest.raises(WrongCode):
        answer(practice, dana, number, app.code(), "totp")
    with pytest.raises(BadInput):
        practice.call(factors.remove_totp, dana, PASSWORDS["dana"])


def test_an_administrator_withdraws_the_factors_of_a_lost_phone(
    practice: Practice, dana: Actor, app: App, sign_in: SignIn
) -> None:
    ana = sign_in("ana")
    with pytest.raises(Refused, match="Setup - Security: Full Control"):
        practice.call(factors.revoke_factors, ana, dana.user_id)
    practice.call(factors.revoke_factors, sign_in("kim"), dana.user_id)
    view = practice.call(factors.my_factors, dana)
    assert (view.totp_counts_from, view.recovery_left) == (None, 0)


def test_s9_every_step_is_audited(practice: Practice, dana: Actor, app: App) -> None:
    recovery_codes(practice, dana)
    practice.call(factors.remove_totp, dana, PASSWORDS["dana"])
    found = practice.call(
        Store.rows, "SELECT DISTINCT action FROM audit_log WHERE action LIKE 'factor.%'"
    )
    assert {row["action"] for row in found} == {
        "factor.begin",
        "factor.send_code",
        "factor.proof",
        "factor.add",
        "factor.recovery_codes",
        "factor.remove",
    }


def test_s9_printing_recovery_codes_is_audited_without_them(
    practice: Practice, dana: Actor
) -> None:
    """The trail tells that they left and which way; whoever reads the trail learns no code."""
    codes = recovery_codes(practice, dana)
    practice.call(factors.note_printed, dana, "file")
    practice.call(factors.note_printed, dana, "printer")
    events = practice.call(
        Store.rows, "SELECT * FROM audit_log WHERE action = 'factor.recovery_print' ORDER BY seq"
    )
    assert ["PDF" in event["description"] for event in events] == [True, False]
    assert {event["user_id"] for event in events} == {dana.user_id}
    every = practice.call(Store.rows, "SELECT * FROM audit_log")
    assert not [code for code in codes for event in every if code in str(tuple(event))]


def test_no_codes_are_noted_as_printed_where_there_are_none(
    practice: Practice, dana: Actor
) -> None:
    with pytest.raises(BadInput, match="no recovery codes left"):
        practice.call(factors.note_printed, dana, "file")
