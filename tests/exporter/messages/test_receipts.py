"""Text messages through a gateway, from the outbox to the receipt (issue 6: sent, delivered …)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter.messages.carriers import CarrierDown, Patience
from exporter.messages.checking import check_carrier, check_daily, register_messaging
from exporter.messages.delivery import Delivered, deliver
from exporter.messages.receipts import ask_receipts
from exporter.runner.run import run_due
from store.access import Actor
from store.errors import Conflict, WrongCode
from store.practice import Practice
from store.use_cases import communications, downloads, home
from tests.clocks import FixedClock
from tests.exporter.messages.carrying import health, queue_texts, registered, use_gateway
from tests.exporter.messages.conftest import rows
from tests.exporter.messages.gateway.server import TOKEN, Gateway, never, said, saying, serving
from tests.exporter.messages.test_deliverers import child
from tests.people import change_store, last_code, requested, scheduled

SignIn = Callable[[str], Actor]
HASTY = Patience(connect=2, answer=0.3, whole=0.8)
NUMBER = "+15105550142"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving(Gateway()) as running:
        yield running


@pytest.fixture
def through(practice: Practice, sign_in: SignIn, gateway: Gateway) -> Gateway:
    """The gateway, by which the test practice sends its text messages."""
    use_gateway(practice, sign_in("kim"), gateway)
    return gateway


def settle(gateway: Gateway, status: str, error_code: int | None = None) -> None:
    for message in gateway.messages.values():
        message.update(status=status, error_code=error_code)


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [("delivered", None, "delivered"), ("undelivered", 30005, "undelivered")],
)
def test_what_becomes_of_a_message_is_asked_until_it_is_known(
    practice: Practice,
    clock: FixedClock,
    through: Gateway,
    status: str,
    code: int | None,
    state: str,
) -> None:
    queue_texts(practice, NUMBER)
    assert deliver(practice).sent == 1
    (sent,) = rows(practice)
    by = f"http 127.0.0.1:{through.port}"
    assert (sent["state"], sent["carried_by"], sent["settled_at"]) == ("sent", by, None)
    assert (sent["sealed_body"], sent["sealed_recipient"]) == (None, None)
    assert ask_receipts(practice) == 0, "it is asked after two seconds, not before"
    asked = len(through.requests)
    clock.advance(seconds=2)
    assert ask_receipts(practice) == 0
    assert len(through.requests) == asked + 1
    settle(through, status, code)
    clock.advance(seconds=3)
    assert ask_receipts(practice) == 1
    (settled,) = rows(practice)
    assert settled["state"] == state
    assert bool(settled["last_error"]) is (state == "undelivered")
    clock.advance(minutes=5)
    asked = len(through.requests)
    assert ask_receipts(practice) == 0
    assert len(through.requests) == asked, "what is settled is asked about no more"


def test_only_the_gateway_that_took_a_message_is_asked_about_it(
    practice: Practice, sign_in: SignIn, clock: FixedClock, through: Gateway
) -> None:
    queue_texts(practice, NUMBER)
    deliver(practice)
    clock.advance(seconds=2)
    with serving(Gateway()) as other:
        use_gateway(practice, sign_in("kim"), other)
        assert ask_receipts(practice) == 0
        assert other.requests == []
    assert rows(practice)[0]["state"] == "sent"


def test_attack_a_gateway_that_is_late_revives_no_code(
    practice: Practice, sign_in: SignIn, clock: FixedClock, through: Gateway
) -> None:
    """S5: the message is said to have arrived after the code's ten minutes; it stays worthless."""
    registered(practice, sign_in("kim"))
    dana = sign_in("dana")
    download = requested(practice, dana)
    code = last_code(practice)
    deliver(practice)
    clock.advance(minutes=10)
    settle(through, "delivered")
    assert ask_receipts(practice) == 1
    with pytest.raises((WrongCode, Conflict)):
        practice.call(downloads.confirm_download, dana, download, code)


def test_a_gateway_that_does_not_answer_about_receipts_is_asked_again_and_still_counts_as_working(
    practice: Practice, sign_in: SignIn, clock: FixedClock, through: Gateway
) -> None:
    queue_texts(practice, NUMBER)
    deliver(practice)
    through.talk = never
    clock.advance(seconds=2)
    assert ask_receipts(practice, patience=HASTY) == 0
    assert health(practice, sign_in("kim"))[0] == "working"
    through.talk = None
    settle(through, "delivered")
    clock.advance(seconds=3)
    assert ask_receipts(practice) == 1


