"""File > My Factors, and what an administrator may do about others' (REQUIREMENTS S5, S6, D23).

One rule: whoever knows a password, but holds no factor, gains none that counts: what is added
without proof by another factor schedules no download for 24 hours, and the phone is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote

from store import factors, one_time_codes, outbox, sign_in_attempts, sign_in_factor, users
from store.access import Actor, Change, change, check
from store.clock import moment
from store.database import Store
from store.errors import BadInput, WrongCode, WrongProof
from store.factors import Proof
from store.rights import Level, Need, Right
from store.use_cases.phones import ProofCodeSent as ProofCodeSent
from store.use_cases.phones import change_phone as change_phone
from store.use_cases.phones import send_code, tell
from store.use_cases.phones import send_phone_code as send_phone_code
from store.use_cases.phones import verify_phone as verify_phone
from store.use_cases.signing_in import SecondFactorNeeded as SecondFactorNeeded
from store.use_cases.signing_in import finish_sign_in as finish_sign_in
from store.use_cases.signing_in import resend_sign_in_code as resend_sign_in_code

SECURITY = Need(Right.SECURITY, Level.FULL)
ISSUER = "Chairside"
_LONGEST_LABEL = 40
_PRINTED = {
    "file": "Began to save the recovery codes as a PDF, which is not encrypted.",
    "printer": "Began to print the recovery codes.",
}


@dataclass(frozen=True, slots=True)
class FactorsView:
    """A user's second factors. Instants are aware, UTC.

    `..._counts_from` tells from when a factor schedules downloads; None if there is none.
    """

    phone: str
    phone_verified_at: datetime | None
    phone_notes: tuple[str, ...]
    totp_counts_from: datetime | None
    recovery_left: int
    recovery_counts_from: datetime | None
    asked_at_sign_in: bool


@dataclass(frozen=True, slots=True, repr=False)
class TotpEnrolment:
    """What an authenticator app needs; draw `qr` dark on light."""

    uri: str
    secret_groups: tuple[str, ...]
    qr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The code of a factor that a user has already: `kind` is sms, totp or recovery."""

    kind: str
    code: str

    def __repr__(self) -> str:
        return f"Answer({self.kind})"


def my_factors(store: Store, actor: Actor) -> FactorsView:
    """Return the actor's own factors. Raises SessionEnded."""
    check(store, actor, None)
    user = users.by_id(store, actor.user_id)
    number, verified = user["user_id"], user["cell_phone_verified_at"]
    return FactorsView(
        outbox.mask(user["cell_phone"]) if user["cell_phone"] else "",
        moment(verified) if verified else None,
        factors.why_no_text_message(store, user),
        factors.counts_from(store, number, "totp"),
        factors.recovery_left(store, number),
        factors.counts_from(store, number, "recovery"),
        sign_in_factor.is_asked_of(store, user),
    )


def send_proof_code(store: Store, actor: Actor) -> ProofCodeSent:
    """Send a code that proves the phone, before another factor is added.

    Raises BadInput where no text message can be sent or the number is too new; Conflict.
    """
    return send_code(
        store, actor, "factor.change", "is your code to add a second factor", settled=True
    )


def begin_totp(store: Store, actor: Actor) -> TotpEnrolment:
    """Begin to enrol an authenticator app; it counts for nothing until `confirm_totp`.

    The one confirmed before goes on working until then.
    """
    with change(store, actor, None) as tx:
        assert actor.user_id is not None
        secret = factors.begin_totp(store, actor.user_id)
        tx.record("factor.begin", "Began to enrol an authenticator app.")
    uri = f"otpauth://totp/{ISSUER}:{_label(actor.user_name)}?secret={secret}"
    from store.qr_code import half_blocks

    groups = tuple(secret[at : at + 4] for at in range(0, len(secret), 4))
    return TotpEnrolment(uri, groups, half_blocks(uri))


def confirm_totp(store: Store, actor: Actor, code: str, proof: Answer | None = None) -> FactorsView:
    """Confirm the app with a code that it shows; the app before it is withdrawn.

    Args:
        proof: the code of a factor the user has already; with it the app schedules downloads at
            once, without it after 24 hours.

    Raises WrongCode; WrongProof for the code of the other factor; Conflict after too many wrong
    ones.
    """
    check(store, actor, None)
    assert actor.user_id is not None
    row = factors.unconfirmed_totp(store, actor.user_id)
    if row is None:
        raise WrongCode("No authenticator app is being enrolled.", do="Begin again.")
    step = factors.matching_step(store, row, code)
    if step is None:
        raise WrongCode(
            "That is not the code that the app shows now.",
            do="Check that the phone's clock is right, and enter the next code.",
        )
    proven = _prove(store, actor, proof)
    with change(store, actor, None) as tx:
        factors.confirm_totp(store, row, step, _counts(store, proven))
        tx.record("factor.add", f"Added an authenticator app{_with(proven)}.")
        tell(store, users.by_id(store, actor.user_id), "an authenticator app was added")
    return my_factors(store, actor)


