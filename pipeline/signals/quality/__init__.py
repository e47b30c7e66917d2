"""Whether a signal can be trusted: metrics of what can be wrong, limits as data, a verdict in words.

Nothing here changes a signal.
"""
