"""The line to another system's database server, which an import reads.

One rule: it carries questions there and answers back. What is asked is the store's affair, and
nothing of the practice leaves over it.
"""
