"""Carriers of messages, and the delivery of the outbox.

One rule: a message's text and recipient reach its carrier and nothing else: no log, no argument.
"""
