"""Missing covariates: imputed several times, and the fits of all completed tables pooled.

Outcomes are never imputed: their models use the rows there are.
"""
