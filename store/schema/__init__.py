"""The schema, described once.

One rule: a table is described here and nowhere else; the SQL that makes it, the data dictionary,
the meanings of its values and what an archive holds of it all come from the same description.
"""
