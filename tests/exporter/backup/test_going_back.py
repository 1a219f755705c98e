"""What must not come back with a backup: each test is an attack, or a mishap, by way of the past.

Vulnerability in all of them: a backup is the past, and in the past what is good once was unused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from exporter.messages.delivery import deliver
from exporter.runner.run import run_due
from store import outbox
from store.access import Actor, change
from store.database import Store
from store.download_series import Repeat
from store.errors import ChairsideError, Conflict, SessionEnded, SignInFailed, WrongCode
from store.pending_sign_in import PasswordChangeNeeded
from store.portal_credentials import issue_link
from store.practice import Practice
from store.schema.tables import TABLES
from store.sign_in_factor import SecondFactorNeeded
from store.use_cases import (
    accounts,
    downloads,
    emergency,
    going_back,
    home,
    notices,
    online_access,
    passwords,
    portal_sign_in,
    retrieving,
    series,
    signing_in,
)
from store.use_cases.online_access import MANAGE
from tests import people
from tests.clocks import FixedClock
from tests.exporter.backup.steps import backed_up, put_back, reopened
from tests.exporter.runner.killing import salts_in
from tests.factors import App, enrolled, recovery_codes
from tests.people import PASSWORDS
from tests.store.portal_patients import enter_patient, with_portal


class Past:
    """A practice that goes back to its backup."""

    def __init__(self, data: Path, clock: FixedClock, to: Path, stack: ExitStack) -> None:
        self.data, self.clock, self._to, self._stack = data, clock, to, stack
        self.practice = self._open()

    def _open(self) -> Practice:
        return self._stack.enter_context(reopened(self.data, self.clock))

    def backed_up(self) -> Path:
        """Make the backup."""
        return backed_up(self.practice, self._to).path

    def gone_back(self, backup: Path) -> dict[str, int]:
        """Go back; return how much of each kind was settled."""
        self._stack.pop_all().close()
        done = put_back(self.data, backup, self.clock)
        self.practice = self._open()
        return {one.what: one.count for one in done.settled}


@pytest.fixture
def past(practice_data: Path, clock: FixedClock, tmp_path: Path) -> Iterator[Past]:
    with ExitStack() as stack:
        going = Past(practice_data, clock, tmp_path / "to", stack)
        yield going
        going._stack.close()


def sign_in(past: Past, name: str) -> Actor:
    return people.signed_in(past.practice, name)


def unseen(past: Past, actor: Actor) -> str:
    return " ".join(one.text for one in past.practice.call(notices.my_notices, actor))


def test_every_table_was_decided_about() -> None:
    """A table that is new fails here until somebody says what going back in time means for it."""
    decided = {*going_back.AS_IT_WAS, *going_back.SETTLED_TABLES}
    assert decided == {table.name for table in TABLES}
    assert not going_back.AS_IT_WAS.keys() & going_back.SETTLED_TABLES


def test_attack_an_archive_key_that_comes_back_locks_a_second_text(past: Past) -> None:
    """Scenario: a download is scheduled, backed up, made; its spent keys come back with the backup.
    Verified: no key is left, the download is cancelled, its requester told, and what is scheduled
    anew has other keys (two texts under one key open both)."""
    number = people.scheduled(past.practice, sign_in(past, "dana"))
    backup = past.backed_up()
    past.clock.advance(days=1)
    (made,) = run_due(past.practice)
    assert made.made is not None
    spent = salts_in(past.practice.folder.downloads / made.made.file_name)
    assert spent
    counts = past.gone_back(backup)
    assert counts["downloads cancelled"] == 1
    assert counts["archive keys destroyed"] > len(spent)
    assert not past.practice.call(Store.value, "SELECT count(*) FROM data_download_key")
    assert run_due(past.practice) == []
    dana = sign_in(past, "dana")
    (view,) = past.practice.call(downloads.list_downloads, dana)
    assert (view.download_id, view.state) == (number, "cancelled")
    assert "put back from its backup" in (view.error or "")
    assert "Schedule it again" in unseen(past, dana)
    people.scheduled(past.practice, dana)
    past.clock.advance(days=1)
    (again,) = run_due(past.practice)
    assert again.made is not None
    fresh = salts_in(past.practice.folder.downloads / again.made.file_name)
    assert not fresh.keys() & spent.keys()


def test_attack_the_keys_of_a_series_come_back(past: Past) -> None:
    people.scheduled(past.practice, sign_in(past, "dana"), repeat=Repeat("weekly"))
    backup = past.backed_up()
    past.clock.advance(days=1)
    run_due(past.practice)
    counts = past.gone_back(backup)
    assert counts["repeating downloads ended"] == 1
    assert not past.practice.call(Store.value, "SELECT count(*) FROM data_download_series_key")
    past.clock.advance(days=8)
    assert run_due(past.practice) == []
    dana = sign_in(past, "dana")
    (ended,) = past.practice.call(series.list_series, dana)
    assert "put back from its backup" in ended.reason
    assert "weekly data download has ended" in unseen(past, dana)


def test_attack_wiped_keys_are_read_out_of_the_restored_file(past: Past) -> None:
    """They are gone from the file as well, not only from the table."""
    people.scheduled(past.practice, sign_in(past, "dana"))
    sealed = past.practice.call(Store.rows, "SELECT sealed_key FROM data_download_key")
    backup = past.backed_up()
    past.gone_back(backup)
    past._stack.pop_all().close()
    files = [path.read_bytes() for path in (past.data / "1000").iterdir() if path.is_file()]
    assert not [row for row in sealed for data in files if row["sealed_key"] in data]


def test_an_archive_that_is_not_in_the_backup_is_not_offered(past: Past) -> None:
    number = people.scheduled(past.practice, sign_in(past, "dana"))
    past.clock.advance(days=1)
    run_due(past.practice)
    backup = past.backed_up()
    assert past.gone_back(backup)["archives that are not in the backup"] == 1
    dana = sign_in(past, "dana")
    (view,) = past.practice.call(downloads.list_downloads, dana)
    assert view.state == "expired"
    assert "not in the backup" in (view.error or "")
    assert view.expires_at is not None
    assert view.expires_at <= past.clock.now()
    with pytest.raises(Conflict):
        past.practice.call(retrieving.authorise_retrieval, dana, number, PASSWORDS["dana"])


def test_attack_a_session_is_resurrected(past: Past) -> None:
    """Signed in when the backup was made, signed out since; an emergency's rights with it."""
    kim, dana = sign_in(past, "kim"), sign_in(past, "dana")
    people.change_store(
        past.practice,
        "INSERT INTO emergency_access (user_id, user_group_id, session_id, reason, started_at,"
        " ends_at) VALUES (?, 1, ?, 'x', '2026-11-20T17:00:00Z', '2026-11-20T18:00:00Z')",
        dana.user_id,
        dana.session_id,
    )
    backup = past.backed_up()
    past.practice.call(signing_in.sign_out, kim)
    assert past.gone_back(backup)["sessions ended"] == 2
    for actor in (kim, dana):
        with pytest.raises(SessionEnded):
            past.practice.call(home.home, actor)
    assert past.practice.call(emergency.emergency_state, sign_in(past, "dana")) is None


