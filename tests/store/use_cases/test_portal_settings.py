"""Setup > Patient Portal: the address (P4), the tabs (Q1), what invitations carry (P11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.access import Actor
from store.errors import BadInput, Conflict
from store.practice import Practice
from store.use_cases import online_access, portal_settings
from store.use_cases.portal_settings import FEATURES, PortalSettings, check_url
from tests.clocks import FixedClock
from tests.people import SignIn
from tests.store.portal_patients import enter_patient


@pytest.fixture
def kim(sign_in: SignIn) -> Actor:
    return sign_in("kim")


def saved(practice: Practice, kim: Actor, **changes: object) -> PortalSettings:
    now = practice.call(portal_settings.settings, kim)
    return practice.call(portal_settings.save_settings, kim, replace(now, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" https://portal.example.org/ ", "https://portal.example.org"),
        ("HTTPS://Portal.Example.ORG:443/My/Office/", "https://portal.example.org/My/Office"),
        ("https://portal.example.org:8443", "https://portal.example.org:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        # Cyrillic letters that look like `paypal`.
        ("https://раураl.example", "https://xn--l-7sba6dbr.example"),
    ],
)
def test_p4_the_address_as_it_is_kept(typed: str, kept: str) -> None:
    assert check_url(typed) == kept
    assert check_url(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "portal.example.org",
        "http://portal.example.org",
        "javascript:alert(1)",
        "https:///path",
        "https:portal.example.org",
        "https://portal.example.org@evil.example",
        "https://portal.example.org\\@evil.example",
        "https://portal.example.org/?next=x",
        "https://portal.example.org/#top",
        "https://portal.exa mple.org",
        "https://portal.example.org/\u202egro",
        "https://portal\n.example.org",
        "https://localhost",
        "https://portal",
        "https://portal.local",
        "https://192.168.1.5",
        "https://127.1",
        "https://0x7f.0.0.0x1",
        "https://2130706433",
        "https://[::1]",
        "https://portal.example.org:99999",
        "https://portal.example.org:0",
        "https://-portal.example.org",
        "https://portal..example.org",
        f"https://{'a' * 64}.example.org",
        f"https://portal.example.org/{'a' * 200}",
    ],
)
def test_p4_attack_an_address_that_leads_patients_elsewhere(typed: str) -> None:
    """Vulnerability: what looks like the practice's address is not, or is not encrypted.

    Verified: each is refused, and no refusal repeats what was typed.
    """
    with pytest.raises(BadInput) as refused:
        check_url(typed)
    assert "evil" not in refused.value.sentence


def test_settings_are_kept_and_told_to_the_trail(practice: Practice, kim: Actor) -> None:
    first = practice.call(portal_settings.settings, kim)
    assert (first.url, first.invitation_carries, first.password_days) == ("", "password", 14)
    assert first.features == dict.fromkeys(FEATURES, False)
    new = saved(
        practice,
        kim,
        url="https://Portal.example.org",
        features={"plan": True},
        invitation_carries="link",
        link_days=3,
    )
    assert new == practice.call(portal_settings.settings, kim)
    assert (new.url, new.invitation_carries, new.link_days) == (
        "https://portal.example.org",
        "link",
        3,
    )
    assert [name for name, is_on in new.features.items() if is_on] == ["plan"]
    assert new.version != first.version
    # Saved as they are, nothing changes: a feature is never kept twice.
    assert saved(practice, kim) == new
    assert saved(practice, kim, url=" ").url == ""


def test_settings_that_somebody_else_changed_are_not_overwritten(
    practice: Practice, kim: Actor
) -> None:
    mine = practice.call(portal_settings.settings, kim)
    saved(practice, kim, link_days=3)
    with pytest.raises(Conflict, match="meanwhile"):
        practice.call(portal_settings.save_settings, kim, replace(mine, password_days=3))
    assert practice.call(portal_settings.settings, kim).link_days == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://a.example"},
        {"password_days": 0},
        {"link_days": 91},
        {"features": {"games": True}},
        {"invitation_carries": "pigeon"},
    ],
)
def test_settings_that_cannot_be_are_refused(
    practice: Practice, kim: Actor, changes: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        saved(practice, kim, **changes)


def test_p10_one_time_passwords_are_good_for_as_many_days_as_set(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    saved(practice, kim, url="https://portal.example.org", password_days=2)
    given = practice.call(online_access.provide, kim, enter_patient(practice))
    assert given.valid_until is not None
    assert 2 <= (given.valid_until - clock.now()).total_seconds() / 86_400 < 3
