"""Reading an archive of a whole practice into a new one.

One rule: all or nothing, and no right comes in unless an administrator asks for it.
"""
