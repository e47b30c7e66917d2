"""The report as values: its model, cells, labels, number formats, and what it is built from.

No section and no file format here: sections build on this, writers write it.
"""
