"""The ground floor: cohort folders, releases, locks, atomic files, hashes, manifest.

Knows files and names, nothing of their meaning.
"""
