"""The rules for invitations and their words (P11)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import invite_templates
from store.access import Actor
from store.errors import BadInput, Conflict
from store.invite_templates import DEFAULT_BODIES, DEFAULT_SUBJECT, Words
from store.practice import Practice
from store.use_cases import invite_rules
from store.use_cases.invite_rules import MODES, BadRule, BadTemplate, RuleChanged, new_rule
from tests import people
from tests.store.portal_patients import with_portal
from tests.store.use_cases import inviting, staff
from tests.store.use_cases.inviting import agreed, in_days, mails, rule_on, visit

SignIn = Callable[[str], Actor]
PORTAL = "https://portal.example.org"


@pytest.fixture
def kim(practice: Practice, sign_in: SignIn) -> Actor:
    """The administrator."""
    return sign_in("kim")


def test_p11_defaults_are_off_and_have_the_times_of_the_requirements() -> None:
    offered = {mode: new_rule(mode) for mode in MODES}
    days = {mode: rule.offset_minutes / 1_440 for mode, rule in offered.items()}
    assert (days["before_appointment"], days["no_recent_visit"]) == (7, 30)
    assert offered["after_appointment"].offset_minutes == 60
    assert [mode for mode, rule in offered.items() if rule.is_enabled] == ["by_hand"]


def test_a_rule_is_saved_changed_and_deleted_each_with_an_event(
    practice: Practice, kim: Actor
) -> None:
    """P14; every default template passes its own check."""
    saved = [practice.call(invite_rules.save_rule, kim, new_rule(mode)) for mode in MODES]
    assert practice.call(invite_rules.rules, kim) == tuple(saved)
    changed = practice.call(
        invite_rules.save_rule, kim, replace(saved[1], offset_minutes=90, is_enabled=True)
    )
    assert (changed.offset_minutes, changed.version) == (90, 2)
    practice.call(invite_rules.delete_rule, kim, saved[0].rule_id, saved[0].version)
    assert practice.call(invite_rules.rules, kim) == (changed, *saved[2:])
    told = [action for action, _ in staff.events(practice, "invite_rule.")]
    assert told == ["invite_rule.save"] * 6 + ["invite_rule.delete"]


def test_what_somebody_else_saved_is_not_overwritten(practice: Practice, kim: Actor) -> None:
    read = practice.call(invite_rules.save_rule, kim, new_rule("no_recent_visit"))
    now = practice.call(invite_rules.save_rule, kim, replace(read, not_within_days=5))
    with pytest.raises(RuleChanged):
        practice.call(invite_rules.save_rule, kim, replace(read, not_within_days=6))
    with pytest.raises(RuleChanged):
        practice.call(invite_rules.delete_rule, kim, read.rule_id, read.version)
    assert practice.call(invite_rules.rules, kim) == (now,)


def test_a_rule_that_has_invited_stays_and_there_is_one_by_hand(
    practice: Practice, kim: Actor
) -> None:
    with_portal(practice)
    rule = rule_on(practice, kim, "before_appointment")
    visit(practice, agreed(practice), in_days(practice, 1))
    assert inviting.run(practice) == 1
    with pytest.raises(Conflict, match="Turn it off"):
        practice.call(invite_rules.delete_rule, kim, rule.rule_id)
    practice.call(invite_rules.save_rule, kim, new_rule("by_hand"))
    with pytest.raises(Conflict, match="by hand already"):
        practice.call(invite_rules.save_rule, kim, new_rule("by_hand"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"mode": "sometimes"}, "mode"),
        ({"offset_minutes": -1}, "offset_minutes"),
        ({"not_within_days": -1}, "not_within_days"),
    ],
)
def test_a_field_that_cannot_be_is_named(
    practice: Practice, kim: Actor, changed: dict[str, object], field: str
) -> None:
    rule = replace(new_rule("before_appointment"), **changed)  # type: ignore[arg-type]
    with pytest.raises(BadRule) as refused:
        practice.call(invite_rules.save_rule, kim, rule)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("subject", "body", "field", "says"),
    [
        ("Hello {name}", "", "subject", "no field {name}; it stands in the subject (column 7)"),
        ("Hello\nBcc: x@example.org", "", "subject", "more than one line"),
        ("Hello\r", "{x", "body", "single { in the body (line 3, column 1)"),
        ("Use {password}", "", "subject", "A subject is seen by others"),
        ("  ", "", "subject", "needed"),
        ("x" * 151, "", "subject", "longer than 150"),
        (
            "Hi",
            "a\n b {first name}",
            "body",
            "no field {first name}; it stands in the body (line 4",
        ),
        ("Hi", "odd }", "body", "single } in the body"),
        ("Hi", "bell \a", "body", "cannot be seen"),
        ("Hi", "x" * 5_000, "body", "longer than 5,000"),
    ],
)
def test_p11_a_template_names_its_fields_and_nothing_else(
    subject: str, body: str, field: str, says: str
) -> None:
    """What is wrong is told with its place."""
    with pytest.raises(BadTemplate, match=re.escape(says)) as refused:
        invite_templates.checked(subject, f"{{user_name}}\n{{password}}\n{body}")
    assert refused.value.field == field


@pytest.mark.parametrize("missing", ["user_name", "password"])
def test_p11_a_body_without_what_to_sign_in_with_is_refused(missing: str) -> None:
    body = DEFAULT_BODIES["by_hand"].replace(f"{{{missing}}}", "")
    with pytest.raises(BadTemplate, match=missing):
        invite_templates.checked(DEFAULT_SUBJECT, body)


class _Read(HTMLParser):
    """What a mail program makes of the HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.links = "", set[str](), list[str | None]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(max_examples=50)
