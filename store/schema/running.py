"""How the unattended run itself goes: the heartbeat that shows when it has stopped.

One rule: it tells when and on which computer, and nothing about a patient.
"""

from __future__ import annotations

from store.schema.columns import Table, choice, instant, integer, key, text

VALUE_SETS: dict[str, dict[str, str]] = {
    "run_start": {
        "timer": "The system's timer started it.",
        "watch": "The service that waits for what is due.",
        "hand": "Somebody started it.",
    },
    "run_outcome": {
        "done": "It did everything that was due.",
        "incomplete": "It ended, but a download could not be made.",
        "stopped": "It was asked to stop, and what it was making was given back.",
        "broken": "It ended with an error.",
    },
}

TABLES: tuple[Table, ...] = (
    Table(
        "runner_run",
        "The newest unattended runs, one row each.",
        (
            key("runner_run_id"),
            choice("started_by", "run_start", "What started it.", required=True),
            text("host", "The computer it ran on.", required=True),
            instant("started_at", "When it began.", required=True, indexed=True),
            instant("ended_at", "When it ended; empty while it runs, or where it was killed."),
            choice("outcome", "run_outcome", "How it ended."),
            integer("downloads_made", "Archives it made.", required=True, default=0),
            text("error", "Why it was broken off."),
        ),
        checks=("(ended_at IS NULL) = (outcome IS NULL)",),
        left_out="How this computer runs the program; no data of the practice.",
    ),
)
