"""The modem carrier: real libgammu, in its process, at modems that are pseudo-terminals.

libgammu takes some four seconds to get to know a modem; so all modems are at work at once, and
each test looks at what became of one of them.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from exporter.messages.carriers import (
    CarrierDown,
    NobodyKnows,
    NotNow,
    NotTaken,
    Patience,
    Receipt,
    RefusedForGood,
)
from exporter.messages.modem.carrier import ModemCarrier
from exporter.messages.modem.line import ModemLine
from exporter.messages.modem.pin import TriedPins
from store.outbox import Outgoing
from store.use_cases.carriers import OpenCarrier

pytest.importorskip("gammu", reason="the extra `modem` is not installed")
pytest.importorskip("pty", reason="there are no pseudo-terminals on this system")

from tests.exporter.messages.modem.at_modem import AtModem, from_somebody

NUMBER, OTHER = "+15105550142", "+15105550143"
LONG = "One part is not enough for this. " * 6
IMPATIENT = Patience(connect=0.4, answer=0.4, whole=30)
TOO_LONG = 40
"""Seconds for one step; no whole time here is as long."""


@dataclass
class Seen:
    """What became of a scenario: what was returned or raised, one after the other."""

    modem: AtModem
    told: list[object] = field(default_factory=list)
    handed_over: int = 0
    seconds: float = 0
    extra: str = ""

    def carrier(self, secret: str = "", **given: object) -> ModemCarrier:
        given.setdefault("patience", IMPATIENT)
        settings = OpenCarrier("modem", self.modem.device, secret=secret, countries="US")
        return ModemCarrier(settings, **given)  # type: ignore[arg-type]

    def do(self, step: Callable[[], object]) -> object:
        began = time.monotonic()
        # What should have an end and has none is a failure, and not a test that hangs.
        too_long = threading.Timer(TOO_LONG, self.modem.unplug)
        too_long.start()
        try:
            self.told.append(step())
        except NotTaken as problem:
            self.told.append(problem)
        finally:
            too_long.cancel()
        self.seconds = time.monotonic() - began
        return self.told[-1]

    def send(self, carrier: ModemCarrier, text: str, number: str = NUMBER) -> object:
        def count() -> None:
            self.handed_over += 1

        return self.do(lambda: carrier.send(Outgoing(1, "sms", number, text), count))


def _sends() -> Seen:
    seen = Seen(AtModem(statuses={OTHER: 0x43}))
    seen.modem.store[7] = (0, from_somebody())
    carrier = seen.carrier()

    def look() -> None:
        """Read what every process of this computer may read of the modem's, and its owner."""
        assert carrier._line is not None
        process = Path("/proc") / str(carrier._line._process.pid)
        if process.exists():
            seen.extra = "".join(
                (process / file).read_text() for file in ("cmdline", "environ", "limits")
            )

    try:
        seen.do(lambda: carrier.send(Outgoing(1, "sms", NUMBER, "Your code is 482913. {€}"), look))
        seen.send(carrier, "Ваш код 482913")
        seen.send(carrier, LONG)
        seen.send(carrier, "Nobody is there", OTHER)
        references = [str(one) for one in seen.told]
        seen.do(lambda: carrier.receipts([*references, "SM0123456789abcdef"]))
        for refusal in (1, 42):
            seen.modem.refusals.append(refusal)
            seen.send(carrier, "Refused")
        second = seen.carrier()
        seen.do(second.check)
        seen.send(second, "In use")
        seen.modem.refusals.append(50)
        seen.send(carrier, "Refused")
    finally:
        carrier.close()
    return seen


def _second_part_refused() -> Seen:
    seen = Seen(AtModem(keeps_reports=False, at_once=True))
    carrier = seen.carrier()
    sent = seen.send(carrier, "Pushed")
    seen.do(lambda: carrier.receipts([str(sent)]))
    seen.modem.refusals.extend([0, 38])
    seen.send(carrier, LONG)
    carrier.close()
    return seen


def _unplugged() -> Seen:
    seen = Seen(AtModem(unplug_after=1))
    carrier = seen.carrier()
    seen.send(carrier, LONG)
    seen.do(carrier.check)
    return seen


def _no_answer() -> Seen:
    seen = Seen(AtModem())
    carrier = seen.carrier()
    seen.send(carrier, "First")
    seen.modem.silent_at = "PDU"
    # Only now: how long libgammu takes to get to know a modem is not what is measured.
    carrier._patience = Patience(whole=2)
    seen.send(carrier, "Is it there?")
    return seen


def _checked(pins: Path | None = None, secret: str = "", **behaviour: object) -> Seen:
    seen = Seen(AtModem(**behaviour))  # type: ignore[arg-type]
    whole = 6 if seen.modem.silent_at else 30
    seen.do(seen.carrier(secret, patience=Patience(0.4, 0.4, whole), pins=pins).check)
    seen.extra = pins.read_text() if pins is not None and pins.is_file() else ""
    return seen


