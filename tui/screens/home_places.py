"""Which places Home knows, in which order, by which key, and in which column.

One rule: a place is named here and imported when it is first opened.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from textual.screen import Screen

from tui.widgets.safe import clip

if TYPE_CHECKING:
    from store.use_cases.home import Place as PlaceView

HEADING: Final = 2
"""Lines that an area takes besides its places: its name, and the blank before it."""
NUMBERS: Final = "123456789abcdefghijklmnop"
"""The key of each place, in reading order of the columns."""
AREAS: Final = ("Front desk", "Utilities", "Setup", "Reports", "File")
"""The order in which the areas fill the columns."""

PLACE_CLASSES: Final[dict[str, str]] = {
    "patients": "tui.screens.patients:PatientsScreen",
    "invitations": "tui.screens.invitations:InvitationsScreen",
    "data_download": "tui.screens.data_download:DataDownloadScreen",
    "export_runner": "tui.screens.export_runner:ExportRunnerScreen",
    "open_archive": "tui.screens.open_archive:OpenArchiveScreen",
    "groups": "tui.screens.groups:GroupsScreen",
    "users": "tui.screens.users:UsersScreen",
    "security_policy": "tui.screens.security_policy:SecurityPolicyScreen",
    "audit_trail": "tui.screens.audit_trail:AuditTrailScreen",
    "access_review": "tui.screens.access_review:AccessReviewScreen",
    "portal_activity": "tui.screens.portal_activity:PortalActivityScreen",
    "communications": "tui.screens.communications:CommunicationsScreen",
    "portal_settings": "tui.screens.portal_settings:PortalSettingsScreen",
    "printers": "tui.screens.printers:PrintersScreen",
    "emergency": "tui.screens.emergency:EmergencyScreen",
    "user_password": "tui.screens.change_password:ChangePasswordScreen",
    "my_factors": "tui.screens.my_factors:MyFactorsScreen",
}
"""The places that exist; each is imported when it is first opened."""


def screen_of(code: str) -> Screen[Any]:
    """Return a new screen of a place. Raises KeyError for a place that does not exist."""
    module, _, name = PLACE_CLASSES[code].partition(":")
    made = getattr(importlib.import_module(module), name)()
    assert isinstance(made, Screen)
    return made


def in_columns(areas: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Return the areas (name, number of places) in two columns of much the same height."""
    left: list[str] = []
    right: list[str] = []
    heights = [0, 0]
    for name, places in areas.items():
        side = 0 if heights[0] <= heights[1] else 1
        (left, right)[side].append(name)
        heights[side] += places + HEADING
    return left, right


def short_note(note: str, room: int) -> str:
    """Return a place's note, or where that is too long what stands before its first comma."""
    return clip(note if cell_len(note) <= room else note.split(", ")[0], room)


def why_refused(view: PlaceView) -> str:
    """Return which right a place needs, and where it is granted (D4)."""
    return (
        f"{view.label} needs {view.right}. An administrator grants it under"
        " Setup > Security > Groups."
    )
