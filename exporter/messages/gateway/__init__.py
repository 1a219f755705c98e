"""Text messages by a gateway on the web.

One rule: what a gateway says is never repeated; its meaning is told in our own words.
"""