def _pin(file: Path) -> Seen:
    seen = Seen(AtModem(pin="1234"))
    seen.do(seen.carrier(secret="9999", pins=file).check)
    seen.do(seen.carrier(secret="9999", pins=file).check)
    seen.extra = file.read_text()
    return seen


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Seen]]]:
    """What became of each modem, by its scenario."""
    file = tmp_path_factory.mktemp("practice") / "pins"
    tried = TriedPins(file.with_name("tried"))
    tried.was_refused("1234")
    with ThreadPoolExecutor(12) as pool:
        found = {
            "sends": pool.submit(_sends),
            "second part": pool.submit(_second_part_refused),
            "unplugged": pool.submit(_unplugged),
            "no answer": pool.submit(_no_answer),
            "good": pool.submit(_checked, file.with_name("tried"), model="M\x1b[31m 900E\x07"),
            "not noted": pool.submit(_checked, file.parent / "none" / "x", "1234", pin="1234"),
            "not read": pool.submit(_checked, file.parent, "1234", pin="1234"),
            "no SIM": pool.submit(_checked, sim=False),
            "no network": pool.submit(_checked, registration=2, signal=99),
            "denied": pool.submit(_checked, registration=3),
            "hangs": pool.submit(_checked, silent_at="AT+CSQ"),
            "PIN": pool.submit(_pin, file),
        }
        yield found
    for one in found.values():
        one.result().modem.end()


Scenarios = dict[str, "Future[Seen]"]


def test_texts_arrive_letter_by_letter(seen: Scenarios) -> None:
    """REQUIREMENTS D11. GSM 7-bit and UCS-2, long ones in linked parts, a report asked for."""
    modem = seen["sends"].result().modem
    plain, cyrillic, first, second, _ = modem.parts
    assert (plain.text, plain.alphabet, plain.number) == (
        "Your code is 482913. {€}",
        "7-bit",
        NUMBER,
    )
    assert (cyrillic.text, cyrillic.alphabet) == ("Ваш код 482913", "UCS-2")
    assert first.text + second.text == LONG
    assert first.of is not None
    assert second.of is not None
    assert (first.of[0], first.of[1:], second.of[1:]) == (second.of[0], (2, 1), (2, 2))
    assert all(part.wants_report and part.minutes == 60 for part in modem.parts)


def test_delivery_reports_are_read_and_nothing_else_is_deleted(seen: Scenarios) -> None:
    done = seen["sends"].result()
    plain, cyrillic, long, nobody, receipts = done.told[:5]
    assert isinstance(receipts, dict)
    assert [receipts[one] for one in (plain, cyrillic, long)] == [Receipt("delivered")] * 3
    assert receipts[nobody].state == "undelivered"
    assert "cannot be reached" in receipts[nobody].reason
    # Another carrier's reference is left out; a message to the modem stays.
    assert len(receipts) == 4
    assert list(done.modem.store) == [7]


def test_a_refusal_by_the_network_says_whether_it_may_be_tried_again(seen: Scenarios) -> None:
    """3GPP 24.011 annex E: unassigned number, congestion, not subscribed."""
    unassigned, busy, _, _, barred = seen["sends"].result().told[5:]
    assert isinstance(unassigned, RefusedForGood)
    assert isinstance(busy, NotNow)
    assert isinstance(barred, CarrierDown)
    assert "no telephone of this number (1)" in unassigned.what


def test_two_kiosks_take_turns_at_one_modem(seen: Scenarios) -> None:
    _, _, check, send, _ = seen["sends"].result().told[5:]
    assert isinstance(check, CarrierDown)
    assert isinstance(send, NotNow)
    assert "Another program is using the modem" in check.what == send.what


def test_attack_reading_number_or_text_in_the_list_of_processes(seen: Scenarios) -> None:
    """Vulnerability: arguments and environment of a process are read by others.

    Scenario: look at the modem's process when it holds a message that is about to go out.
    Verified: neither the number nor the code stands there.
    """
    done = seen["sends"].result()
    if not done.extra:
        pytest.skip("processes cannot be looked at on this system")
    assert "exporter.messages.modem.process" in done.extra
    assert "482913" not in done.extra
    assert NUMBER.lstrip("+") not in done.extra
    assert re.search(r"Max core file size +0 +0 ", done.extra), "a crash leaves no image of it"


def test_a_second_part_that_is_refused_is_not_sent_again(seen: Scenarios) -> None:
    """Its first part went out. This modem pushes reports, and answers all at once."""
    done = seen["second part"].result()
    sent, receipts, broken = done.told
    assert receipts == {sent: Receipt("delivered")}
    assert isinstance(broken, NobodyKnows)
    assert len(done.modem.parts) == 2


def test_unplugged_between_two_parts(seen: Scenarios) -> None:
    done = seen["unplugged"].result()
    broken, afterwards = done.told
    assert isinstance(broken, NobodyKnows)
    assert "unplugged" in broken.what
    assert len(done.modem.parts) == done.handed_over == 1
    assert isinstance(afterwards, CarrierDown)
    assert "no modem at this device" in afterwards.what


