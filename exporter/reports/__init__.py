"""Reports about who did what and who may do what, as CSV for a spreadsheet and as PDF for paper.

One rule: a report is noted in the audit trail before its first line is written.
"""
