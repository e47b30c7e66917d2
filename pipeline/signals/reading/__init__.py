"""Recording files become channels with a name, a unit, a rate and samples, whatever the format.

Nothing is measured; which channel is which muscle or foot is answered in `channels`.
"""
