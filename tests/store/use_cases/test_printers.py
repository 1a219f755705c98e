"""Setup > Printers: addresses, defaults, certificates, and what a sheet's sender learns (P9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.access import Actor
from store.database import Store
from store.errors import BadInput, Conflict, NotFound, SessionEnded
from store.practice import Practice
from store.printers import check_address
from store.use_cases import printers
from store.use_cases.printers import PrinterChanged, PrinterForm, PrinterView
from store.use_cases.signing_in import sign_out

SignIn = Callable[[str], Actor]
DESK = PrinterForm("Front desk", "ipp", "ipps://desk.local/ipp/print")
FINGERPRINT = "0f" * 32
ADDRESS = "ipps://desk.local/ipp/print"


@pytest.fixture
def kim(sign_in: SignIn) -> Actor:
    return sign_in("kim")


def listed(practice: Practice, kim: Actor) -> dict[str, PrinterView]:
    return {printer.name: printer for printer in practice.call(printers.printers, kim)}


def form_of(printer: PrinterView) -> PrinterForm:
    return PrinterForm(
        printer.name,
        printer.kind,
        printer.address,
        printer.office_id,
        printer.printer_id,
        printer.version,
    )


def add(practice: Practice, kim: Actor, name: str, kind: str, address: str) -> int:
    return practice.call(printers.save_printer, kim, PrinterForm(name, kind, address))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 192.0.2.7 ", "ipps://192.0.2.7/ipp/print"),
        ("Desk.local", "ipps://desk.local/ipp/print"),
        ("IPP://desk.local:631/", "ipp://desk.local/ipp/print"),
        ("ipp://desk.local:8631/ipp/two", "ipp://desk.local:8631/ipp/two"),
        ("ipps://[2001:DB8::7]/ipp/print", "ipps://[2001:db8::7]/ipp/print"),
    ],
)
def test_an_address_is_written_one_way(typed: str, kept: str) -> None:
    """Without a scheme the encrypted way is taken."""
    assert check_address("ipp", typed) == kept
    assert check_address("ipp", kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://desk.local/ipp/print",
        "file:///etc/passwd",
        "ipps://",
        "ipps://desk.local:0/",
        "ipps://desk.local:99999/",
        "ipps://de sk/",
        "ipps://desk.local/ipp/print?x=1",
        "ipps://desk.local/a b",
        "ipps://desk.local\r\nHost: other/",
        "ipps://[::1/",
    ],
)
def test_attack_an_address_that_is_none(typed: str) -> None:
    """Vulnerability: a line break or another scheme in an address reaches another server."""
    with pytest.raises(BadInput):
        check_address("ipp", typed)


def test_an_address_holds_no_account() -> None:
    with pytest.raises(BadInput, match="account name or a password") as told:
        check_address("ipp", "ipps://kim:opensesame@desk.local/")
    assert "opensesame" not in str(told.value)


@pytest.mark.parametrize("queue", ["-oraw", "a b", "a#b", "", "a/b/c", "a\x1bb"])
def test_attack_a_queue_name_that_lp_reads_as_an_option(queue: str) -> None:
    assert check_address("cups", "office/two-sided") == "office/two-sided"
    with pytest.raises(BadInput):
        check_address("cups", queue)


@given(st.text(max_size=60))
@settings(max_examples=50)
def test_whatever_is_typed_is_kept_one_way_or_refused(typed: str) -> None:
    try:
        kept = check_address("ipp", typed)
    except BadInput:
        return
    assert check_address("ipp", kept) == kept
    assert kept.isascii()
    assert kept.isprintable()


def test_each_kind_has_one_default_at_all_times(practice: Practice, kim: Actor) -> None:
    desk = practice.call(printers.save_printer, kim, DESK)
    back = add(practice, kim, "Back office", "ipp", "192.0.2.8")
    queue = add(practice, kim, "Queue", "cups", "laser")

    def defaults() -> set[str]:
        return {name for name, found in listed(practice, kim).items() if found.is_default}

    assert defaults() == {"Front desk", "Queue"}
    practice.call(printers.set_default, kim, back)
    assert defaults() == {"Back office", "Queue"}
    turned = replace(form_of(listed(practice, kim)["Back office"]), kind="cups", address="ink")
    practice.call(printers.save_printer, kim, turned)
    assert defaults() == {"Front desk", "Queue"}
    practice.call(printers.delete_printer, kim, queue)
    assert defaults() == {"Front desk", "Back office"}
    practice.call(printers.delete_printer, kim, desk)
    assert defaults() == {"Back office"}
    with pytest.raises(NotFound):
        practice.call(printers.delete_printer, kim, desk)


def test_another_address_forgets_certificate_and_health(practice: Practice, kim: Actor) -> None:
    """Attack: a printer is renamed to another machine and goes on counting as the accepted one."""
    number = practice.call(printers.save_printer, kim, DESK)
    practice.call(printers.accept_certificate, kim, number, FINGERPRINT, ADDRESS)
    practice.call(printers.note_health, kim, number, "")
    accepted = listed(practice, kim)["Front desk"]
    assert (accepted.certificate_sha256, accepted.health) == (FINGERPRINT, "working")

    practice.call(printers.save_printer, kim, replace(form_of(accepted), name="Desk"))
    assert listed(practice, kim)["Desk"].certificate_sha256 == FINGERPRINT
    moved = replace(form_of(listed(practice, kim)["Desk"]), address="192.0.2.9")
    practice.call(printers.save_printer, kim, moved)
    found = listed(practice, kim)["Desk"]
    assert (found.certificate_sha256, found.health, found.checked_at) == ("", "untried", None)


def test_a_certificate_is_not_replaced_by_another_one(practice: Practice, kim: Actor) -> None:
    number = practice.call(printers.save_printer, kim, DESK)
    practice.call(printers.accept_certificate, kim, number, FINGERPRINT, ADDRESS)
    practice.call(printers.accept_certificate, kim, number, FINGERPRINT, ADDRESS)
    with pytest.raises(Conflict, match="Another certificate"):
        practice.call(printers.accept_certificate, kim, number, "1e" * 32, ADDRESS)
    practice.call(printers.forget_certificate, kim, number)
    practice.call(printers.accept_certificate, kim, number, "1e" * 32, ADDRESS)
    assert listed(practice, kim)["Front desk"].certificate_sha256 == "1e" * 32


def test_attack_the_address_is_changed_while_the_test_page_prints(
    practice: Practice, kim: Actor
) -> None:
    """Vulnerability: the certificate of the old address counts as accepted for the new one.

    Verified: it is refused, and the printer stays one whose certificate nobody has accepted.
    """
    number = practice.call(printers.save_printer, kim, DESK)
    tested = practice.call(printers.begin_test, kim, number)
    moved = replace(form_of(listed(practice, kim)["Front desk"]), address="192.0.2.9")
    practice.call(printers.save_printer, kim, moved)
    with pytest.raises(Conflict, match="address of this printer was changed"):
        practice.call(printers.accept_certificate, kim, number, FINGERPRINT, tested.address)
    assert listed(practice, kim)["Front desk"].certificate_sha256 == ""


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    practice: Practice, kim: Actor
) -> None:
    """Trying a printer is no change of it."""
    number = practice.call(printers.save_printer, kim, DESK)
    read = form_of(listed(practice, kim)["Front desk"])
    practice.call(printers.note_health, kim, number, "The printer is out of paper.")
    practice.call(printers.save_printer, kim, replace(read, name="Desk"))
    with pytest.raises(PrinterChanged):
        practice.call(printers.save_printer, kim, replace(read, name="Third"))
    assert set(listed(practice, kim)) == {"Desk"}
    with pytest.raises(BadInput, match="of this name"):
        add(practice, kim, "DESK", "cups", "laser")


def test_the_order_is_the_practices(practice: Practice, kim: Actor) -> None:
    assert practice.call(printers.print_order, kim) == ("ipp", "cups", "pdf")
    practice.call(printers.save_print_order, kim, ("cups", "pdf"))
    assert practice.call(printers.print_order, kim) == ("cups", "pdf")
    for wrong in ((), ("fax",), ("ipp", "ipp")):
        with pytest.raises(BadInput):
            practice.call(printers.save_print_order, kim, wrong)
    assert practice.call(printers.print_order, kim) == ("cups", "pdf")


def test_whoever_prints_learns_where_to_and_nothing_after_the_session(
    practice: Practice, kim: Actor, sign_in: SignIn
) -> None:
    """Ana holds no right to printers; the sheet she prints has to get there all the same."""
    practice.call(printers.save_printer, kim, DESK)
    ana = sign_in("ana")
    (place,) = practice.call(printers.destinations, ana).printers
    assert (place.name, place.address) == (DESK.name, DESK.address)
    practice.call(sign_out, ana)
    with pytest.raises(SessionEnded):
        practice.call(printers.destinations, ana)


def test_p14_every_change_of_a_printer_is_in_the_trail(practice: Practice, kim: Actor) -> None:
    number = practice.call(printers.save_printer, kim, DESK)
    practice.call(printers.begin_test, kim, number)
    practice.call(printers.accept_certificate, kim, number, FINGERPRINT, ADDRESS)
    practice.call(printers.set_default, kim, number)
    practice.call(printers.save_print_order, kim, ("ipp",))
    practice.call(printers.delete_printer, kim, number)
    told = practice.call(
        Store.rows, "SELECT action FROM audit_log WHERE action LIKE 'printer.%' ORDER BY seq"
    )
    assert [row["action"].removeprefix("printer.") for row in told] == [
        "add",
        "test",
        "certificate",
        "default",
        "order",
        "delete",
    ]
