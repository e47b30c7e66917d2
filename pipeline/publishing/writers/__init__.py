"""One writer per file format: report model in, bytes out.

A writer decides how something looks, never what is said.
"""