def test_a_modem_that_took_a_message_and_falls_silent_is_ended_in_time(seen: Scenarios) -> None:
    """What may have been sent is never sent again; the caller waits for `whole` at most."""
    done = seen["no answer"].result()
    assert isinstance(done.told[1], NobodyKnows)
    assert 2 <= done.seconds < 4


@pytest.mark.parametrize(
    ("scenario", "says"),
    [
        ("no SIM", "no SIM card"),
        ("no network", "no mobile network"),
        ("denied", "does not accept this SIM card"),
        ("hangs", "did not answer in time"),
    ],
)
def test_a_modem_that_cannot_send_says_why_and_how_to_mend_it(
    seen: Scenarios, scenario: str, says: str
) -> None:
    [problem] = seen[scenario].result().told
    assert isinstance(problem, CarrierDown)
    assert says in problem.what
    assert problem.do


def test_a_check_tells_what_was_found(seen: Scenarios) -> None:
    """REQUIREMENTS D6: modem, SIM, signal. What the modem calls itself commands no terminal."""
    done = seen["good"].result()
    assert done.told == [
        "The modem (Wavecom M [31m 900E) answered. The SIM card is ready."
        " Network: Example Mobile, signal 60 %."
    ]
    assert done.modem.parts == []


def test_a_wrong_pin_is_never_tried_twice(seen: Scenarios) -> None:
    """A SIM card locks after three; nor is the PIN written down."""
    done = seen["PIN"].result()
    assert all(isinstance(one, CarrierDown) for one in done.told)
    assert "refused the PIN" in str(done.told[1])
    assert done.modem.pins_tried == ["9999"]
    assert "9999" not in done.extra


def test_a_card_that_is_open_counts_anew(seen: Scenarios) -> None:
    """Else a right PIN, after which the program was killed twice, would never be tried again."""
    done = seen["good"].result()
    assert not done.extra


@pytest.mark.parametrize("scenario", ["not noted", "not read"])
def test_a_pin_is_not_tried_where_that_cannot_be_noted(seen: Scenarios, scenario: str) -> None:
    done = seen[scenario].result()
    [problem] = done.told
    assert isinstance(problem, CarrierDown)
    assert "cannot be noted" in problem.what
    assert done.modem.pins_tried == []


def test_what_is_no_modem_is_told_at_once(tmp_path: Path) -> None:
    for device in ("/dev/ttyUSB987", os.devnull):
        with pytest.raises(CarrierDown, match="no modem"):
            ModemCarrier(OpenCarrier("modem", device)).check()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *(("", "x"), ("abc", "x"), ("15105550142", "x"), ("+442079460000", "x")),
        *((NUMBER, ""), (NUMBER, "a\0b"), (NUMBER, "x" * 1001), (NUMBER, "\ud800")),
    ],
)
def test_what_no_modem_should_get_is_refused_before_it_is_opened(number: str, text: str) -> None:
    carrier = ModemCarrier(OpenCarrier("modem", os.devnull, countries="US"))
    with pytest.raises(RefusedForGood):
        carrier.send(Outgoing(1, "sms", number, text), pytest.fail)


def test_gammus_own_dummy_phone(tmp_path: Path) -> None:
    carrier = ModemCarrier(OpenCarrier("modem", str(tmp_path)), IMPATIENT, driver=("none", "dummy"))
    assert "answered" in carrier.check()
    assert carrier.send(Outgoing(1, "sms", NUMBER, "Hello"), lambda: None)
    carrier.close()


def test_the_process_ends_with_the_program_that_started_it() -> None:
    """A kiosk that is killed leaves no modem held."""
    line = ModemLine()
    assert line._process.stdin is not None
    line._process.stdin.close()
    assert line._process.wait(5) == 1
    line.cut()


def test_the_process_ends_with_a_program_that_was_killed_in_the_middle_of_a_line() -> None:
    line = ModemLine()
    assert line._process.stdin is not None
    line._process.stdin.write(b'{"do": "open", "dev')
    line._process.stdin.close()
    assert line._process.wait(5) == 1
    line.cut()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGALRM")
def test_the_process_ends_if_whoever_started_it_is_stopped_and_says_nothing() -> None:
    """A terminal that was suspended with Ctrl+Z holds the modem for nobody else's lifetime."""
    program = "from exporter.messages.modem import process as p; p.ALONE_SECONDS = 1; p.main()"
    alone = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert alone.wait(10) == -signal.SIGALRM
    assert alone.stdin is not None
    alone.stdin.close()


def test_the_process_knows_nothing_of_the_store() -> None:
    program = (
        "import sys, exporter.messages.modem.process;"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "exporter" in loaded.stdout.split()
    assert not {"store", "sqlite3", "gammu"} & set(loaded.stdout.split())
