"""How long from *Schedule Download* until the carrier has the code, for each carrier.

Run: python -m benchmarks.messages [RUNS]. Measured from the commit of the use case, through the
kiosk's own deliverer, to the moment at which the file has its name, the gateway (TLS, on this
computer) has read the request, or the modem (a pseudo-terminal, through libgammu) has taken the
message. What a real network adds comes on top. The claim: at most a second, but for the modem.
"""

from __future__ import annotations

import os
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from store.practice import Practice, create_practice
from store.use_cases import carriers
from store.use_cases.carriers import CarrierForm
from tests import people
from tests.clocks import FixedClock
from tests.exporter.messages.carrying import registered, use_gateway
from tests.exporter.messages.gateway.server import Gateway, serving
from tui.delivering import Deliverer

TOO_LONG = 120
"""Seconds."""
Arrived = Callable[[], int]
"""How many messages the carrier has by now."""


@contextmanager
def spool(practice: Practice) -> Iterator[Arrived]:
    """Files in the practice's folder."""
    kim = people.signed_in(practice, "kim")
    practice.call(carriers.save_carrier, kim, CarrierForm("sms", "spool"))
    yield lambda: len(list(practice.folder.spool.glob("[!.]*-sms.txt")))


@contextmanager
def http(practice: Practice) -> Iterator[Arrived]:
    """A gateway on this computer, over TLS, with a certificate that is checked."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    with authority.cert_pem.tempfile() as file, serving(Gateway(), context) as gateway:
        os.environ["SSL_CERT_FILE"] = file
        kim = people.signed_in(practice, "kim")
        use_gateway(practice, kim, gateway, address=f"https://localhost:{gateway.port}")
        yield lambda: len(gateway.messages)


@contextmanager
def modem(practice: Practice) -> Iterator[Arrived]:
    """A modem that is a pseudo-terminal; the settings would refuse its name, so they are passed."""
    from tests.exporter.messages.modem.at_modem import AtModem

    stick = AtModem()
    people.change_store(practice, "DELETE FROM message_carrier WHERE channel = 'sms'")
    people.change_store(
        practice,
        "INSERT INTO message_carrier (channel, kind, address) VALUES ('sms', 'modem', ?)",
        stick.device,
    )
    try:
        yield lambda: len(stick.parts)
    finally:
        stick.end()


def measured(practice: Practice, clock: FixedClock, arrived: Arrived, runs: int) -> list[float]:
    """Return for each run the seconds from the commit until the carrier has the code."""
    registered(practice, people.signed_in(practice, "kim"))
    deliverer = Deliverer(practice)
    deliverer.start()
    taken = []
    pause = threading.Event()
    try:
        for _ in range(runs):
            clock.advance(hours=2)
            before = arrived()
            people.requested(practice, people.signed_in(practice, "dana"))
            begin = time.perf_counter()
            deliverer.wake()
            while arrived() == before:
                if time.perf_counter() - begin > TOO_LONG:
                    raise SystemExit("The carrier has not got the message.")
                pause.wait(0.001)
            taken.append(time.perf_counter() - begin)
            pause.wait(0.2)
    finally:
        deliverer.stop()
    return taken


def main(runs: int) -> None:
    clock = FixedClock()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        create_practice(data, people.PGID, people.PRACTICE_NAME, clock, fill=people.fill).close()
        print(f"{'carrier':<10}{'median':>10}{'slowest':>10}   of {runs}, in milliseconds")
        for carrier in (spool, http, modem):
            with Practice.open(data, people.PGID, clock) as practice, carrier(practice) as arrived:
                taken = measured(practice, clock, arrived, runs)
            middle, most = statistics.median(taken) * 1000, max(taken) * 1000
            print(f"{carrier.__name__:<10}{middle:>10.0f}{most:>10.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
