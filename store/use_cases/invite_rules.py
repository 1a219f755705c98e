"""Setup > Patient Portal > Invitations: when patients are invited, and in which words (P11).

One rule: a rule is off until somebody turns it on; no invitation goes out by itself before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from store import invitation_letters, invite_rules, outbox, users
from store.access import Actor, change, view
from store.database import Store
from store.errors import BadInput
from store.invite_rules import MODES as MODES
from store.invite_rules import BadRule as BadRule
from store.invite_rules import InviteRule as InviteRule
from store.invite_rules import RuleChanged as RuleChanged
from store.invite_rules import new_rule as new_rule
from store.invite_templates import FIELDS as FIELDS
from store.invite_templates import BadTemplate as BadTemplate
from store.rights import Level, Need, Right

SEE = Need(Right.PORTAL_SETTINGS, Level.VIEW)
CHANGE = Need(Right.PORTAL_SETTINGS)
_TEST_LIFETIME = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Preview:
    """How an invitation reads, for a patient who is invented."""

    subject: str
    plain: str
    html: str


def rules(store: Store, actor: Actor) -> tuple[InviteRule, ...]:
    """Return every saved rule, by mode and number. Raises Refused."""
    view(store, actor, SEE)
    return invite_rules.listed(store)


def save_rule(store: Store, actor: Actor, rule: InviteRule) -> InviteRule:
    """Save a rule, a new one where `rule_id` is 0; return it as it is now.

    Raises:
        Refused: the right Setup - Patient Portal: Full Control is missing.
        BadRule, BadTemplate: a time, gap or text that cannot be used; `field` names which.
        RuleChanged: somebody else saved it since it was read.
        Conflict, NotFound: a second rule for inviting by hand; no such rule or office.
    """
    with change(store, actor, CHANGE) as tx:
        saved = invite_rules.save(store, invite_rules.checked(store, rule), actor.user_id)
        tx.record(
            "invite_rule.save",
            f"Saved the rule for invitations {_words(saved)}.",
            object_=f"portal_invite_rule:{saved.rule_id}",
        )
    return saved


def delete_rule(store: Store, actor: Actor, rule_id: int, version: int | None = None) -> None:
    """Delete a rule that has invited nobody.

    Args:
        version: of the rule that was looked at; None deletes it whatever it is by now.

    Raises Refused, NotFound, RuleChanged; Conflict where it has invited somebody.
    """
    with change(store, actor, CHANGE) as tx:
        rule = invite_rules.by_id(store, rule_id)
        if version is not None:
            invite_rules.check_version(store, rule_id, version)
        invite_rules.delete(store, rule_id)
        tx.record(
            "invite_rule.delete",
            f"Deleted the rule for invitations {_words(rule)}.",
            object_=f"portal_invite_rule:{rule_id}",
        )


def preview(store: Store, actor: Actor, rule: InviteRule) -> Preview:
    """Return how an invitation would read. Raises Refused, BadRule, BadTemplate, NotFound."""
    view(store, actor, SEE)
    letter = invitation_letters.sample(store, invite_rules.checked(store, rule))
    return Preview(letter.subject, letter.plain, letter.html)


def test_to_myself(store: Store, actor: Actor, rule: InviteRule) -> str:
    """Queue the preview to the actor's own e-mail address; return that, masked.

    Raises Refused; BadInput without an address on file, or as `preview`.
    """
    with change(store, actor, CHANGE) as tx:
        letter = invitation_letters.sample(store, invite_rules.checked(store, rule))
        address = users.by_id(store, actor.user_id)["email"]
        if not address:
            raise BadInput(
                "No e-mail address is on file for you, so no test can be sent.",
                do="Enter it under Setup > Security > Users.",
            )
        mail = outbox.Mail(f"Test: {letter.subject}", letter.plain, letter.html)
        outbox.queue_mail(
            store,
            purpose="portal.invitation_test",
            recipient=address,
            mail=mail,
            lifetime=_TEST_LIFETIME,
            patient_id=None,
        )
        masked = outbox.mask(address)
        tx.record("invite_rule.test", f"Sent a test of an invitation to {masked}.")
    return masked


def _words(rule: InviteRule) -> str:
    state = "on" if rule.is_enabled else "off"
    return f"{rule.rule_id}, {rule.mode.replace('_', ' ')}: {state}"