def test_attack_a_code_and_a_half_finished_sign_in_are_resurrected(past: Past) -> None:
    kim, dana = sign_in(past, "kim"), sign_in(past, "dana")
    number = people.requested(past.practice, dana)
    code = people.last_code(past.practice)
    people.save_policy(past.practice, kim, sign_in_factor="everyone")
    with pytest.raises(SecondFactorNeeded) as asked:
        sign_in(past, "ana")
    second = people.last_code(past.practice)
    backup = past.backed_up()
    assert past.gone_back(backup)["codes ended"] == 2
    with pytest.raises(SignInFailed):
        past.practice.call(
            signing_in.finish_sign_in,
            asked.value.token,
            "sms",
            second,
            terminal="front desk 1",
            source="kiosk",
        )
    with pytest.raises(SecondFactorNeeded) as again:
        sign_in(past, "dana")
    past.practice.call(
        signing_in.finish_sign_in,
        again.value.token,
        "sms",
        people.last_code(past.practice),
        terminal="front desk 1",
        source="kiosk",
    )
    with pytest.raises(ChairsideError):
        past.practice.call(downloads.confirm_download, dana, number, code)
    assert not past.practice.call(
        Store.value, "SELECT count(*) FROM data_download WHERE state = 'scheduled'"
    )


