"""The encrypted archive: writing, describing, opening, verifying.

One rule: no plain text of an archive touches the disk unless a person asked for it, and nothing
half made ever carries its final name.
"""
