"""An invitation, worded for one patient or for one who is invented (REQUIREMENTS P11).

One rule: office, address and time are the practice's; nothing of the record goes in but the name.
"""

from __future__ import annotations

from datetime import datetime

from store import portal_setup
from store.database import Store
from store.invite_rules import InviteRule
from store.invite_templates import Letter, Words, filled, until_words
from store.portal_credentials import end_of_day

_NO_ADDRESS_YET = "https://portal.example.org"
_SAMPLE_PASSWORD = "Sample-Pass-1"  # noqa: S105  (shown in the preview; nobody's)


def zone_of(store: Store) -> str:
    """Return the practice's time zone."""
    zone: str = store.value("SELECT time_zone FROM practice_group")
    return zone


def worded(
    store: Store,
    rule: InviteRule,
    *,
    first_name: str,
    office_id: int | None,
    user_name: str,
    secret: str,
    valid_until: datetime | None,
) -> Letter:
    """Return the invitation of one patient.

    Args:
        office_id: whose name and telephone stand in it; None for the practice's first office.
        secret: the one-time password, or the address of the one-time link.
        valid_until: aware; told in the practice's time.
    """
    name, phone = _office(store, office_id)
    address = portal_setup.url_of(store) or _NO_ADDRESS_YET
    words = Words(first_name, name, phone, address, user_name, secret)
    return filled(rule.subject, rule.body, words, until_words(valid_until, zone_of(store)))


def sample(store: Store, rule: InviteRule) -> Letter:
    """Return the invitation of an invented patient; its password opens nothing."""
    settings = portal_setup.read(store)
    is_link = settings.invitation_carries == "link"
    link = portal_setup.link_address(settings.url or _NO_ADDRESS_YET, "sample")
    days = settings.link_days if is_link else settings.password_days
    return worded(
        store,
        rule,
        first_name="Jordan",
        office_id=rule.office_id,
        user_name="Jordan12345",
        secret=link if is_link else _SAMPLE_PASSWORD,
        valid_until=end_of_day(store, days),
    )


def _office(store: Store, office_id: int | None) -> tuple[str, str]:
    """Return the name a patient knows, and a telephone: another office's before none."""
    offices = store.rows(
        "SELECT office_id, name, phone FROM office"
        " ORDER BY office_id IS NOT ?, is_hidden, office_id",
        (office_id,),
    )
    phone = next((row["phone"] for row in offices if row["phone"]), "")
    own = office_id is not None and bool(offices) and offices[0]["office_id"] == office_id
    name = offices[0]["name"] if own else store.value("SELECT name FROM practice_group")
    return name, phone
