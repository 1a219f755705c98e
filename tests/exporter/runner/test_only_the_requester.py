"""D15: only the requester, ever. Whatever an administrator or a database editor can do is tried.

A download of dana's is ready, or scheduled; the attacker is kim, who holds every right. What counts
is the file: who is handed it, and which password opens it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.archive.reader import Archive
from exporter.runner.rekeying import rekey_waiting
from exporter.runner.run import run_due
from exporter.runner.saving import save_archive
from store.access import Actor
from store.errors import Refused, StoreProblem, WrongPassword
from store.practice import Practice
from store.use_cases import accounts, factors, passwords, retrieving, users
from tests import people
from tests.clocks import FixedClock
from tests.store.use_cases.staff import attempt, entered, first_sign_in

SignIn = Callable[[str], Actor]
KIM, DANA = 1, 2
HERS, HIS = people.PASSWORDS["dana"], people.PASSWORDS["kim"]
CHOSEN = "a ladder beside the old barn"


def next_made(practice: Practice, clock: FixedClock) -> Path:
    clock.advance(days=1)
    (outcome,) = run_due(practice)
    assert outcome.made is not None, outcome.reason
    return practice.folder.downloads / outcome.made.file_name


def opens(archive: Path, *tried: str) -> list[bool]:
    """Tell which passwords open an archive."""
    found = []
    for password in tried:
        try:
            Archive.open(archive, password).close()
        except WrongPassword:
            found.append(False)
        else:
            found.append(True)
    return found


def in_her_groups(practice: Practice, kim: Actor) -> Actor:
    """Kim becomes a member of all groups that dana is in."""
    mine = practice.call(users.user_form, kim, KIM)
    hers = practice.call(users.user_form, kim, DANA)
    practice.call(users.save_user, kim, replace(mine, group_ids=(*mine.group_ids, *hers.group_ids)))
    return kim


def a_copy_of_her(practice: Practice, kim: Actor) -> Actor:
    """A new user with everything that dana has."""
    given = practice.call(users.copy_user, kim, DANA, "dana2", "Dana Ruiz")
    return first_sign_in(practice, given, CHOSEN)


def her_name(practice: Practice, kim: Actor) -> Actor:
    """Dana gets another user name, and somebody else gets hers."""
    hers = practice.call(users.user_form, kim, DANA)
    practice.call(users.save_user, kim, replace(hers, user_name="old", full_name="Nobody"))
    return first_sign_in(practice, entered(practice, kim, "dana", people.KEEPERS), CHOSEN)


def her_place(practice: Practice, kim: Actor) -> Actor:
    """Dana is hidden, and somebody is entered after her."""
    practice.call(users.hide_user, kim, DANA)
    return first_sign_in(practice, entered(practice, kim, "deputy", people.KEEPERS), CHOSEN)


def without_her_factors(practice: Practice, kim: Actor) -> Actor:
    """Her authenticator app and her codes are withdrawn, a new password is asked of her."""
    practice.call(factors.revoke_factors, kim, DANA)
    practice.call(accounts.require_new_password, kim, DANA)
    practice.call(accounts.unlock_user, kim, DANA)
    return kim


def her_phone(practice: Practice, kim: Actor) -> Actor:
    """Her codes go to kim's telephone."""
    hers = practice.call(users.user_form, kim, DANA)
    mine = practice.call(users.user_form, kim, KIM)
    practice.call(users.save_user, kim, replace(mine, cell_phone=""))
    practice.call(users.save_user, kim, replace(hers, cell_phone="+15105550101"))
    return kim


WAYS = (in_her_groups, a_copy_of_her, her_name, her_place, without_her_factors, her_phone)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_d15_no_administrator_gets_there(
    practice: Practice, made: Path, sign_in: SignIn, way: Callable[[Practice, Actor], Actor]
) -> None:
    """Vulnerability: a right, a name or an account stands for the person who asked.

    Emergency access is not among the ways: no group that may download is on offer for it.
    """
    taken = way(practice, sign_in("kim"))
    for password in (HERS, HIS, CHOSEN):
        with pytest.raises(Refused, match="Only the user who scheduled"):
            practice.call(retrieving.authorise_retrieval, taken, 1, password)
    run_due(practice)
    assert opens(made, HERS, HIS, CHOSEN) == [True, False, False]


def test_attack_the_row_given_to_another_in_the_database(
    practice: Practice, made: Path, sign_in: SignIn
) -> None:
    """Scenario: without `secret.key`, kim writes himself into the row, then changes his password.

    Verified: what he is handed opens with dana's password only; nothing locks it anew for him.
    """
    people.change_store(practice, "UPDATE data_download SET requested_by = 1")
    kim = sign_in("kim")
    assert practice.call(retrieving.authorise_retrieval, kim, 1, HIS).archive == made
    practice.call(passwords.change_own_password, kim, HIS, CHOSEN)
    assert rekey_waiting(practice) == 0
    assert opens(made, HERS, HIS, CHOSEN) == [True, False, False]


@pytest.mark.parametrize("repeat", [None, "weekly"])
def test_attack_a_password_hash_put_into_the_database(
    practice: Practice, sign_in: SignIn, clock: FixedClock, repeat: str | None
) -> None:
    """Vulnerability: the keys follow whoever knows a password that the database calls dana's.

    Scenario: one archive is ready, one scheduled; her hash is replaced by kim's, who signs in as
    her and chooses a password. Verified: both open with dana's own password only.
    """
    from store.use_cases.downloads import Repeat

    asked = None if repeat is None else Repeat("weekly")
    people.scheduled(practice, sign_in("dana"), repeat=asked)
    first = next_made(practice, clock)
    if repeat is None:
        people.scheduled(practice, sign_in("dana"))
    people.change_store(
        practice,
        "UPDATE user SET password_hash = (SELECT password_hash FROM user WHERE user_id = 1)"
        " WHERE user_id = 2",
    )
    as_her = attempt(practice, "dana", HIS)
    practice.call(passwords.change_own_password, as_her, HIS, CHOSEN)
    assert rekey_waiting(practice) == 0
    clock.advance(days=6)
    second = next_made(practice, clock)
    assert first != second
    assert opens(second, HERS, HIS, CHOSEN) == [True, False, False]
    if first.exists():
        assert opens(first, HERS, HIS, CHOSEN) == [True, False, False]


def test_attack_two_requesters_archives_swapped(
    practice: Practice, sign_in: SignIn, clock: FixedClock, tmp_path: Path
) -> None:
    """Scenario: each has an archive; the files are swapped, then, of whole files, the rows.

    Verified: a file that is not the row's is not handed out; one that is opens with the password
    of whoever asked for it.
    """
    people.scheduled(practice, sign_in("dana"))
    hers = next_made(practice, clock)
    people.scheduled(practice, in_her_groups(practice, sign_in("kim")))
    his = next_made(practice, clock)
    kim = sign_in("kim")
    between = tmp_path / "between"
    for one, other in ((hers, between), (his, hers), (between, his)):
        one.rename(other)
    handed = practice.call(retrieving.authorise_retrieval, kim, 2, HIS)
    with pytest.raises(StoreProblem, match="not the one that was made"):
        save_archive(handed, tmp_path)
    for one, other in ((hers, between), (his, hers), (between, his)):
        one.rename(other)
    people.change_store(practice, "UPDATE data_download SET requested_by = 3 - requested_by")
    handed = practice.call(retrieving.authorise_retrieval, kim, 1, HIS)
    assert opens(save_archive(handed, tmp_path), HERS, HIS) == [True, False]
