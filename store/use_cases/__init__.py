"""What people and programs can do with a practice: the only door to the store.

One rule: each function checks the right, makes the change and writes the audit event in one
transaction (`store.access.change`).
"""
