"""Recordings become force events, gluteus medius activation, onset and a verdict on the signal.

No tables of people, no group comparison, no Dagster here.
"""

from pipeline.signals.onset.detect import Onset, detect_onset

__all__ = ["Onset", "detect_onset"]
