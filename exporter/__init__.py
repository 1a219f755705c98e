"""Whatever leaves the practice: archives, conversions, messages.

One rule: rooms in here know one another only where one is made of the other.
"""
