"""Whether the fitted models fit: a table of entries, model -> its diagnostics, from fits that are made already.

No fitting here, and nothing about files or reports.
"""
