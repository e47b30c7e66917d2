"""Regression of times that a ceiling or bounds cut off.

Statsmodels-style models with score and Hessian of their own.
"""
