"""How well a test tells two groups apart.

Agreement of raters lives elsewhere.
"""
