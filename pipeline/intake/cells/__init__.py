"""Cells with addresses, and what a single cell or column of cells says.

Nothing here knows a file format, a table or a rule about rows.
"""
