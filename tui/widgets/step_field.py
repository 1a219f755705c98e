"""A field of a form that is filled in top to bottom.

One rule: Enter is dealt with by the app before the next key is (`ChairsideApp.action_enter_line`).
"""

from __future__ import annotations

from tui.widgets.field import Field as StepField

__all__ = ["StepField"]
