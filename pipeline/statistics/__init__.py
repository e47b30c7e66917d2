"""Validated tables and a plan become estimates; every published number is made here.

No files, no formatting, no Dagster here.
"""
