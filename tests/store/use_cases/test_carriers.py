"""The settings of the mail server: what may be set, and what its password is safe from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from store.access import Actor
from store.database import Store
from store.errors import BadInput, NotFound
from store.practice import Practice
from store.use_cases import carriers
from store.use_cases.carriers import BadCarrier, CarrierForm
from tests.people import change_store
from tests.store.use_cases.staff import events

SignIn = Callable[[str], Actor]
SECRET = "copper-kettle-42"
FORM = CarrierForm(
    "email",
    "smtp",
    "Mail.Maple.example ",
    None,
    "starttls",
    "office@maple.example",
    SECRET,
    "office@maple.example",
    "Maple Grove Dental",
)


def test_what_is_saved_is_shown_but_for_the_password(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    assert practice.call(carriers.carrier, kim, "email").kind == ""
    practice.call(carriers.save_carrier, kim, FORM)
    shown = practice.call(carriers.carrier, kim, "email")
    assert (shown.address, shown.port, shown.has_secret) == ("mail.maple.example", 587, True)
    assert (shown.health, shown.last_error) == ("untried", "")
    opened = practice.call(carriers.for_delivery, "email")
    assert opened is not None
    assert opened.secret == SECRET
    (event,) = events(practice, "communications.carrier")
    row = practice.call(Store.one, "SELECT * FROM message_carrier")
    assert row is not None
    assert SECRET not in str(event) + str(tuple(row)) + repr(opened) + repr(shown) + repr(FORM)
    practice.call(carriers.save_carrier, kim, replace(FORM, kind=""))
    assert practice.call(carriers.carrier, kim, "email").kind == ""


@pytest.mark.parametrize(
    "change",
    [
        {"address": "eve.example"},
        {"port": 2525},
        {"security": "tls"},
        {"account": "eve@maple.example"},
    ],
    ids=str,
)
def test_attack_the_password_is_sent_to_a_server_it_was_not_typed_for(
    practice: Practice, sign_in: SignIn, change: dict[str, str]
) -> None:
    """Whoever may set the server, but does not know the password, points it at one of their own."""
    kim = sign_in("kim")
    practice.call(carriers.save_carrier, kim, FORM)
    practice.call(carriers.save_carrier, kim, replace(FORM, secret="", sender_name="Maple"))
    with pytest.raises(BadCarrier) as refused:
        practice.call(carriers.save_carrier, kim, replace(FORM, secret="", **change))  # type: ignore[arg-type]
    assert refused.value.field == "secret"
    kept = practice.call(carriers.for_delivery, "email")
    assert kept is not None
    assert (kept.address, kept.secret) == ("mail.maple.example", SECRET)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("address", ""),
        ("address", "mail.example:25"),
        ("address", "mail.example\r\nEHLO"),
        ("address", "https://mail.example"),
        ("port", 70000),
        ("security", "none"),
        ("security", "maybe"),
        ("account", "ko\x00nto"),
        ("secret", "schlüssel"),
        ("sender", "office"),
        ("sender", "office@maple.example\nBcc: eve@example.org"),
        ("sender_name", "Maple\r\nBcc: eve@example.org"),
        ("kind", "modem"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    practice: Practice, sign_in: SignIn, field: str, typed: str
) -> None:
    with pytest.raises(BadCarrier) as refused:
        practice.call(carriers.save_carrier, sign_in("kim"), replace(FORM, **{field: typed}))
    assert refused.value.field == field
    assert practice.call(carriers.for_delivery, "email") is None


def test_without_encryption_only_this_computer_is_reached(
    practice: Practice, sign_in: SignIn
) -> None:
    open_line = replace(FORM, security="none", account="", secret="")
    for here in ("localhost", "127.0.0.1", "::1"):
        practice.call(carriers.save_carrier, sign_in("kim"), replace(open_line, address=here))
    shown = practice.call(carriers.carrier, sign_in("kim"), "email")
    assert (shown.address, shown.port, shown.has_secret) == ("::1", 25, False)


def test_health_is_noted_with_its_reason(practice: Practice, sign_in: SignIn) -> None:
    kim = sign_in("kim")
    practice.call(carriers.save_carrier, kim, FORM)
    practice.call(carriers.note_health, "email", "The mail server refuses connections.")
    shown = practice.call(carriers.carrier, kim, "email")
    assert (shown.health, shown.last_error) == ("failing", "The mail server refuses connections.")
    assert shown.checked_at == practice.clock.now()
    practice.call(carriers.note_health, "email")
    assert practice.call(carriers.carrier, kim, "email").health == "working"


def test_a_test_mail_needs_an_address_and_a_channel_must_be_known(
    practice: Practice, sign_in: SignIn
) -> None:
    with pytest.raises(BadInput, match="No e-mail address is on file"):
        practice.call(carriers.test_mail, sign_in("kim"))
    with pytest.raises(NotFound):
        practice.call(carriers.carrier, sign_in("kim"), "pigeon")
    change_store(practice, "UPDATE practice_group SET name = 'Maple' || char(10) || 'Grove'")
    change_store(practice, "UPDATE user SET email = 'kim@maple.example' WHERE user_name = 'kim'")
    assert practice.call(carriers.test_mail, sign_in("kim")) == "k••@maple.example"
