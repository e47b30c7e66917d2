"""Amplitude of the gluteus medius: filters, windows, reference contractions, microvolts and %MVIC.

When the muscle switches on is answered in `onset`, whether the signal can be trusted in `quality`.
"""
