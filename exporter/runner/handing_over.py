"""Handing a ready archive over to its requester (REQUIREMENTS D15, D17).

One rule: a copy that could not be written to the audit trail does not stay.
"""

from __future__ import annotations

import os
from pathlib import Path

from exporter.archive.disk import taken_back_on_error
from exporter.archive.progress import IsCancelled, OnProgress
from exporter.runner.saving import save_archive
from store.access import Actor
from store.practice import Practice
from store.use_cases.retrieving import Retrieval, record_retrieval


def hand_over(
    practice: Practice,
    actor: Actor,
    retrieval: Retrieval,
    folder: Path,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Path:
    """Save an archive in a folder, note it, and return where it is.

    Raises as `save_archive` and `record_retrieval` do. Nothing is left behind then; a copy that
    was there before stays.
    """
    was_there = os.path.lexists(folder / retrieval.file_name)
    saved = save_archive(retrieval, folder, progress, cancelled)
    with taken_back_on_error([] if was_there else [saved]):
        practice.call(record_retrieval, actor, retrieval.download_id, str(saved.parent))
    return saved
