"""What tests of delivery through a gateway do again and again: set it up, queue text messages."""

from __future__ import annotations

from datetime import timedelta

from store import outbox, registration
from store.access import Actor
from store.carrier_settings import CarrierForm
from store.database import Store
from store.practice import Practice
from store.use_cases import carriers
from tests.exporter.messages.gateway.server import ACCOUNT, SENDER, TOKEN, Gateway


def use_gateway(practice: Practice, actor: Actor, gateway: Gateway, **other: str) -> None:
    """Let text messages go through a gateway on this computer."""
    given = {
        "address": f"http://127.0.0.1:{gateway.port}",
        "account": ACCOUNT,
        "secret": TOKEN,
        "sender": SENDER,
        **other,
    }
    practice.call(carriers.save_carrier, actor, CarrierForm("sms", "http", **given))  # type: ignore[arg-type]


def registered(practice: Practice, actor: Actor) -> None:
    """Take what was set up as registered, as if its test message had been read (D6)."""

    def run(store: Store) -> None:
        with store.transaction():
            registration.add_step(store, actor.user_id, "registered", sender="a test")

    practice.call(run)


def queue_texts(practice: Practice, *numbers: str) -> None:
    """Queue a text message to each number."""

    def run(store: Store) -> None:
        with store.transaction():
            for number in numbers:
                outbox.queue(
                    store,
                    channel="sms",
                    purpose="test",
                    recipient=number,
                    body="A message.",
                    lifetime=timedelta(minutes=10),
                )

    practice.call(run)


def health(practice: Practice, actor: Actor, channel: str = "sms") -> tuple[str, str]:
    """Return how a carrier does, and why it fails."""
    view = practice.call(carriers.carrier, actor, channel)
    return view.health, view.last_error
