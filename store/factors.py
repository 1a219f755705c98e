"""Second factors: all SQL about authenticator apps and recovery codes (REQUIREMENTS S5, D23).

One rule: what proves somebody does so once: a time step and a recovery code are taken in the
transaction of what they prove, and of two takers at once one wins.
"""

from __future__ import annotations

import hmac
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from store import message_carriers, one_time_codes, registration, users
from store.access import CLOCK_SLACK
from store.clock import instant, moment
from store.database import Store
from store.deadlines import is_over
from store.errors import WrongCode
from store.one_time_codes import Spent
from store.passwords import random_groups
from store.phones import OWN_NUMBER

Kind = Literal["sms", "totp", "recovery"]

RECOVERY_CODES = 10
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How many steps a phone's clock may be early or late (RFC 6238 §5.2)."""
PAUSE = timedelta(hours=24)
"""No download by a factor that was just changed (S6), unless another factor proved it."""
_LONGEST_PAUSE = PAUSE + CLOCK_SLACK
"""A clock that is set right by a little does not end the pause; one that was years ahead does."""
_SECRET = "totp secret"  # noqa: S105 - the name of a purpose
_RECOVERY = "recovery code"


@dataclass(frozen=True, slots=True)
class Proof:
    """An answer that was right; `take` uses it up in the transaction of what it proves."""

    kind: Kind
    otp_challenge_id: int
    mfa_factor_id: int | None = None
    step: int | None = None


def on_offer(store: Store, user: sqlite3.Row, *, for_download: bool) -> tuple[Kind, ...]:
    """Return the factors a user can answer with now, the usual one first.

    For a download, what was changed in the last 24 hours without proof does not count (S6).
    """
    now = store.clock.now()
    kinds: list[Kind] = []
    settled = not for_download or _is_settled(user, now)
    number = user["cell_phone"]
    registered = number and settled and registration.state(store) == "registered"
    if registered and not message_carriers.why_no_text_to(store, number):
        kinds.append("sms")
    for kind in ("totp", "recovery"):
        if any(_counts(row, now, for_download) for row in _live(store, user["user_id"], kind)):
            kinds.append(kind)
    return tuple(kinds)


def why_no_text_message(store: Store, user: sqlite3.Row) -> tuple[str, ...]:
    """Return what keeps a text message from being this user's second factor (D6, D7, S6)."""
    why = []
    if not user["cell_phone"]:
        why.append(f"No mobile number is on file for you. {OWN_NUMBER}")
    elif not_served := message_carriers.why_no_text_to(store, user["cell_phone"]):
        why.append(f"{not_served} {OWN_NUMBER}")
    if not _is_settled(user, store.clock.now()):
        why.append(
            "Your mobile number was changed less than 24 hours ago: until then no code is sent"
            " to it. An authenticator app or a recovery code that you have had for longer works."
        )
    if registration.state(store) != "registered":
        why.append(
            "Text messaging is not registered: Setup > Account Info > Communications >"
            " Register for Communication."
        )
    return tuple(why)


def counts_from(store: Store, user_id: int, kind: Kind) -> datetime | None:
    """Return from when a user's newest confirmed factor of a kind schedules downloads."""
    rows, now = _live(store, user_id, kind), store.clock.now()
    if not rows:
        return None
    since = moment(rows[-1]["counts_from"])
    return min(since, now) if _counts(rows[-1], now, for_download=True) else since


def recovery_left(store: Store, user_id: int) -> int:
    """Return how many recovery codes a user has left."""
    return len(_live(store, user_id, "recovery"))


def check(store: Store, spent: Spent, kind: str, code: str, *, for_download: bool = False) -> Proof:
    """Compare an answer, for a try that is paid for; return what `take` uses up.

    Raises WrongCode, for a kind that is not on offer as well.
    """
    user = users.by_id(store, spent.user_id)
    if kind not in on_offer(store, user, for_download=for_download):
        raise WrongCode("This second factor cannot be used here now.", do=spent.what_is_left)
    if kind == "sms":
        one_time_codes.check_sent(store, spent, code)
        return Proof("sms", spent.otp_challenge_id)
    for row in _live(store, spent.user_id, kind):
        if not _counts(row, store.clock.now(), for_download):
            continue
        if kind == "recovery" and hmac.compare_digest(
            row["sealed_secret"], _recovery_hash(store, code)
        ):
            return Proof("recovery", spent.otp_challenge_id, row["mfa_factor_id"])
        if kind == "totp" and (step := matching_step(store, row, code)) is not None:
            return Proof("totp", spent.otp_challenge_id, row["mfa_factor_id"], step)
    what = "the authenticator app shows now" if kind == "totp" else "is on your list"
    raise WrongCode(f"That is not a code that {what}.", do=spent.what_is_left)