def test_attack_two_deliverers_at_once_send_each_text_message_once(
    practice: Practice, practice_data: Path, through: Gateway
) -> None:
    numbers = [f"+151055501{n:02}" for n in range(30)]
    queue_texts(practice, *numbers)
    both = [child(practice_data), child(practice_data)]
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    assert sum(int(one.communicate()[0]) for one in both) == 30
    sent = Counter(request.form["To"] for request in through.requests)
    assert sent == dict.fromkeys(numbers, 1)


def test_a_refused_token_waits_is_told_on_home_and_goes_once_it_is_right(
    practice: Practice, sign_in: SignIn, clock: FixedClock, gateway: Gateway
) -> None:
    kim = sign_in("kim")
    use_gateway(practice, kim, gateway, secret="not the token")
    queue_texts(practice, NUMBER, NUMBER)
    assert deliver(practice) == Delivered(0, 2, 0)
    assert len(gateway.requests) == 1, "the second is not even tried"
    state, reason = health(practice, kim)
    assert state == "failing"
    assert "not the token" not in reason
    notices = practice.call(home.home, kim).notices
    assert any("Text messages do not go out" in str(notice) for notice in notices)
    use_gateway(practice, kim, gateway)
    clock.advance(minutes=1)
    assert deliver(practice).sent == 2
    assert health(practice, kim) == ("working", "")


def test_d6_registering_asks_the_carrier_first_and_a_failure_rejects_it(
    practice: Practice, sign_in: SignIn, gateway: Gateway
) -> None:
    kim = sign_in("kim")
    use_gateway(practice, kim, gateway)
    assert practice.call(communications.registration, kim).state == "not_registered"
    gateway.talk = saying(said(401, {"code": 20003}))
    with pytest.raises(CarrierDown) as problem:
        register_messaging(practice, kim)
    assert problem.value.do
    view = practice.call(communications.registration, kim)
    assert (view.state, view.history[0].reason) == ("rejected", problem.value.what)
    assert rows(practice) == [], "no test message was written"
    gateway.talk = None
    register_messaging(practice, kim)
    assert practice.call(communications.registration, kim).state == "pending"
    code = last_code(practice)
    assert deliver(practice).sent == 1
    view = practice.call(communications.confirm_registration, kim, code)
    assert (view.state, view.history[0].sender) == (
        "registered",
        f"+15105550100 through 127.0.0.1:{gateway.port}",
    )


def test_d6_carriers_are_tried_once_a_day_and_a_failing_one_keeps_no_download_from_being_made(
    practice: Practice, sign_in: SignIn, clock: FixedClock, through: Gateway
) -> None:
    kim = sign_in("kim")
    check_daily(practice)
    assert health(practice, kim) == ("working", "")
    asked = len(through.requests)
    check_daily(practice)
    assert len(through.requests) == asked, "not twice a day"
    use_gateway(practice, kim, through, secret="wrong")
    registered(practice, kim)
    scheduled(practice, sign_in("dana"))
    clock.advance(days=1)
    assert [outcome.state for outcome in run_due(practice)] == ["ready"]
    assert health(practice, sign_in("kim"))[0] == "failing"


def test_attack_a_refused_check_does_not_tell_the_token(
    practice: Practice, sign_in: SignIn, through: Gateway
) -> None:
    through.talk = saying(said(401, {"code": 20003, "message": f"token {TOKEN} is wrong"}))
    with pytest.raises(CarrierDown) as problem:
        check_carrier(practice, sign_in("kim"), "sms")
    assert TOKEN not in problem.value.sentence


def test_a_secret_that_cannot_be_opened_stops_its_own_channel_only(
    practice: Practice, sign_in: SignIn, through: Gateway
) -> None:
    """As after a restore with another secret.key: it is told, and nothing is lost."""
    queue_texts(practice, NUMBER)
    change_store(practice, "UPDATE message_carrier SET sealed_secret = zeroblob(60)")
    assert deliver(practice) == Delivered(0, 1, 0)
    state, reason = health(practice, sign_in("kim"))
    assert (state, rows(practice)[0]["last_error"]) == ("failing", reason)
    use_gateway(practice, sign_in("kim"), through)
    assert deliver(practice).sent == 1
