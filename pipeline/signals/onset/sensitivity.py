"""The same signal read by every detector and parameter set: how much an onset depends on the method."""

from collections.abc import Mapping

import numpy.typing as npt
import pandas as pd

from pipeline.signals.measured.emg_features import MethodOnset
from pipeline.signals.onset.detect import (
    EMG_BAND_HZ,
    as_onset,
    nothing,
    read_signal,
)
from pipeline.signals.onset.detectors import DETECTORS
from pipeline.signals.onset.searched_signal import Onset


def onset_grid(
    signal_uv: npt.ArrayLike,
    sampling_rate_hz: float,
    rest_s: tuple[float, float],
    search_s: tuple[float, float],
    *,
    band_hz: tuple[float, float] | None = EMG_BAND_HZ,
    known: Onset | None = None,
) -> tuple[MethodOnset, ...]:
    """Every detector with each of its parameter sets; arguments and errors as for `detect_onset`.

    known: what `detect_onset` found in this signal already, so that its detector is not asked again.
    """
    searched = read_signal(signal_uv, sampling_rate_hz, rest_s, search_s, band_hz=band_hz)
    grid = []
    for method, detector in DETECTORS.items():
        for parameters in (detector.parameters, *detector.other_parameters):
            is_own = parameters is detector.parameters
            if isinstance(searched, str):
                onset = nothing(method, searched)
            elif known is not None and known.method == method and is_own:
                onset = known
            else:
                onset = as_onset(detector.read(searched, parameters), searched, method)
            grid.append(
                MethodOnset(
                    method,
                    in_words(parameters),
                    is_own,
                    onset.onset_s,
                    onset.low_s,
                    onset.high_s,
                    onset.reason,
                )
            )
    return tuple(grid)


def onset_sensitivity(
    signal_uv: npt.ArrayLike,
    sampling_rate_hz: float,
    rest_s: tuple[float, float],
    search_s: tuple[float, float],
    *,
    band_hz: tuple[float, float] | None = EMG_BAND_HZ,
) -> pd.DataFrame:
    """One row per detector and parameter set: method, parameters, onset_s, low_s, high_s, found, note.

    Arguments and errors as for `detect_onset`.
    """
    grid = onset_grid(signal_uv, sampling_rate_hz, rest_s, search_s, band_hz=band_hz)
    return pd.DataFrame(
        {
            "method": [row.method for row in grid],
            "parameters": [row.parameters for row in grid],
            "onset_s": pd.Series([row.onset_s for row in grid], dtype="float64"),
            "low_s": pd.Series([row.low_s for row in grid], dtype="float64"),
            "high_s": pd.Series([row.high_s for row in grid], dtype="float64"),
            "found": [row.found for row in grid],
            "note": [row.note for row in grid],
        }
    )


_UNITS = {"_s": ("s", 1000.0, "ms"), "_hz": ("hz", 1.0, "Hz"), "_db": ("db", 1.0, "dB")}


def in_words(parameters: Mapping[str, float]) -> str:
    """A set of parameters as a person reads it, such as "threshold 3 SD, window 25 ms"."""
    return ", ".join(_one_in_words(name, value) for name, value in parameters.items())


def _one_in_words(name: str, value: float) -> str:
    for suffix, (_, factor, unit) in _UNITS.items():
        if name.endswith(suffix):
            return f"{name.removesuffix(suffix).replace('_', ' ')} {value * factor:g} {unit}"
    if name.endswith("_sd"):
        return f"{name.removesuffix('_sd').replace('_', ' ')} {value:g} SD"
    return f"{name.replace('_', ' ')} {value:g}"
