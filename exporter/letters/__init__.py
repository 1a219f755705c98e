"""Printed sheets, and the way to a printer.

One rule: what goes to a printer passes through memory only; the print queue is the system's own.
"""
