"""Locking ready archives anew after their requester changed the password.

One rule: it is idempotent and holds no password; killed at any point, the archive opens with the
old password or with the new one, and the next run goes on.
"""

from __future__ import annotations

import os
import platform
import secrets
from contextlib import suppress

from exporter.archive.rekey import rekey
from store.access import Actor, unattended
from store.errors import ChairsideError
from store.practice import Practice
from store.use_cases import rekeying
from store.use_cases.rekeying import RekeyJob
from store.use_cases.unattended import LEASE, LeaseLost

PROLONG_EVERY = LEASE / 4
"""How often the lease is looked at while an archive is written."""


def rekey_waiting(practice: Practice) -> int:
    """Lock anew every archive that waits for it; return how many were.

    Raises StoreBusy, StoreProblem: the store cannot be written; the next run tries again.
    """
    runner = unattended(platform.node() or "this computer")
    holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
    done = last = 0
    while job := practice.call(rekeying.claim_rekeying, runner, holder, last):
        last = job.download_id
        done += _rekey(practice, runner, job)
    return done


def _rekey(practice: Practice, runner: Actor, job: RekeyJob) -> bool:
    prolonged = practice.clock.now()

    def check_lease() -> None:
        nonlocal prolonged
        practice.call(rekeying.still_rekeying, job)
        prolonged = practice.clock.now()

    def check_lease_now_and_then() -> None:
        if practice.clock.now() - prolonged >= PROLONG_EVERY:
            check_lease()

    try:
        made = rekey(job.archive, job.chains, check_lease, check_lease_now_and_then)
        practice.call(
            rekeying.finish_rekeying,
            runner,
            job,
            file_bytes=made.file_bytes,
            file_sha256=made.file_sha256,
        )
    except LeaseLost:
        return False
    except ChairsideError as problem:
        with suppress(LeaseLost):
            practice.call(rekeying.fail_rekeying, runner, job, problem.sentence)
        return False
    return True
