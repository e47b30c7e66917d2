"""What every analysis shares: the comparison, its design, rows of estimates, counts and P values.

No model is fitted here and no outcome is known.
"""
