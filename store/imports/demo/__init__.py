"""The demo practice: invented people in believable proportions, the same for the same seed.

One rule: nobody in it is real. Names are drawn from lists, telephone numbers are 555-01xx, mail
goes to example.org, .net and .com, social security numbers lie in ranges that were never issued,
and treatments carry the practice's own codes.
"""
