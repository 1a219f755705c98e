"""Delivering the outbox."""

from __future__ import annotations

from exporter.messages.spool import spool
from store.practice import Practice
from store.use_cases import messages


def deliver(practice: Practice) -> int:
    """Hand every waiting message to its carrier; return how many were taken.

    What a carrier does not take stays queued with the reason.
    """
    taken = 0
    for message in practice.call(messages.waiting):
        try:
            reference = spool(practice.folder.spool, message)
        except OSError as problem:
            reason = problem.strerror or type(problem).__name__
            practice.call(messages.note_not_sent, message.outbox_message_id, reason)
        else:
            practice.call(messages.note_sent, message.outbox_message_id, reference)
            taken += 1
    return taken
