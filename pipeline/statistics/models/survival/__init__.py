"""Curves and tests of times to the end of a hold.

Regression with a distribution lives in `censored`.
"""
