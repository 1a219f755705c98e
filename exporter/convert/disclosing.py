"""Copies for people, and their place in the audit trail (REQUIREMENTS D18, D19).

One rule: a copy that could not be written to the audit trail does not stay; a burned disc, which
stays, is written there whatever became of the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exporter.archive.disk import taken_back_on_error
from exporter.archive.progress import IsCancelled, OnProgress
from exporter.convert.burning import burn
from store.access import Actor
from store.practice import Practice
from store.use_cases.retrieving import begin_disc, record_disc, record_disclosure


def disclose(
    practice: Practice,
    actor: Actor,
    made: Sequence[Path],
    *,
    form: str,
    what: str,
    is_encrypted: bool = False,
) -> None:
    """Write to the audit trail what was just made, in the thread that made it.

    `form` and `what` are as for `record_disclosure`. Raises SessionEnded, Refused, StoreProblem:
    the files are gone then.
    """
    with taken_back_on_error(made):
        practice.call(record_disclosure, actor, form=form, what=what, is_encrypted=is_encrypted)


def burn_disclosed(
    practice: Practice,
    actor: Actor,
    image: Path,
    files: int,
    address: str,
    *,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> None:
    """Burn an image of `files` CSV files as `burn` does, with its place in the audit trail.

    Raises what `burn` raises; SessionEnded and Refused before anything is burned.
    """
    begun = practice.call(begin_disc, actor, image.name, files)
    burn(image, address, progress, cancelled)
    practice.call(record_disc, begun)