def answered(past: Past, name: str, kind: str, code: str) -> Actor:
    """Sign in with a second factor."""
    with pytest.raises(SecondFactorNeeded) as asked:
        sign_in(past, name)
    return past.practice.call(
        signing_in.finish_sign_in,
        asked.value.token,
        kind,
        code,
        terminal="front desk 1",
        source="kiosk",
    )


@pytest.fixture
def app(past: Past) -> App:
    """Kim's authenticator app, and a practice that asks everybody for a second factor."""
    kim = sign_in(past, "kim")
    made = enrolled(past.practice, kim, past.clock)
    people.save_policy(past.practice, kim, sign_in_factor="everyone")
    return made


def test_attack_a_code_of_the_app_is_replayed_after_a_restore(past: Past, app: App) -> None:
    """Read over a shoulder and used since the backup: it was unused in the past. The phone's clock
    may be a step early, so the next step's code counts as shown too."""
    backup = past.backed_up()
    shown = [app.code(), app.code(1)]
    answered(past, "kim", "totp", shown[1])
    past.gone_back(backup)
    for code in shown:
        with pytest.raises(WrongCode):
            answered(past, "kim", "totp", code)
    past.clock.advance(seconds=60)
    answered(past, "kim", "totp", app.code())


def test_attack_a_recovery_code_that_was_used_since_the_backup(past: Past, app: App) -> None:
    codes = recovery_codes(past.practice, answered(past, "kim", "totp", app.code()))
    backup = past.backed_up()
    answered(past, "kim", "recovery", codes[0])
    assert past.gone_back(backup)["recovery codes withdrawn"] == len(codes)
    with pytest.raises(WrongCode):
        answered(past, "kim", "recovery", codes[0])
    past.clock.advance(seconds=60)
    kim = answered(past, "kim", "totp", app.code())
    assert "recovery codes count no more" in unseen(past, kim)


