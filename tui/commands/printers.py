"""`chairside printers`: which printers sheets go to, for IT support over SSH.

One rule: a printer's certificate is accepted by the first test page only, and its fingerprint is
shown to whoever asked for that page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from store.errors import NotFound
from tui.commands.done import tell_done
from tui.commands.portal_desk import column, desk, desk_options
from tui.commands.support import handles_errors, json_option, print_json, shown

if TYPE_CHECKING:
    from store.access import Actor
    from store.practice import Practice
    from store.use_cases.printers import PrinterView


@click.group("printers")
def group() -> None:
    """List, find, add, test and remove the printers that sheets go to."""


@group.command("list")
@desk_options
@json_option
@handles_errors
def list_(as_json: bool, **where: Any) -> None:
    """List printers, the usual ones first, and how each does."""
    from store.use_cases import printers

    with desk(where).opened() as (practice, actor):
        found = practice.call(printers.printers, actor)
        ways = practice.call(printers.print_order, actor)
    if as_json:
        print_json({"order": ways, "printers": [_as_json(one) for one in found]})
        return
    for one in found:
        state = one.health if one.health != "failing" else f"failing: {shown(one.last_error)}"
        usual = "usual" if one.is_default else ""
        click.echo(f"{column(one.name, 20)}  {column(one.address, 36)}  {usual:<5}  {state}")
    if not found:
        click.echo("No printer is set up; see: chairside printers find.")
    click.echo(f"Tried in this order: {', '.join(ways)}.", err=True)


@group.command("find")
@desk_options
@json_option
@handles_errors
def find(as_json: bool, **where: Any) -> None:
    """Find print queues of this computer, and printers that announce themselves."""
    from exporter.letters.finding import find_printers

    with desk(where).opened() as (practice, actor):
        found = find_printers(practice, actor)
    if as_json:
        print_json([{"name": f.name, "address": f.address, "kind": f.kind} for f in found])
        return
    for one in found:
        kind = "queue" if one.kind == "cups" else "network"
        click.echo(f"{kind:<8}  {column(one.name, 28)}  {shown(one.address)}")
    if not found:
        click.echo("None is found. One that has an address can be added all the same.")


@group.command("add")
@desk_options
@click.argument("name")
@click.argument("address", metavar="ADDRESS|QUEUE")
@click.option("--queue", is_flag=True, help="It is a print queue, whatever its name looks like.")
@json_option
@handles_errors
def add(name: str, address: str, *, queue: bool, as_json: bool, **where: Any) -> None:
    """Add a printer by its address, or a print queue of this computer by its name.

    What has a dot or a colon in it is an address: ipps://192.0.2.7/ipp/print, or only 192.0.2.7.
    """
    from store.use_cases.printers import PrinterForm, save_printer

    kind = "cups" if queue or not {".", ":"} & set(address) else "ipp"
    with desk(where).opened() as (practice, actor):
        practice.call(save_printer, actor, PrinterForm(name, kind, address))
    added = name.strip()
    told = f"{shown(added)} is added. Print a test page: chairside printers test."
    tell_done(told, {"name": added, "kind": kind, "address": address}, as_json)


@group.command("test")
@desk_options
@click.argument("name")
@json_option
@handles_errors
def test(name: str, as_json: bool, **where: Any) -> None:
    """Print a test page, with nothing of a patient on it.

    The first one accepts the certificate of an encrypted printer; from then on no other is taken.
    """
    from exporter.letters.trial_page import print_test_page

    with desk(where).opened() as (practice, actor):
        page = print_test_page(practice, actor, _named(practice, actor, name).printer_id)
    done = "is printed" if page.printed.is_finished else "is sent; look whether it came out"
    told = f"A test page {done}: {shown(page.printed.printer)}."
    if page.certificate_sha256:
        told += f"\nIts certificate is accepted: {page.certificate_sha256}"
    facts = {
        "name": page.printed.printer,
        "printed": page.printed.is_finished,
        "certificate_sha256": page.certificate_sha256 or None,
    }
    tell_done(told, facts, as_json)


@group.command("usual")
@desk_options
@click.argument("name")
@json_option
@handles_errors
def usual(name: str, as_json: bool, **where: Any) -> None:
    """Make a printer the usual one of its kind: sheets go to it unless another is named."""
    from store.use_cases.printers import set_default

    with desk(where).opened() as (practice, actor):
        found = _named(practice, actor, name)
        practice.call(set_default, actor, found.printer_id)
    tell_done(f"Sheets go to {shown(found.name)}.", {"name": found.name}, as_json)


@group.command("remove")
@desk_options
@click.argument("name")
@json_option
@handles_errors
def remove(name: str, as_json: bool, **where: Any) -> None:
    """Take a printer off the list."""
    from store.use_cases.printers import delete_printer

    with desk(where).opened() as (practice, actor):
        found = _named(practice, actor, name)
        practice.call(delete_printer, actor, found.printer_id)
    tell_done(f"{shown(found.name)} is removed.", {"name": found.name}, as_json)


def _named(practice: Practice, actor: Actor, name: str) -> PrinterView:
    """Return the printer of a name. Raises NotFound, Refused."""
    from store.use_cases.printers import printers

    for one in practice.call(printers, actor):
        if one.name.casefold() == name.strip().casefold():
            return one
    raise NotFound(f"There is no printer named {name}.", do="See: chairside printers list.")


def _as_json(one: PrinterView) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "address": one.address,
        "usual": one.is_default,
        "office": one.office or None,
        "health": one.health,
        "error": one.last_error or None,
        "certificate_sha256": one.certificate_sha256 or None,
    }
