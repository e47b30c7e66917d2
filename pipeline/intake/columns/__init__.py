"""Headings and the column map: cells under the file's headings become typed drafts under ours.

No rule about whole rows or persons.
"""
