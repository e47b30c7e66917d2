"""What is run on each outcome of a cohort: hold times, measured values, ratings, correlations.

Formulas live in `models`; here rows of estimates are made from them.
"""
