"""What carries text messages: its settings, its health, and to whom it sends (D6, D7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store import text_messages
from store.access import Actor
from store.database import Store
from store.errors import BadInput, Conflict, WrongCode
from store.phones import why_not_served
from store.practice import Practice
from store.use_cases import carriers, communications, downloads, home, messages
from store.use_cases.carriers import BadCarrier, CarrierForm
from tests.clocks import FixedClock
from tests.factors import recovery_codes, texts
from tests.people import PASSWORDS, SignIn, change_store, last_code, requested, save_policy

TOKEN = "copper-kettle-42"
GATEWAY = CarrierForm(
    "sms",
    "http",
    "https://API.example.com/",
    account="AC0123456789abcdef0123456789abcdef",
    secret=TOKEN,
    sender="+1 510 555 0100",
    countries="us, ca",
)
MODEM = CarrierForm("sms", "modem", "/dev/ttyUSB0", secret="1234")


@pytest.fixture
def kim(sign_in: SignIn) -> Actor:
    return sign_in("kim")


def test_d6_a_gateway_is_kept_in_one_form_and_its_token_shown_to_nobody(
    practice: Practice, kim: Actor
) -> None:
    practice.call(carriers.save_carrier, kim, GATEWAY)
    shown = practice.call(carriers.carrier, kim, "sms")
    assert (shown.kind, shown.address, shown.sender, shown.countries, shown.has_secret) == (
        "http",
        "https://api.example.com",
        "+15105550100",
        "US CA",
        True,
    )
    opened = practice.call(carriers.for_delivery, "sms")
    assert opened is not None
    assert (opened.channel, opened.secret, opened.countries) == ("sms", TOKEN, "US CA")
    row = practice.call(Store.one, "SELECT * FROM message_carrier")
    assert row is not None
    assert TOKEN not in str(tuple(row)) + repr(opened) + repr(shown) + repr(GATEWAY)


@pytest.mark.parametrize(
    "change",
    [
        {"address": "https://eve.example"},
        {"address": "https://api.example.com:8443"},
        {"address": "https://api.example.com/eve"},
        {"account": "ACeve"},
    ],
    ids=str,
)
def test_attack_the_token_is_sent_to_a_gateway_it_was_not_typed_for(
    practice: Practice, kim: Actor, change: dict[str, str]
) -> None:
    """Whoever may set the gateway, but does not know the token, points it at one of their own."""
    practice.call(carriers.save_carrier, kim, GATEWAY)
    practice.call(carriers.save_carrier, kim, replace(GATEWAY, secret="", sender="Maple"))
    with pytest.raises(BadCarrier) as refused:
        practice.call(carriers.save_carrier, kim, replace(GATEWAY, secret="", **change))
    assert refused.value.field == "secret"
    kept = practice.call(carriers.for_delivery, "sms")
    assert kept is not None
    assert (kept.address, kept.secret) == ("https://api.example.com", TOKEN)


def test_attack_a_token_or_pin_reaches_a_carrier_of_another_kind(
    practice: Practice, kim: Actor
) -> None:
    practice.call(carriers.save_carrier, kim, GATEWAY)
    for form in (replace(MODEM, secret=""), MODEM, replace(MODEM, secret="", address="COM5")):
        practice.call(carriers.save_carrier, kim, form)
        kept = practice.call(carriers.for_delivery, "sms")
        assert kept is not None
        assert kept.secret == form.secret
    with pytest.raises(BadCarrier, match="token"):
        practice.call(carriers.save_carrier, kim, replace(GATEWAY, secret=""))


UNUSABLE: dict[str, tuple[CarrierForm, list[str]]] = {
    "address": (
        GATEWAY,
        [
            "",
            "api.example.com",
            "http://api.example.com",
            "ftp://api.example.com",
            "https://",
            "https://eve@api.example.com",
            "https://a:b@api.example.com",
            "https://api.example.com?x=1",
            "https://api.example.com/#x",
            "https://api.example.com/a/../b",
            "https://api.example.com/%2e%2e/b",
            "https://api.example.com:0",
            "https://api.example.com:99999",
            "https://api.example.com:",
            "https://api.example.com\r\nX-A: b",
            "https://api.example.com\\@eve.example",
            "https://[::1",
            "http://127.0.0.1.eve.example",
            "https://" + "a" * 300 + ".example",
        ],
    ),
    "account": (GATEWAY, ["", "../Eve", "AC/1", "AC 1"]),
    "secret": (GATEWAY, ["schlüssel", "a\r\nb"]),
    "sender": (
        GATEWAY,
        ["", "12345678901", "MapleGroveDental", "Maple Grove", "+1510555", "MG" + "0" * 30],
    ),
    "countries": (GATEWAY, ["US XX", "America", "US/CA"]),
    "kind": (GATEWAY, ["smtp", "pigeon"]),
}
UNUSABLE_MODEM: dict[str, tuple[CarrierForm, list[str]]] = {
    "address": (
        MODEM,
        [
            "",
            "/dev/sda",
            "/dev/tty",
            "/dev/../etc/passwd",
            "/dev/serial/by-id/../../sda",
            "/dev/serial/by-id/a/b",
            "ttyUSB0",
            "COM0",
            "\\\\.\\COM5",
            "/dev/ttyUSB0\n[gammu]",
        ],
    ),
    "secret": (MODEM, ["12", "12a4", "१२३४", "123456789"]),
    "account": (MODEM, ["kim"]),
    "sender": (MODEM, ["Maple"]),
}


@pytest.mark.parametrize("unusable", [UNUSABLE, UNUSABLE_MODEM], ids=["gateway", "modem"])
def test_a_setting_that_cannot_be_used_is_named(
    practice: Practice, kim: Actor, unusable: dict[str, tuple[CarrierForm, list[str]]]
) -> None:
    for field, (form, typed) in unusable.items():
        for one in typed:
            with pytest.raises(BadCarrier) as refused:
                practice.call(carriers.save_carrier, kim, replace(form, **{field: one}))
            assert (refused.value.field, one) == (field, one)
    kept = practice.call(carriers.for_delivery, "sms")
    assert kept is not None
    assert kept.kind == "spool"


def test_senders_devices_and_addresses_that_can_be_used(practice: Practice, kim: Actor) -> None:
    for form in (
        *(replace(GATEWAY, sender=s) for s in ("MapleDental", "MG" + "0a" * 16, "+15105550100")),
        *(replace(GATEWAY, address=a) for a in ("http://localhost:4010", "http://[::1]:80/v1/")),
        replace(MODEM, address="/dev/serial/by-id/usb-HUAWEI_Mobile-if00-port0", secret=""),
        replace(MODEM, address=" COM12 ", sender="+15105550100"),
    ):
        practice.call(carriers.save_carrier, kim, form)
    assert practice.call(carriers.carrier, kim, "sms").address == "COM12"


def test_d6_another_carrier_is_registered_anew_and_the_same_one_is_not(
    practice: Practice, kim: Actor
) -> None:
    def state() -> str:
        return practice.call(communications.registration, kim).state

    practice.call(carriers.save_carrier, kim, CarrierForm("sms", "spool"))
    assert state() == "registered", "files it was, files it is"
    for form in (GATEWAY, replace(GATEWAY, sender="Maple"), MODEM, replace(MODEM, kind="")):
        change_store(
            practice,
            "INSERT INTO communication_registration (pgid, state) VALUES (?, 'registered')",
            practice.pgid,
        )
        practice.call(carriers.save_carrier, kim, form)
        view = practice.call(communications.registration, kim)
        assert (view.state, view.history[0].reason) == (
            "not_registered",
            "The carrier was changed.",
        )
        practice.call(carriers.save_carrier, kim, replace(form, countries="US"))
        assert len(practice.call(communications.registration, kim).history) == len(view.history)


def test_whoever_signs_in_with_text_messages_alone_is_not_shut_out_by_another_carrier(
    practice: Practice, kim: Actor
) -> None:
    """S5: with a second factor of another kind at hand, the carrier can be changed."""
    save_policy(practice, kim, sign_in_factor="administrators")
    with pytest.raises(BadCarrier, match="shut out"):
        practice.call(carriers.save_carrier, kim, GATEWAY)
    assert practice.call(communications.registration, kim).state == "registered"
    assert practice.call(carriers.carrier, kim, "sms").kind == "spool"
    recovery_codes(practice, kim)
    practice.call(carriers.save_carrier, kim, GATEWAY)
    assert practice.call(carriers.carrier, kim, "sms").kind == "http"


def test_attack_a_code_that_the_old_carrier_sent_registers_the_new_one(
    practice: Practice, kim: Actor
) -> None:
    """Scenario: the test message went to a file; then a gateway that nobody tried is set."""
    change_store(practice, "DELETE FROM communication_registration")
    practice.call(communications.register, kim)
    code = last_code(practice)
    practice.call(carriers.save_carrier, kim, GATEWAY)
    with pytest.raises(Conflict, match="No registration is pending"):
        practice.call(communications.confirm_registration, kim, code)
    practice.call(communications.begin_registration, kim)
    with pytest.raises(WrongCode, match="too old"):
        practice.call(communications.confirm_registration, kim, code)
    assert practice.call(communications.registration, kim).state == "pending"


def test_d6_a_gateway_is_registered_only_after_it_was_tried(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    practice.call(carriers.save_carrier, kim, GATEWAY)
    practice.call(communications.begin_registration, kim)
    with pytest.raises(Conflict, match="not tried"):
        practice.call(communications.register, kim)
    practice.call(carriers.note_health, "sms", "The account is not known.")
    with pytest.raises(Conflict, match="not tried"):
        practice.call(communications.register, kim)
    practice.call(communications.reject_registration, kim, "The account is not known.")
    view = practice.call(communications.registration, kim)
    assert (view.state, view.history[0].reason) == ("rejected", "The account is not known.")
    practice.call(carriers.note_health, "sms", "", "The account is active.")
    clock.advance(minutes=61)
    with pytest.raises(Conflict, match="not tried"):
        practice.call(communications.register, kim)
    practice.call(carriers.note_health, "sms", "", "The account is active.")
    practice.call(communications.begin_registration, kim)
    practice.call(communications.register, kim)
    view = practice.call(communications.confirm_registration, kim, last_code(practice))
    assert [s.state for s in view.history[:3]] == ["registered", "pending", "rejected"]
    assert view.history[0].sender == "+15105550100 through api.example.com"
    assert (view.carrier.health, view.carrier.found) == ("working", "The account is active.")


def test_what_waits_after_a_try_goes_the_new_way_at_once(
    practice: Practice, kim: Actor, sign_in: SignIn
) -> None:
    requested(practice, sign_in("dana"))
    (message,) = practice.call(messages.claim, "one", "sms", 1)
    practice.call(messages.note_try_later, message, "The gateway is down.")
    assert practice.call(messages.count_due, "sms") == 0
    practice.call(carriers.save_carrier, kim, GATEWAY)
    assert practice.call(messages.count_due, "sms") == 1


def test_health_of_a_carrier_that_was_changed_meanwhile_is_not_noted(
    practice: Practice, kim: Actor
) -> None:
    """A check takes seconds: what it found of the gateway before says nothing of the new one."""
    practice.call(carriers.save_carrier, kim, GATEWAY)
    tried = practice.call(carriers.for_delivery, "sms")
    practice.call(carriers.note_health, "sms", "", "It answers.", tried)
    assert practice.call(carriers.carrier, kim, "sms").found == "It answers."
    practice.call(carriers.save_carrier, kim, replace(GATEWAY, address="https://b.example"))
    practice.call(carriers.note_health, "sms", "", "It answers.", tried)
    assert practice.call(carriers.carrier, kim, "sms").health == "untried"


def test_d6_carriers_are_tried_again_daily(
    practice: Practice, kim: Actor, clock: FixedClock
) -> None:
    assert practice.call(carriers.due_for_check) == (), "files need no check"
    practice.call(carriers.save_carrier, kim, GATEWAY)
    assert practice.call(carriers.due_for_check) == ("sms",)
    practice.call(carriers.note_health, "sms")
    clock.advance(hours=23)
    assert practice.call(carriers.due_for_check) == ()
    clock.advance(hours=1)
    assert practice.call(carriers.due_for_check) == ("sms",)
    practice.call(carriers.note_health, "sms")
    clock.advance(hours=-30)
    assert practice.call(carriers.due_for_check) == ("sms",), "the clock was set back"


def test_d6_failing_health_is_told_to_whoever_can_mend_it(
    practice: Practice, kim: Actor, sign_in: SignIn
) -> None:
    def told(actor: Actor) -> list[tuple[str, str]]:
        view = practice.call(home.home, actor)
        return [(n.text, n.place) for n in view.notices if n.place == "communications"]

    practice.call(carriers.save_carrier, kim, GATEWAY)
    assert told(kim) == []
    practice.call(carriers.note_health, "sms", "The gateway refuses the account.")
    notice = "Text messages do not go out: The gateway refuses the account."
    assert told(kim) == [(notice, "communications")]
    assert told(sign_in("dana")) == []
    practice.call(carriers.note_health, "sms")
    assert told(kim) == []


@pytest.mark.parametrize(
    ("number", "countries", "served"),
    [
        ("+15105550142", "", True),
        ("+15105550142", "US", True),
        ("+14165550142", "US", False),
        ("+14165550142", "US CA", True),
        ("+447400123456", "US CA", False),
        ("abc", "US", False),
        ("", "US", False),
    ],
)
def test_d7_only_numbers_of_the_countries_that_the_carrier_serves(
    number: str, countries: str, served: bool
) -> None:
    why = why_not_served(number, countries)
    assert (why == "") is served
    assert number == "" or number not in why


@pytest.mark.parametrize("number", ["", "abc", "+442079460123", "+447400123456", "+15", "12345"])
def test_attack_a_number_that_slipped_in_is_refused_before_anything_is_queued(
    practice: Practice, kim: Actor, number: str
) -> None:
    """A land line, no number at all, or one of another country than the gateway serves."""
    practice.call(carriers.save_carrier, kim, GATEWAY)

    def run(store: Store) -> None:
        with store.transaction():
            text_messages.queue(
                store,
                purpose="carrier.test",
                number=number,
                lifetime=carriers.TEST_LIFETIME,
                says="A text.",
                advice=(),
            )

    with pytest.raises(BadInput):
        practice.call(run)
    assert texts(practice) == []


def test_d7_whose_number_is_not_served_is_offered_no_text_message_and_told_why(
    practice: Practice, sign_in: SignIn
) -> None:
    dana = sign_in("dana")
    change_store(
        practice,
        "INSERT INTO message_carrier (channel, kind, countries) VALUES ('sms', 'spool', 'CA')",
    )
    form = practice.call(downloads.schedule_form, dana)
    assert form.kinds == ()
    assert form.obstacles == (
        "Text messages are sent to numbers of CA only. That number is of US. Enter a mobile number"
        " under File > My Factors > Text message.",
    )
    with pytest.raises(BadInput, match="CA only"):
        practice.call(
            downloads.request_download, dana, run_on=form.default_day, password=PASSWORDS["dana"]
        )
    change_store(practice, "UPDATE message_carrier SET countries = 'CA US'")
    assert requested(practice, dana)
