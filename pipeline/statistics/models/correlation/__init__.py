"""How two measurements of the same people go together.

One pair of values per participant.
"""
