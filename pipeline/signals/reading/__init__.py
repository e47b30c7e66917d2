"""Recording files become channels with a name, a unit, a rate and samples, whatever the format.

Which channel is the gluteus medius and which the force is answered here too; nothing is measured.
"""
