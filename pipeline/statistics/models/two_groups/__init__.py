"""Two groups of values: differences, effect sizes, tests, and two groups matched one to one.

One value per participant; repeated rows belong to `mixed`, models with covariates to `linear`.
"""
