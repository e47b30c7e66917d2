"""Mixed models of participants and legs, with an exact second computation and degrees of freedom.

Outcomes that a ceiling cuts off do not belong here.
"""
