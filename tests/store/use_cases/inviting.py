"""What the tests of invitations do again and again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from store import outbox
from store.access import Actor, unattended
from store.clock import instant
from store.database import Store
from store.mail import Mail
from store.practice import Practice
from store.use_cases import invitations, invite_rules, messages
from store.use_cases.invite_rules import InviteRule, new_rule
from tests.store.portal_patients import enter_patient

RUNNER = unattended("night")


def agreed(practice: Practice, **changed: object) -> int:
    """Enter a patient who meets P1 and has agreed to e-mail."""
    return enter_patient(practice, **{"email_ok": 1, **changed})


def visit(practice: Practice, patient_id: int, at: datetime, status: str = "scheduled") -> int:
    """Enter a visit of half an hour."""

    def run(store: Store) -> int:
        with store.transaction():
            return store.insert(
                "appointment",
                {
                    "patient_id": patient_id,
                    "status": status,
                    "starts_at": instant(at),
                    "pattern": "XXXXXX",
                },
            )

    return practice.call(run)


def rule_on(practice: Practice, actor: Actor, mode: str, **changed: object) -> InviteRule:
    """Save a rule that is on."""
    wanted = replace(new_rule(mode), is_enabled=True, **changed)  # type: ignore[arg-type]
    return practice.call(invite_rules.save_rule, actor, wanted)


def run(practice: Practice) -> int:
    """Do what the unattended run does."""
    return practice.call(invitations.queue_due_invitations, RUNNER)


def mails(practice: Practice) -> list[tuple[str, Mail]]:
    """Return the mails that wait, as their receivers read them: address and mail."""
    return [(m.recipient, Mail.from_json(m.body)) for m in practice.call(outbox.waiting)]


def sent_password(mail: Mail) -> str:
    """Return the one-time password of a mail that was made from the default words."""
    found = re.search(r"sign in with: (\S+)", mail.plain)
    assert found is not None
    return found[1]


def deliver(practice: Practice, *, refused: str = "") -> int:
    """Settle every waiting mail, as sent or as refused for a reason; return how many."""
    claimed = practice.call(messages.claim, "a test", "email", 100)
    for message in claimed:
        practice.call(messages.handing_over, message)
        if refused:
            practice.call(messages.note_failed, message, refused)
        else:
            practice.call(messages.note_sent, message, "taken")
    return len(claimed)


def statuses(practice: Practice) -> list[tuple[str, str | None]]:
    """Return status and error of every invitation as an archive holds them, oldest first."""
    rows = practice.call(
        Store.rows, "SELECT status, error FROM portal_invite ORDER BY portal_invite_id"
    )
    return [(row["status"], row["error"]) for row in rows]


def invited(practice: Practice) -> list[int]:
    """Return the patients of every invitation, oldest first."""
    rows = practice.call(
        Store.rows, "SELECT patient_id FROM portal_invite ORDER BY portal_invite_id"
    )
    return [row["patient_id"] for row in rows]


def in_days(practice: Practice, days: float) -> datetime:
    """Return the moment so many days from now; negative for the past."""
    return practice.clock.now() + timedelta(days=days)
