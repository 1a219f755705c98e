"""The security policy is saved as a whole, or not at all (REQUIREMENTS S4, S5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.errors import BadInput, ChairsideError
from store.practice import Practice
from store.use_cases.security_policy import (
    PolicyChanged,
    SecurityPolicy,
    save_security_policy,
    security_policy,
)
from tests import people
from tests.people import SignIn

ALL_THREE = SecurityPolicy("strong", "everyone", True)
TRAIL = (
    "SELECT count(*) FROM audit_log WHERE action IN"
    " ('password.policy', 'setting.sign_in_factor', 'setting.always_passphrase')"
)


def test_what_is_chosen_together_is_kept_together_each_with_its_event(
    practice: Practice, sign_in: SignIn
) -> None:
    kim = sign_in("kim")
    was = practice.call(security_policy, kim)
    practice.call(save_security_policy, kim, was, ALL_THREE)
    assert practice.call(security_policy, kim) == ALL_THREE
    assert practice.call(lambda store: store.value(TRAIL)) == 3
    practice.call(save_security_policy, kim, ALL_THREE, ALL_THREE)
    assert practice.call(lambda store: store.value(TRAIL)) == 3


@pytest.mark.parametrize("reason", ["no factor", "no such preset", "changed meanwhile"])
def test_one_setting_that_is_turned_away_keeps_the_others_out(
    practice: Practice, sign_in: SignIn, reason: str
) -> None:
    """Whichever of them it is: neither a setting nor an event of the others stays."""
    kim = sign_in("kim")
    was, wanted = practice.call(security_policy, kim), ALL_THREE
    problem: type[ChairsideError] = BadInput
    if reason == "no factor":
        people.change_store(practice, "UPDATE user SET cell_phone = NULL WHERE user_name = 'kim'")
    elif reason == "no such preset":
        wanted = replace(ALL_THREE, preset="none")  # type: ignore[arg-type]
    else:
        people.save_policy(practice, kim, preset="yearly")
        problem = PolicyChanged
    before = practice.call(security_policy, kim), practice.call(lambda store: store.value(TRAIL))
    with pytest.raises(problem):
        practice.call(save_security_policy, kim, was, wanted)
    after = practice.call(security_policy, kim), practice.call(lambda store: store.value(TRAIL))
    assert after == before