def remove_totp(store: Store, actor: Actor, password: str) -> FactorsView:
    """Withdraw the actor's authenticator app.

    Raises WrongPassword, SessionEnded; BadInput without one, and where it is the only factor of
    who is asked for one at sign-in.
    """
    check(store, actor, None)
    user = sign_in_attempts.check_again(store, actor, password)
    with change(store, actor, None) as tx, sign_in_factor.kept(store, actor):
        if not factors.revoke(store, user["user_id"], "totp"):
            raise BadInput("You have no authenticator app.")
        tx.record("factor.remove", "Removed the authenticator app.")
        tell(store, user, "the authenticator app was removed")
    return my_factors(store, actor)


def new_recovery_codes(
    store: Store, actor: Actor, password: str, proof: Answer | None = None
) -> tuple[str, ...]:
    """Make ten recovery codes, to be shown once; those before no longer work (S5).

    With `proof` by a factor the user has already they schedule downloads at once, else after 24
    hours. Raises WrongPassword, SessionEnded, WrongProof, Conflict.
    """
    check(store, actor, None)
    user = sign_in_attempts.check_again(store, actor, password)
    proven = _prove(store, actor, proof)
    with change(store, actor, None) as tx:
        codes = factors.new_recovery_codes(store, user["user_id"], _counts(store, proven))
        tx.record("factor.recovery_codes", f"Made new recovery codes{_with(proven)}.")
        tell(store, user, "new recovery codes were made")
    return codes


def note_printed(store: Store, actor: Actor, way: Literal["file", "printer"]) -> None:
    """Note that the actor's recovery codes go to a PDF file or to the printer, before they do (S9).

    Never the codes, nor where to. Raises SessionEnded; BadInput where none are left.
    """
    with change(store, actor, None) as tx:
        assert actor.user_id is not None
        if not factors.recovery_left(store, actor.user_id):
            raise BadInput("You have no recovery codes left to print.", do="Make ten new ones.")
        tx.record("factor.recovery_print", _PRINTED[way])


def revoke_factors(store: Store, actor: Actor, user_id: int) -> None:
    """Withdraw a user's authenticator app and recovery codes, as when a phone is lost.

    Raises Refused without the Security right; BadInput as `remove_totp` does.
    """
    with change(store, actor, SECURITY) as tx, sign_in_factor.kept(store, actor):
        user = users.by_id(store, user_id)
        factors.revoke(store, user_id, "totp")
        factors.revoke(store, user_id, "recovery")
        tx.record(
            "factor.revoke",
            f"Withdrew the authenticator app and recovery codes of {user['user_name']}.",
            object_=f"user:{user_id}",
        )
        tell(store, user, "app and recovery codes withdrawn by an administrator")


def choose_sign_in_setting(store: Store, tx: Change, actor: Actor, choice: str) -> None:
    """Ask nobody (off), administrators or everyone for a second factor at sign-in (S5).

    Inside a change that has checked the right. Raises BadInput if the actor would be locked out.
    """
    if choice not in sign_in_factor.CHOICES:
        raise BadInput(f"It is one of {', '.join(sign_in_factor.CHOICES)}.")
    user = users.by_id(store, actor.user_id)
    if choice != "off" and not factors.on_offer(store, user, for_download=False):
        raise BadInput(
            "You have no second factor yet and could not sign in again.",
            kept="Nothing was changed.",
            do="Set one up under File > My Factors first.",
        )
    store.execute(
        "INSERT INTO preference (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (sign_in_factor.SETTING, choice),
    )
    tx.record("setting.sign_in_factor", f"A second factor at sign-in: {choice}.")


def _label(user_name: str) -> str:
    """Return as much of a name as the QR code has room for, whole characters only."""
    while len(quoted := quote(user_name, safe="")) > _LONGEST_LABEL:
        user_name = user_name[:-1]
    return quoted


def _prove(store: Store, actor: Actor, answer: Answer | None) -> Proof | None:
    """Return the proof by a factor that counts for downloads already, used up; None without.

    Raises WrongProof, Conflict.
    """
    if answer is None:
        return None
    try:
        return _prove_with(store, actor, answer)
    except WrongCode as error:
        raise WrongProof(error.what, kept="Nothing was changed.", do="Begin again.") from None


def _prove_with(store: Store, actor: Actor, answer: Answer) -> Proof:
    assert actor.user_id is not None
    purpose = "factor.change"
    if answer.kind == "sms":
        challenge = one_time_codes.open_code(store, actor.user_id, purpose)
    else:
        with store.transaction():
            one_time_codes.check_not_too_many(store, actor.user_id)
            challenge = one_time_codes.new_code(
                store, actor.user_id, purpose, one_time_codes.NOT_SENT
            ).otp_challenge_id
    spent = one_time_codes.spend_try(store, challenge)
    proof = factors.check(store, spent, answer.kind, answer.code, for_download=True)
    with change(store, actor, None) as tx:
        factors.take(store, proof)
        tx.record("factor.proof", f"Gave {sign_in_factor.WORDS[proof.kind]}.")
    return proof


def _counts(store: Store, proven: Proof | None) -> datetime:
    return store.clock.now() + (timedelta(0) if proven else factors.PAUSE)


def _with(proven: Proof | None) -> str:
    return f", proven by {sign_in_factor.WORDS[proven.kind]}" if proven else ", without proof"
