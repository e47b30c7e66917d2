"""What a file holds before it is known which program wrote it: rows of cells, trees of arrays, columns.

Layouts and readers stand on this; it imports neither.
"""
