"""What was measured of the centre of pressure in one recording, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CopFeatures:
    """Sway of the centre of pressure (CoP) under the stance foot; lengths in mm.

    start_s, end_s: the measured part, seconds from the start of the file. path_mm, velocity_mm_s:
    length of the path and length per second. rms_*, range_*: about the mean, mediolateral (ml) and
    anteroposterior (ap), None when it is not known which axis is which. ellipse_95_area_mm2: exact
    95 % prediction ellipse. sampling_rate_hz, low_pass_hz: to what the CoP was resampled and
    filtered before. source: the channels and their axes. note: why something is missing.
    """

    start_s: float | None = None
    end_s: float | None = None
    path_mm: float | None = None
    velocity_mm_s: float | None = None
    rms_ml_mm: float | None = None
    rms_ap_mm: float | None = None
    range_ml_mm: float | None = None
    range_ap_mm: float | None = None
    ellipse_95_area_mm2: float | None = None
    sampling_rate_hz: float | None = None
    low_pass_hz: float | None = None
    source: str = ""
    note: str = ""
