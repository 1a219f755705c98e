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
from exporter.runner.patience import Lease, patiently
from store.access import Actor, unattended
from store.errors import ChairsideError
from store.practice import Practice
from store.use_cases import rekeying
from store.use_cases.rekeying import RekeyJob
from store.use_cases.unattended import LeaseLost


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
    lease = Lease(practice.clock)

    def prolong_now_and_then() -> None:
        if lease.is_older_than(1):
            lease.prolong(lambda waits: practice.call(rekeying.still_rekeying, job, waits=waits))

    try:
        made = rekey(
            job.archive,
            job.chains,
            lambda: patiently(practice, rekeying.still_rekeying, job),
            prolong_now_and_then,
        )
        patiently(
            practice,
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
            patiently(practice, rekeying.fail_rekeying, runner, job, problem.sentence)
        return False
    return True
