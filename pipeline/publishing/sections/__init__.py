"""One file per section of the report: each turns estimates and counts into paragraphs and tables.

Sentences are written here; numbers are looked up, never typed and never computed.
"""
