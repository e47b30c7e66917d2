"""Recordings become force events, gluteus medius activation, onset and a verdict on the signal.

No tables of people, no group comparison, no Dagster here.
"""
