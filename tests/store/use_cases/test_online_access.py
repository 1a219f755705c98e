"""Online access at the desk: provide, generate, type, rename, print, remove (P1–P10, P14)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from store.access import Actor
from store.database import Store
from store.errors import BadInput, Conflict, NotFound, SignInFailed
from store.practice import Practice
from store.use_cases import online_access, portal_sign_in
from store.use_cases.online_access import Credentials, MissingData
from tests.clocks import FixedClock
from tests.people import SignIn, change_store
from tests.store.portal_patients import URL, credential, enter_patient, trail, with_portal


@pytest.fixture
def ana(practice: Practice, sign_in: SignIn) -> Actor:
    """Ana at the front desk of a practice whose portal has an address."""
    with_portal(practice)
    return sign_in("ana")


@pytest.fixture
def hoa(practice: Practice) -> int:
    """A patient who has all that P1 asks for."""
    return enter_patient(practice)


@pytest.fixture
def given(practice: Practice, ana: Actor, hoa: int) -> Credentials:
    """What ana was told when she gave that patient online access."""
    return practice.call(online_access.provide, ana, hoa)


def signs_in(practice: Practice, told: Credentials) -> bool:
    """Tell whether these credentials are good at the portal."""
    try:
        practice.call(portal_sign_in.sign_in, told.user_name, told.password)
    except SignInFailed:
        return False
    return True


def test_p1_all_that_is_missing_is_listed_at_once(practice: Practice, ana: Actor) -> None:
    empty = dict.fromkeys(
        ("first_name", "address", "city", "state", "birthdate", "email", "wireless_phone")
    )
    patient = enter_patient(practice, **empty, last_name=" ")
    told = practice.call(online_access.online_access, ana, patient)
    fields = [missing.field for missing in told.missing]
    assert fields == [*list(empty)[:1], "last_name", *list(empty)[1:-1], "phone"]
    with pytest.raises(MissingData) as refused:
        practice.call(online_access.provide, ana, patient)
    assert refused.value.missing == told.missing
    assert all(missing.sentence in refused.value.what for missing in told.missing)
    assert practice.call(online_access.online_access, ana, patient).state == "none"


def test_p2_provide_gives_a_name_and_a_password_that_work(
    practice: Practice, ana: Actor, hoa: int, given: Credentials
) -> None:
    told = practice.call(online_access.online_access, ana, hoa)
    assert (told.state, told.user_name, told.granted_by) == ("given", given.user_name, "Ana Silva")
    assert (told.portal_url, told.is_one_time, told.missing) == (URL, True, ())
    assert given.user_name.startswith("Thihoa")
    assert given.password not in repr(given)
    assert signs_in(practice, given)
    with pytest.raises(Conflict, match="already"):
        practice.call(online_access.provide, ana, hoa)


def test_p2_provide_needs_the_portal_address_and_a_living_patient(
    practice: Practice, ana: Actor, hoa: int
) -> None:
    with pytest.raises(Conflict, match="deceased"):
        practice.call(online_access.provide, ana, enter_patient(practice, status="deceased"))
    with pytest.raises(NotFound):
        practice.call(online_access.provide, ana, 999_999)
    change_store(practice, "UPDATE practice_group SET portal_url = NULL")
    with pytest.raises(Conflict) as refused:
        practice.call(online_access.provide, ana, hoa)
    assert "Setup > Patient Portal" in refused.value.do


def test_p3_removed_access_ends_and_comes_back_under_its_name(
    practice: Practice, ana: Actor, hoa: int, given: Credentials
) -> None:
    practice.call(online_access.remove, ana, hoa)
    assert not signs_in(practice, given)
    told = practice.call(online_access.online_access, ana, hoa)
    assert (told.state, told.removed_by, told.is_one_time) == ("removed", "Ana Silva", False)
    for use_case in (online_access.remove, online_access.generate):
        with pytest.raises(Conflict, match="no online access"):
            practice.call(use_case, ana, hoa)
    again = practice.call(online_access.provide, ana, hoa)
    assert again.user_name == given.user_name
    assert not signs_in(practice, given)
    assert signs_in(practice, again)


def test_p5_staff_change_the_user_name(
    practice: Practice, ana: Actor, hoa: int, given: Credentials
) -> None:
    practice.call(online_access.change_user_name, ana, hoa, " hoa@example.org ")
    assert not signs_in(practice, given)
    assert practice.call(portal_sign_in.sign_in, "HOA@example.ORG", given.password)
    with pytest.raises(BadInput, match="needed"):
        practice.call(online_access.change_user_name, ana, hoa, " ")


def test_p6_a_typed_password_is_checked_and_one_time(
    practice: Practice, ana: Actor, hoa: int, given: Credentials
) -> None:
    """Staff know it, so the patient must choose another one."""
    with pytest.raises(BadInput, match=r"upper-case.*digit"):
        practice.call(online_access.set_password, ana, hoa, "green lamp")
    assert signs_in(practice, given)
    typed = practice.call(online_access.set_password, ana, hoa, "Green lamp 7")
    assert not signs_in(practice, given)
    session = practice.call(portal_sign_in.sign_in, typed.user_name, "Green lamp 7")
    assert session.must_change_password
    with pytest.raises(SignInFailed):
        practice.call(portal_sign_in.sign_in, typed.user_name, "green lamp 7")


def test_attack_reading_passwords_from_the_files(
    practice: Practice, practice_data: Path, ana: Actor, hoa: int, given: Credentials
) -> None:
    """Vulnerability: a password, or the name of who may sign in, where it can be read (P8, P14).

    Scenario: all files of the practice are searched after generating, typing, printing, renaming.
    Verified: no password anywhere but as an Argon2id hash, no user name in the trail.
    """
    typed = practice.call(online_access.set_password, ana, hoa, "Green lamp 7")
    made = practice.call(online_access.generate, ana, hoa)
    practice.call(online_access.begin_print, ana, hoa, made.password)
    practice.call(online_access.change_user_name, ana, hoa, "hoa.nguyen")
    passwords = [told.password.encode() for told in (given, typed, made)]
    files = [path for path in practice_data.rglob("*") if path.is_file()]
    assert len(files) >= 2
    for path in files:
        assert not any(password in path.read_bytes() for password in passwords), path.name
    assert str(credential(practice, hoa)["password_hash"]).startswith("$argon2id$")
    texts = practice.call(
        Store.rows, "SELECT description FROM audit_log WHERE patient_id = ?", (hoa,)
    )
    for row in texts:
        assert given.user_name not in row["description"]
        assert "hoa.nguyen" not in row["description"]


def test_p9_the_sheet_takes_the_present_password(
    practice: Practice, ana: Actor, hoa: int, given: Credentials
) -> None:
    change_store(
        practice,
        "INSERT INTO office (pgid, name, address, city, state, zip, phone)"
        " VALUES (1000, 'Maple Grove North', '1 Elm St', 'Fremont', 'CA', '94536', '510 555 0100')",
    )
    sheet = practice.call(online_access.begin_print, ana, hoa, given.password)
    assert (sheet.patient_name, sheet.user_name) == ("Thị Hoa Nguyễn", given.user_name)
    assert (sheet.password, sheet.portal_url) == (given.password, URL)
    assert (sheet.office_name, sheet.office_phone) == ("Maple Grove North", "510 555 0100")
    assert sheet.office_lines == ("Maple Grove Dental", "1 Elm St", "Fremont, CA 94536")
    assert sheet.valid_until_on == date(2026, 12, 4)
    assert given.password not in repr(sheet)
    practice.call(online_access.record_print, ana, hoa, "Front desk printer", sheet.issued)
    assert practice.call(online_access.online_access, ana, hoa).printed_by == "Ana Silva"
    practice.call(online_access.generate, ana, hoa)
    assert practice.call(online_access.online_access, ana, hoa).printed_at is None
    with pytest.raises(Conflict) as refused:
        practice.call(online_access.begin_print, ana, hoa, given.password)
    assert refused.value.do == "Generate a new one first."


@pytest.mark.parametrize("meanwhile", ["generate", "change_user_name", "remove"])
def test_p9_what_another_desk_made_meanwhile_does_not_count_as_printed(
    practice: Practice, sign_in: SignIn, ana: Actor, hoa: int, given: Credentials, meanwhile: str
) -> None:
    """Scenario: while a sheet lies in the printer, another desk makes what is on it worthless.

    Verified: the newer password is not taken for printed, who printed is told, the trail has it.
    """
    sheet = practice.call(online_access.begin_print, ana, hoa, given.password)
    kim = sign_in("kim")
    if meanwhile == "change_user_name":
        practice.call(online_access.change_user_name, kim, hoa, "Hoa-of-Fremont")
    else:
        practice.call(getattr(online_access, meanwhile), kim, hoa)
    with pytest.raises(online_access.SheetOverdue, match="Destroy it"):
        practice.call(online_access.record_print, ana, hoa, "Front desk printer", sheet.issued)
    assert practice.call(online_access.online_access, ana, hoa).printed_at is None
    assert trail(practice, hoa)[-1] == "portal.print"


def test_attack_printing_to_guess_a_patients_own_password(
    practice: Practice, ana: Actor, hoa: int, given: Credentials
) -> None:
    """Vulnerability: printing tells whether a password is the present one, without limit.

    Scenario: the patient has chosen an own password; staff print with the right one.
    Verified: it is refused as a wrong one is.
    """
    own = "Harbour light 9"
    practice.call(portal_sign_in.change_password, given.user_name, given.password, own, own)
    told = set()
    for guess in (own, "Harbour light 8"):
        with pytest.raises(Conflict) as refused:
            practice.call(online_access.begin_print, ana, hoa, guess)
        told.add(refused.value.sentence)
    assert len(told) == 1
    assert not practice.call(online_access.online_access, ana, hoa).is_one_time


def test_p10_a_one_time_password_ends_with_its_last_day(
    practice: Practice, ana: Actor, hoa: int, given: Credentials, clock: FixedClock
) -> None:
    """Fourteen days: until the end of the day in the practice's time zone, not a second longer."""
    assert given.valid_until is not None
    assert practice.call(online_access.online_access, ana, hoa).one_time_until == given.valid_until
    clock.set(given.valid_until)
    assert signs_in(practice, given)
    clock.advance(seconds=1)
    assert not signs_in(practice, given)


