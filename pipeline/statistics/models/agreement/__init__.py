"""How well repeated measurements or raters agree: ICC, SEM, limits of agreement, kappa.

Accuracy against a truth lives in `accuracy`.
"""
