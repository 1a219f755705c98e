"""Opening an address in the browser of this computer, where there is one to look at.

One rule: only an https address, only as an argument of the platform's own opener, never a shell;
over SSH nothing is opened on a screen that nobody sees.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping


def has_desktop(environment: Mapping[str, str], platform: str) -> bool:
    """Tell whether whoever sits here would see a browser: a desktop, and not over SSH."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    if platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_address(url: str) -> bool:
    """Open an https address; return whether a browser was asked to.

    On Linux the opener is called with its output put away: it would draw over the kiosk, and the
    standard module falls back to browsers that take the terminal.
    """
    if not url.startswith("https://") or not has_desktop(os.environ, sys.platform):
        return False
    if sys.platform in ("win32", "darwin"):
        import webbrowser

        return webbrowser.open(url)
    opener = shutil.which("xdg-open")
    if opener is None:
        return False
    subprocess.Popen(  # noqa: S603 - the platform's opener, no shell
        [opener, url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return True
