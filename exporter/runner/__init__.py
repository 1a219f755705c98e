"""The unattended runner: does what is due, and turns the store into archives.

One rule: it never knows a password; it takes keys from the store, each for one entry.
"""
