"""What an archive becomes for people: CSV files, a workbook.

One rule: it reads an opened archive and nothing else, and leaves whole files or none.
"""
