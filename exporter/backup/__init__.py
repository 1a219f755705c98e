"""Backups of a whole practice: made, read back, and put back.

One rule: a backup is whole, locked, and read back before it has its name; nothing of the practice
that is there is touched before what takes its place is whole and checked.
"""
