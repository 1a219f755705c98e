"""What tests of the portal's settings and lists do again and again."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from store.database import Store
from store.practice import Practice
from store.use_cases import invite_rules, portal_settings, printers
from tests import people
from tui.widgets.choice import Choice

URL = "https://portal.maplegrove.example"


def with_portal(practice: Practice) -> None:
    """Set the portal's address, as an administrator does."""
    kim = people.signed_in(practice, "kim")
    now = practice.call(portal_settings.settings, kim)
    wanted = portal_settings.PortalSettings(URL, now.features, version=now.version)
    practice.call(portal_settings.save_settings, kim, wanted)


def with_patients(practice: Practice, complete: int, incomplete: int = 0) -> list[int]:
    """Add patients of whom all is on file (P1), then some without any contact details."""
    whole = {
        "address": "12 Maple St",
        "city": "Fremont",
        "state": "CA",
        "wireless_phone": "(510) 555-0142",
        "email_ok": 1,
    }

    def run(store: Store) -> list[int]:
        with store.transaction():
            provider = store.insert("provider", {"abbr": "DDS1", "last_name": "Patel"})
            return [
                store.insert(
                    "patient",
                    {
                        "last_name": f"Adler{index:02d}" if index < complete else "Doe [/x]",
                        "first_name": "Ruth",
                        "status": "patient",
                        "birthdate": "1980-03-14",
                        "primary_provider_id": provider,
                        **({**whole, "email": f"p{index}@example.org"} if index < complete else {}),
                    },
                )
                for index in range(complete + incomplete)
            ]

    return practice.call(run)


def with_a_rule_and_a_printer(practice: Practice) -> None:
    """Save an invitation rule, which is off, and a printer that nobody has tried."""
    kim = people.signed_in(practice, "kim")
    practice.call(invite_rules.save_rule, kim, invite_rules.new_rule("before_appointment"))
    form = printers.PrinterForm("Front desk", "ipp", "ipp://127.0.0.1:9")
    practice.call(printers.save_printer, kim, form)


def count(practice: Practice, sql: str) -> int:
    """Return what an SQL count says."""
    return int(practice.call(lambda store: store.value(sql)))


async def choose(pilot: Pilot[Any], name: str, value: str) -> None:
    """Go with → and ← to a value of a field that takes one of a few words."""
    field = pilot.app.screen.query_one(f"#{name}", Choice)
    pilot.app.screen.set_focus(field)
    for key in ("left", "right"):
        for _ in range(len(field._options)):
            if field.value != value:
                await pilot.press(key)
    assert field.value == value