def test_p14_power_fails_between_the_password_and_the_print(
    practice: Practice, practice_data: Path, ana: Actor, hoa: int, given: Credentials
) -> None:
    """The desk generates and prints again; the trail shows the first password and both prints."""
    practice.call(online_access.begin_print, ana, hoa, given.password)
    # Nothing is closed, and nothing told the store that the first sheet was or was not printed.
    with Practice.open(practice_data, practice.pgid, FixedClock()) as after:
        assert after.call(online_access.online_access, ana, hoa).printed_at is None
        made = after.call(online_access.generate, ana, hoa)
        after.call(online_access.begin_print, ana, hoa, made.password)
        after.call(online_access.record_print_failed, ana, hoa, "The printer has no paper.")
        sheet = after.call(online_access.begin_print, ana, hoa, made.password)
        after.call(online_access.record_print, ana, hoa, "Front desk printer", sheet.issued)
        after.call(online_access.remove, ana, hoa)
        assert trail(after, hoa) == [
            "portal.provide",
            "portal.generated",
            "portal.print_begun",
            "portal.generated",
            "portal.print_begun",
            "portal.print_failed",
            "portal.print_begun",
            "portal.print",
            "portal.remove",
        ]


def test_last_sign_in_and_pause_are_shown_to_the_desk(
    practice: Practice, ana: Actor, hoa: int, given: Credentials, clock: FixedClock
) -> None:
    for _ in range(5):
        assert not signs_in(practice, Credentials(hoa, given.user_name, "wrong", None))
    told = practice.call(online_access.online_access, ana, hoa)
    assert told.paused_until == clock.now() + timedelta(minutes=5)
    assert told.last_sign_in is None
    made = practice.call(online_access.generate, ana, hoa)
    own = "Harbour light 9"
    session = practice.call(portal_sign_in.sign_in, made.user_name, made.password)
    practice.call(portal_sign_in.choose_password, session.token, own, own)
    told = practice.call(online_access.online_access, ana, hoa)
    assert (told.last_sign_in, told.paused_until) == (clock.now(), None)
