"""One file format after the other: bytes become cells.

No meaning of headings beyond where the heading row is; nothing from these files is ever executed.
"""
