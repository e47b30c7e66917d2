"""Cohorts with known truth: raw signals, hold times, planted mistakes. For the demo, tests and planning.

Nothing here reads a cohort or analyses one.
"""