@given(name=st.text(st.characters(codec="utf-8"), max_size=40), office=st.text(max_size=40))
def test_attack_a_name_becomes_markup_a_field_a_link_or_a_head_line(name: str, office: str) -> None:
    """Whatever stands in the data, the subject is one line, both parts have the same words, and
    the only links are the portal's."""
    first = f"می\u200cنا {name}\r\nBcc: x <b>{{password}}</b> https://evil.example"
    words = Words(first, office, "", PORTAL, "Hoa123", "XPFk3mTHt9RW")
    letter = invite_templates.filled("To {first_name}", DEFAULT_BODIES["by_hand"], words, "")
    assert letter.subject.isprintable()
    read = _Read(letter.html)
    assert read.text.split() == letter.plain.split()
    assert read.tags == {"html", "head", "meta", "body", "p", "br", "a"}
    assert set(read.links) == {PORTAL}
    assert letter.plain.count("XPFk3mTHt9RW") == 1


def test_the_defaults_say_nothing_of_the_record() -> None:
    """A mail may be read by others: no visit's time, no treatment, no balance."""
    told = " ".join((*DEFAULT_BODIES.values(), DEFAULT_SUBJECT)).lower()
    assert not re.search(r"treatment|tooth|teeth|balance|owe|insurance|diagnos|appointment", told)
    assert set(re.findall(r"{(\w+)}", told)) == set(invite_templates.FIELDS)


def test_the_preview_is_what_a_test_to_oneself_brings(practice: Practice, kim: Actor) -> None:
    """An invented patient; the time is the practice's; nobody's password is made."""
    rule = new_rule("after_appointment")
    with pytest.raises(BadInput, match="No e-mail address is on file for you"):
        practice.call(invite_rules.test_to_myself, kim, rule)
    people.change_store(practice, "UPDATE user SET email = 'kim@example.org' WHERE user_id = 1")
    masked = practice.call(invite_rules.test_to_myself, kim, rule)
    shown = practice.call(invite_rules.preview, kim, rule)
    ((to, mail),) = mails(practice)
    assert (to, mail.subject) == ("kim@example.org", f"Test: {shown.subject}")
    assert (mail.plain, mail.html) == (shown.plain, shown.html)
    assert "4 December 2026, 11:59 PM PST" in shown.plain
    assert masked.endswith("@example.org")
    assert not masked.startswith("kim")
    assert inviting.invited(practice) == []