def take(store: Store, proof: Proof) -> None:
    """Use a proof up inside the running transaction. Raises WrongCode if it was used before."""
    one_time_codes.mark_used(store, proof.otp_challenge_id)
    if proof.kind == "totp":
        taken = store.execute(
            "UPDATE mfa_factor SET last_step = ? WHERE mfa_factor_id = ? AND revoked_at IS NULL"
            " AND (last_step IS NULL OR last_step < ?)",
            (proof.step, proof.mfa_factor_id, proof.step),
        )
        if not taken:
            raise WrongCode("This code was used already.", do="Wait for the next one.")
    elif proof.kind == "recovery":
        taken = store.execute(
            "UPDATE mfa_factor SET revoked_at = ?, sealed_secret = NULL"
            " WHERE mfa_factor_id = ? AND revoked_at IS NULL",
            (instant(store.clock.now()), proof.mfa_factor_id),
        )
        if not taken:
            raise WrongCode("This recovery code was used already.", do="Use another one.")


def begin_totp(store: Store, user_id: int) -> str:
    """Make an unconfirmed secret inside the running transaction; return it in base 32."""
    from pyotp import random_base32

    store.execute(
        "DELETE FROM mfa_factor WHERE user_id = ? AND kind = 'totp' AND confirmed_at IS NULL",
        (user_id,),
    )
    secret = random_base32()
    number = store.insert("mfa_factor", {"user_id": user_id, "kind": "totp"})
    store.execute(
        "UPDATE mfa_factor SET sealed_secret = ? WHERE mfa_factor_id = ?",
        (store.sealer.seal(secret.encode(), _SECRET, f"{user_id}:{number}"), number),
    )
    return secret


def unconfirmed_totp(store: Store, user_id: int) -> sqlite3.Row | None:
    """Return the app that is being enrolled, or None."""
    return store.one(
        "SELECT * FROM mfa_factor WHERE user_id = ? AND kind = 'totp' AND confirmed_at IS NULL"
        " AND revoked_at IS NULL",
        (user_id,),
    )


def confirm_totp(store: Store, row: sqlite3.Row, step: int, counts: datetime) -> None:
    """Let an app that showed the right code take the place of the one before."""
    revoke(store, row["user_id"], "totp")
    done = store.execute(
        "UPDATE mfa_factor SET confirmed_at = ?, counts_from = ?, last_step = ?"
        " WHERE mfa_factor_id = ? AND confirmed_at IS NULL",
        (instant(store.clock.now()), instant(counts), step, row["mfa_factor_id"]),
    )
    if not done:
        raise WrongCode("This app was confirmed already, or another one begun.")


def matching_step(store: Store, row: sqlite3.Row, code: str) -> int | None:
    """Return the time step whose code this is, one early or late included; None if none.

    Steps up to the last one used do not count: a code that was read over a shoulder is dead.
    """
    from pyotp import TOTP

    secret = store.sealer.open(
        row["sealed_secret"], _SECRET, f"{row['user_id']}:{row['mfa_factor_id']}"
    )
    app = TOTP(secret.decode())
    now = int(store.clock.now().timestamp()) // STEP_SECONDS
    last = row["last_step"]
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        same = hmac.compare_digest(app.generate_otp(step), one_time_codes.digits_of(code))
        if same and (last is None or step > last):
            found = step
    return found


def revoke(store: Store, user_id: int, kind: Kind) -> int:
    """Withdraw a user's confirmed factors of a kind inside the running transaction."""
    return store.execute(
        "UPDATE mfa_factor SET revoked_at = ?, sealed_secret = NULL WHERE user_id = ? AND kind = ?"
        " AND confirmed_at IS NOT NULL AND revoked_at IS NULL",
        (instant(store.clock.now()), user_id, kind),
    )


def new_recovery_codes(store: Store, user_id: int, counts: datetime) -> tuple[str, ...]:
    """Make ten recovery codes inside the running transaction, in the place of those before."""
    revoke(store, user_id, "recovery")
    now = instant(store.clock.now())
    codes = tuple(random_groups(2) for _ in range(RECOVERY_CODES))
    for code in codes:
        store.insert(
            "mfa_factor",
            {
                "user_id": user_id,
                "kind": "recovery",
                "sealed_secret": _recovery_hash(store, code),
                "confirmed_at": now,
                "counts_from": instant(counts),
            },
        )
    return codes


def _recovery_hash(store: Store, code: str) -> bytes:
    """A keyed hash is enough: 49 random bits, five tries a request, and a key kept apart."""
    typed = "".join(c for c in code.lower() if c.isalnum())
    return bytes.fromhex(store.sealer.keyed_hash(typed, _RECOVERY))


def _live(store: Store, user_id: int, kind: str) -> list[sqlite3.Row]:
    return store.rows(
        "SELECT * FROM mfa_factor WHERE user_id = ? AND kind = ? AND confirmed_at IS NOT NULL"
        " AND revoked_at IS NULL ORDER BY mfa_factor_id",
        (user_id, kind),
    )


def _is_settled(user: sqlite3.Row, now: datetime) -> bool:
    """Tell whether the mobile number is old enough for a code for a download (S6)."""
    changed = user["cell_phone_changed_at"]
    return changed is None or is_over(instant(moment(changed) + PAUSE), now, _LONGEST_PAUSE)


def _counts(row: sqlite3.Row, now: datetime, for_download: bool) -> bool:
    return not for_download or is_over(row["counts_from"], now, _LONGEST_PAUSE)
