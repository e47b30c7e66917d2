"""Findings in the words that a lab manager reads, and their list for the console.

Nothing here decides whether something is a problem.
"""
