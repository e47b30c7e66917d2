"""Integrated EMG: the area under the rectified signal, which means nothing without its duration."""

from dataclasses import dataclass

import numpy as np

from pipeline.signals.measured.emg_features import IntegratedEmg
from pipeline.signals.samples.recording import Samples


@dataclass(frozen=True)
class IemgShare:
    """Integrated EMG of a stance beside that of its MVIC (µV s) and the length of the MVIC's window (s).

    area_pct: in percent of it; depends on both durations. mean_pct: the mean rectified value in percent
    of that of the MVIC; the same without them. None without an MVIC.
    """

    mvic_uv_s: float | None = None
    mvic_s: float | None = None
    area_pct: float | None = None
    mean_pct: float | None = None


def iemg_share(iemg: IntegratedEmg, mvic_uv_s: float | None, mvic_s: float) -> IemgShare:
    """The share of one stance. mvic_uv_s: integrated EMG of the leg's MVIC over mvic_s, None without one."""
    if not mvic_uv_s:
        return IemgShare(mvic_uv_s)
    if iemg.window_uv_s is None or not iemg.window_s:
        return IemgShare(mvic_uv_s, mvic_s)
    area_pct = 100 * iemg.window_uv_s / mvic_uv_s
    return IemgShare(mvic_uv_s, mvic_s, area_pct, area_pct * mvic_s / iemg.window_s)


def area(samples: Samples, sampling_rate_hz: float) -> float:
    """Integral of the rectified samples, shape (n_samples,): their unit times seconds.

    Merletti 1999 (standards of ISEK) keeps the name for this integral; the mean rectified value is it
    divided by the duration.
    """
    return float(np.abs(samples).sum()) / sampling_rate_hz


def largest_area(samples: Samples, sampling_rate_hz: float, length_s: float) -> float | None:
    """The largest `area` of any stretch of `length_s`; None when the samples do not fill one."""
    width = round(length_s * sampling_rate_hz)
    if width < 1 or samples.size < width:
        return None
    total = np.concatenate([[0.0], np.cumsum(np.abs(samples))])
    return float(np.max(total[width:] - total[:-width])) / sampling_rate_hz


def integrated_emg(
    filtered_uv: Samples, sampling_rate_hz: float, *, fixed_s: float, starts_at_liftoff: bool
) -> IntegratedEmg:
    """The areas of one stance. filtered_uv: band-passed, shape (n_samples,), from lift-off on.

    fixed_s: length of the fixed window. starts_at_liftoff: whether the samples do; a fixed window that
    starts anywhere else is not the same for everybody.
    """
    length_s = filtered_uv.size / sampling_rate_hz
    width = round(fixed_s * sampling_rate_hz)
    whole = area(filtered_uv, sampling_rate_hz)
    note = ""
    if not starts_at_liftoff:
        note = "The first seconds after lift-off are not known."
    elif filtered_uv.size < width:
        note = (
            f"The stance lasts {length_s:.1f} s, less than the {fixed_s:g} s that are integrated."
        )
    if note:
        return IntegratedEmg(whole, length_s, note=note)
    first = filtered_uv[:width]
    return IntegratedEmg(whole, length_s, area(first, sampling_rate_hz), fixed_s)
