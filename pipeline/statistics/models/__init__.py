"""Statistical models and formulas: arrays or frames in, numbers out, checked against R.

No study, no plan and no outcome of a cohort is known here; what is run on what lives in `outcomes`.
"""