def test_whoever_has_recovery_codes_and_nothing_else_is_not_shut_out(past: Past) -> None:
    dana = sign_in(past, "dana")
    codes = recovery_codes(past.practice, dana)
    people.change_store(past.practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'dana'")
    backup = past.backed_up()
    assert past.gone_back(backup)["recovery codes withdrawn"] == 0
    left = past.practice.call(
        Store.value,
        "SELECT count(*) FROM mfa_factor WHERE kind = 'recovery' AND revoked_at IS NULL",
    )
    assert left == len(codes)


def test_attack_a_one_time_password_that_was_replaced_since_the_backup(past: Past) -> None:
    """A note on a desk, the sheet of a patient, a link in a mail: all were used since."""
    kim = sign_in(past, "kim")
    with_portal(past.practice)
    ana = past.practice.call(Store.value, "SELECT user_id FROM user WHERE user_name = 'ana'")
    note = past.practice.call(accounts.reset_password, kim, ana)
    sheet = past.practice.call(online_access.provide, kim, enter_patient(past.practice))

    def link(store: Store) -> str:
        with change(store, kim, MANAGE) as tx:
            return issue_link(store, tx, other, by=kim.user_id).token

    other = enter_patient(past.practice, first_name="Jo", email="jo@example.org")
    past.practice.call(online_access.provide, kim, other)
    token = past.practice.call(link)
    backup = past.backed_up()
    counts = past.gone_back(backup)
    assert counts["one-time passwords of users ended"] == 1
    assert counts["one-time passwords and links of patients ended"] == 2
    with pytest.raises(SignInFailed):
        past.practice.call(
            signing_in.sign_in,
            pgid=people.PGID,
            user_name="ana",
            password=note.password,
            terminal="t",
            source="kiosk",
        )
    with pytest.raises(SignInFailed):
        past.practice.call(portal_sign_in.sign_in, sheet.user_name, sheet.password)
    with pytest.raises(SignInFailed):
        past.practice.call(portal_sign_in.sign_in_with_link, token)
    kim = sign_in(past, "kim")
    new = past.practice.call(online_access.generate, kim, sheet.patient_id)
    past.practice.call(portal_sign_in.sign_in, new.user_name, new.password)


def test_attack_a_pass_between_password_and_session_outlives_a_restore(past: Past) -> None:
    """Whoever gave a one-time password holds a sealed token for ten minutes, which no table knows;
    it dies with the password it was made for, and that password has come back."""
    kim = sign_in(past, "kim")
    with_portal(past.practice)
    ana = past.practice.call(Store.value, "SELECT user_id FROM user WHERE user_name = 'ana'")
    note = past.practice.call(accounts.reset_password, kim, ana)
    sheet = past.practice.call(online_access.provide, kim, enter_patient(past.practice))
    backup = past.backed_up()
    with pytest.raises(PasswordChangeNeeded) as asked:
        past.practice.call(
            signing_in.sign_in,
            pgid=people.PGID,
            user_name="ana",
            password=note.password,
            terminal="t",
            source="kiosk",
        )
    first = past.practice.call(portal_sign_in.sign_in, sheet.user_name, sheet.password)
    past.gone_back(backup)
    new = "quiet harbour in the north"
    with pytest.raises(SignInFailed):
        past.practice.call(passwords.change_at_sign_in, asked.value.token, new)
    own = "Harbour light 9"
    with pytest.raises(SignInFailed):
        past.practice.call(portal_sign_in.choose_password, first.token, own, own)


def test_a_patients_own_password_is_that_of_the_day(past: Past) -> None:
    kim = sign_in(past, "kim")
    with_portal(past.practice)
    sheet = past.practice.call(online_access.provide, kim, enter_patient(past.practice))
    first = past.practice.call(portal_sign_in.sign_in, sheet.user_name, sheet.password)
    own = "Harbour light 9"
    past.practice.call(portal_sign_in.choose_password, first.token, own, own)
    past.gone_back(past.backed_up())
    assert not past.practice.call(portal_sign_in.sign_in, sheet.user_name, own).must_change_password


def test_a_message_is_not_sent_a_second_time(past: Past) -> None:
    """Queued when the backup was made, sent since: nobody knows, so it is not sent again, and its
    text is wiped. What a deliverer held in that moment is dealt with in the same way."""
    people.requested(past.practice, sign_in(past, "dana"))
    people.change_store(
        past.practice,
        "INSERT INTO outbox_message (channel, purpose, recipient_masked, state, created_at,"
        " not_before, claimed_by, claimed_until, tries) VALUES ('sms', 'test', 'x', 'sending',"
        " '2026-11-20T16:00:00Z', '2026-11-20T16:00:00Z', 'gone', '2026-11-20T17:01:00Z', 1)",
    )
    backup = past.backed_up()
    assert deliver(past.practice).sent == 1
    sent = list(past.practice.folder.spool.iterdir())
    assert past.gone_back(backup)["messages stopped"] == 2
    assert deliver(past.practice).sent == 0
    past.clock.advance(hours=1)
    assert deliver(past.practice).sent == 0
    assert list(past.practice.folder.spool.iterdir()) == []
    assert len(sent) == 1
    rows = past.practice.call(Store.rows, "SELECT * FROM outbox_message")
    assert {row["state"] for row in rows} == {"unknown"}
    assert not [row for row in rows if row["sealed_body"] or row["sealed_recipient"]]
    assert past.practice.call(outbox.waiting) == []


def test_administrators_are_told_what_to_look_at(past: Past) -> None:
    """Who left since is back, with the password of that day: only people can know."""
    past.gone_back(past.backed_up())
    told = unseen(past, sign_in(past, "kim"))
    assert "put back from its backup of 20 Nov 2026 17:00 UTC" in told
    assert "Setup > Security" in told
    assert unseen(past, sign_in(past, "ana")) == ""


def test_a_rehearsal_beside_the_practice_leaves_that_one_alone(past: Past, tmp_path: Path) -> None:
    """A backup is tried by putting it back elsewhere: the practice itself goes on as it was."""
    number = people.scheduled(past.practice, sign_in(past, "dana"))
    backup = past.backed_up()
    put_back(tmp_path / "rehearsal", backup, past.clock)
    past.clock.advance(days=1)
    (made,) = run_due(past.practice)
    assert (made.job.download_id, made.state) == (number, "ready")
