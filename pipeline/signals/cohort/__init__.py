"""Recordings of a whole cohort: rows and files to units of work, and units to tables.

What one recording gives is measured in the rooms beside this one.
"""
