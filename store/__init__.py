"""The practice store: what is kept, its rules, and who may do what.

One rule: nothing here knows a screen, a network or a file format that leaves the practice.
Callers use `store.use_cases`; everything else is how the use cases keep their word.
"""
