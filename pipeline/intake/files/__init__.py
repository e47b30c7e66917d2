"""Which files of a cohort folder are looked at, and as what.

Opens nothing but plain files inside the folder, and notices when one changes.
"""
