"""Recordings become force events, gluteus medius activation, onset and a verdict on the signal.

No tables of people, no group comparison, no Dagster here.
"""

from pipeline.signals.onset.detect import detect_onset
from pipeline.signals.onset.searched_signal import Onset
from pipeline.signals.onset.sensitivity import onset_sensitivity

__all__ = ["Onset", "detect_onset", "onset_sensitivity"]
