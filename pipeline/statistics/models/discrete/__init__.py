"""Outcomes that are yes or no, or ordered bands: logistic models, matched sets, McNemar.

Accuracy of a test lives in `accuracy`, agreement of raters in `agreement`.
"""
