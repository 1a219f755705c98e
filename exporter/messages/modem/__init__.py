"""Text messages by a GSM modem at this computer.

One rule: libgammu is loaded by the process that holds the modem (`process.py`), and by no other.
"""
