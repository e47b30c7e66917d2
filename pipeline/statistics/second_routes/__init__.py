"""The same number by a route that shares no code with the first, and what a difference means.

Nothing here is published as an estimate.
"""
