"""What tests of commands share: they call commands in this process, which stays as it is."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def asked_to_give_way(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The priorities that a command asked for; the process that runs the tests keeps its own."""
    asked: list[int] = []
    if hasattr(os, "setpriority"):
        monkeypatch.setattr(os, "setpriority", lambda _which, _who, nice: asked.append(nice))
    return asked
