"""What may lock an archive, and what the practice may ask for (D12, D14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store.access import Actor
from store.archive_key import EntryKey, derive
from store.errors import PassphraseNeeded, Refused
from store.passwords import hash_password
from store.practice import Practice
from store.use_cases import downloads
from store.use_cases.security_policy import SecurityPolicy, save_security_policy
from tests.people import PASSWORDS, change_store, save_policy, scheduled

SignIn = Callable[[str], Actor]
PASSPHRASE = "forty boats, one lighthouse"


def ask(
    practice: Practice, actor: Actor, password: str, passphrase: str | None = None
) -> downloads.CodeSent:
    day = practice.call(downloads.schedule_form, actor).default_day
    return practice.call(
        downloads.request_download, actor, run_on=day, password=password, passphrase=passphrase
    )


def first_key(practice: Practice, number: int) -> EntryKey:
    sealed = practice.call(
        lambda s: s.value(
            "SELECT sealed_key FROM data_download_key WHERE data_download_id = ? AND ordinal = 0",
            (number,),
        )
    )
    opened = practice.call(lambda s: s.sealer.open(sealed, "download key", f"{number}:0"))
    return EntryKey.from_bytes(opened)


def test_a_practice_may_always_ask_for_a_passphrase(practice: Practice, sign_in: SignIn) -> None:
    kim, dana = sign_in("kim"), sign_in("dana")
    assert practice.call(downloads.schedule_form, dana).asks_passphrase == ""
    save_policy(practice, kim, always_passphrase=True)
    assert "passphrase" in practice.call(downloads.schedule_form, dana).asks_passphrase
    with pytest.raises(PassphraseNeeded, match="every download"):
        ask(practice, dana, PASSWORDS["dana"])
    number = ask(practice, dana, PASSWORDS["dana"], PASSPHRASE).download_id
    key = first_key(practice, number)
    assert key == derive(PASSPHRASE, key.salt)
    save_policy(practice, kim, always_passphrase=False)
    assert ask(practice, dana, PASSWORDS["dana"]).download_id == number + 1


def test_the_setting_takes_the_security_right_and_spares_what_is_scheduled(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    with pytest.raises(Refused, match="Setup - Security: Full Control"):
        practice.call(
            save_security_policy,
            dana,
            SecurityPolicy("nist", "off", False),
            SecurityPolicy("nist", "off", True),
        )
    number = scheduled(practice, dana)
    before = first_key(practice, number)
    save_policy(practice, sign_in("kim"), always_passphrase=True)
    assert first_key(practice, number) == before


@pytest.mark.parametrize(
    ("password", "reason"),
    [("tr0ub4dor", "less than 15"), ("summer2026!", "less than 15"), ("naïve " * 4, "Windows")],
)
def test_d14_a_password_that_is_weak_or_not_readable_asks_for_a_passphrase(
    practice: Practice, sign_in: SignIn, password: str, reason: str
) -> None:
    """WinZip's key derivation is weak: a short password that can be guessed locks no archive."""
    dana = sign_in("dana")
    change_store(
        practice,
        "UPDATE user SET password_hash = ? WHERE user_id = ?",
        hash_password(password),
        dana.user_id,
    )
    with pytest.raises(PassphraseNeeded, match=reason):
        ask(practice, dana, password)
    with pytest.raises(PassphraseNeeded, match="at least 15"):
        ask(practice, dana, password, "fourteen chars")
    assert ask(practice, dana, password, PASSPHRASE)


def test_d14_a_short_password_of_top_strength_locks_an_archive(
    practice: Practice, sign_in: SignIn
) -> None:
    dana, strong = sign_in("dana"), "vK9#qLw2!xRt"
    change_store(
        practice,
        "UPDATE user SET password_hash = ? WHERE user_id = ?",
        hash_password(strong),
        dana.user_id,
    )
    assert ask(practice, dana, strong)
