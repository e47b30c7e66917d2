"""Two groups of independent values: differences, effect sizes, tests.

One value per participant; repeated rows belong to `mixed`.
"""
