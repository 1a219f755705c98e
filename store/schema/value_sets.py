"""The meanings of every coded value: `VALUE_SETS[set][code] = meaning`."""

from __future__ import annotations

from store.schema import (
    clinical,
    downloads,
    messaging,
    money,
    people,
    running,
    searching,
    security,
    sending,
)

VALUE_SETS: dict[str, dict[str, str]] = {
    **people.VALUE_SETS,
    **searching.VALUE_SETS,
    **clinical.VALUE_SETS,
    **money.VALUE_SETS,
    **messaging.VALUE_SETS,
    **security.VALUE_SETS,
    **downloads.VALUE_SETS,
    **sending.VALUE_SETS,
    **running.VALUE_SETS,
}
