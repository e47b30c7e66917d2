"""Cells and headings that may identify a person, and the rules that keep them out.

Nothing here reads files; it judges headings and cells that others have read.
"""
