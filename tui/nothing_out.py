"""Nothing to take along: what the toolkit's app would hand to a clipboard or write to a file.

One rule: whatever asks, the answer is that nothing was done.
"""

from __future__ import annotations


class NothingOut:
    """For the app, before the toolkit's own class."""

    def copy_to_clipboard(self, text: str) -> None:
        """Nothing reaches a clipboard from here."""

    def save_screenshot(self, *args: object, **options: object) -> str:
        """No picture of the screen is kept."""
        return ""

    def deliver_screenshot(self, *args: object, **options: object) -> str | None:
        """No picture of the screen is kept."""
        return None
