"""What was measured in the gluteus medius channel of one recording."""

from dataclasses import dataclass, field

from pipeline.signals.emg.co_activation import BothSides
from pipeline.signals.emg.frequency_slope import FrequencySlope
from pipeline.signals.emg.integrated_emg import IntegratedEmg


@dataclass(frozen=True)
class EmgFeatures:
    """Channel, windows and peak of one recording. Times in seconds from the start of the file.

    gmed_channel: label of the channel that was used; unit: its unit in the file; sampling_rate_hz:
    its rate. window_from: what the window follows (force, table, file); window_start_s, window_end_s:
    the part that was measured. rest_start_s, rest_end_s: quiet standing before lift-off; rest_note:
    why there is none. peak_rms_uv, median_rms_uv: highest and median RMS of any `mvic_window_s`.
    peak_start_s, peak_end_s: where the highest one lies. middle_rms_uv: RMS of the middle of a reference
    contraction. iemg, fatigue, both_sides: integrated EMG, slope of the median frequency, envelopes of
    both legs.
    """

    gmed_channel: str | None = None
    unit: str | None = None
    sampling_rate_hz: float | None = None
    window_from: str = ""
    window_start_s: float | None = None
    window_end_s: float | None = None
    rest_start_s: float | None = None
    rest_end_s: float | None = None
    rest_note: str = ""
    peak_rms_uv: float | None = None
    peak_start_s: float | None = None
    peak_end_s: float | None = None
    median_rms_uv: float | None = None
    middle_rms_uv: float | None = None
    iemg: IntegratedEmg = field(default_factory=IntegratedEmg)
    fatigue: FrequencySlope = field(default_factory=FrequencySlope)
    both_sides: BothSides = field(default_factory=BothSides)
