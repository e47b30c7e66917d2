"""Linear regression of a measured outcome: ANCOVA, clustered rows, medians, robust fits, GEE.

Mixed models live in `mixed`, outcomes cut off by a ceiling in `censored`, shares in `discrete`.
"""
