"""The MVIC reference: the number of one recording, of one leg, and how far it can be trusted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, stdev
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.measured.emg_features import EmgFeatures
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.quality.limits import Verdict, judge
from pipeline.signals.quality.reference_limits import MVIC_LIMITS
from pipeline.signals.samples.amplitude import moving_rms, rms
from schemas.emg_settings import EmgSettings, MvicRules

OVER_REPEATS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "highest": max,
    "mean_of_two_highest": lambda values: fmean(sorted(values)[-2:]),
    "median": median,
}
"""Word of `emg.mvic.over_repeats` -> the reference of a leg from the numbers of its recordings."""

NUMBER_OF: Final[Mapping[str, Callable[[EmgFeatures], float | None]]] = {
    "peak": lambda emg: emg.peak_rms_uv,
    "middle": lambda emg: emg.middle_rms_uv,
}
"""Word of `emg.mvic.statistic` -> the number of one recording."""


@dataclass(frozen=True)
class MvicReference:
    """The reference of one leg.

    n_repeats: MVIC recordings of the leg; n_usable: those with a number. reference_uv: RMS in µV, None
    when no recording is usable. cv_pct: spread of the repeats, None for a single one. verdict: on the
    MVIC recordings alone. highest_task_pct: highest stance trial of the leg in percent of the reference;
    verdict_with_tasks: the verdict with that in view. Trials take over `verdict` only: a limit on what
    they are to show would sort them by outcome. iemg_uv_s: largest area of `mvic_window_s` (µV s), taken
    over the repeats as the reference is.
    """

    n_repeats: int
    n_usable: int
    reference_uv: float | None
    cv_pct: float | None
    verdict: Verdict
    verdict_with_tasks: Verdict
    highest_task_pct: float | None = None
    iemg_uv_s: float | None = None


def middle_rms(
    samples: npt.ArrayLike, *, sampling_rate_hz: float, window_s: float, middle_s: float
) -> float | None:
    """RMS of the middle `middle_s` of a contraction; None when the contraction is shorter.

    samples: shape (n_samples,), band-passed, any unit. The contraction lasts from the first to the last
    time that the moving RMS of `window_s` is above half of its peak. Raises ValueError as `moving_rms`.
    """
    values = np.asarray(samples, dtype=np.float64)
    envelope = moving_rms(values, sampling_rate_hz=sampling_rate_hz, window_s=window_s)
    loud = np.flatnonzero(envelope >= envelope.max() / 2)
    width = round(middle_s * sampling_rate_hz)
    if loud[-1] - loud[0] < width:
        return None
    centre = (loud[0] + loud[-1] + round(window_s * sampling_rate_hz)) // 2
    return rms(values[centre - width // 2 : centre - width // 2 + width])


def mvic_reference(recordings: Sequence[RecordingFeatures], settings: EmgSettings) -> MvicReference:
    """The reference of one leg from its MVIC recordings; rejected recordings do not count."""
    rules = settings.mvic
    numbers = [
        number
        for features in recordings
        if features.is_usable and (number := NUMBER_OF[rules.statistic](features.emg))
    ]
    if not numbers:
        verdict = Verdict("reject", ("no MVIC recording of this leg is usable",))
        return MvicReference(len(recordings), 0, None, None, verdict, verdict)
    reference_uv = OVER_REPEATS[rules.over_repeats](numbers)
    cv_pct = 100 * stdev(numbers) / fmean(numbers) if len(numbers) > 1 else None
    limits = [
        replace(limit, warn=rules.highest_cv_pct) if limit.metric == "cv_pct" else limit
        for limit in MVIC_LIMITS
    ]
    verdict = judge({"mvic_rms_uv": reference_uv, "cv_pct": cv_pct}, limits)
    if len(numbers) < (rules.repeats or 0):
        lacks = f"{len(numbers)} of {rules.repeats} MVIC repeats are usable"
        verdict = verdict.worse(Verdict("warn", (lacks,)))
    areas = [f.emg.iemg.reference_uv_s for f in recordings if f.is_usable]
    known = [value for value in areas if value]
    return MvicReference(
        len(recordings),
        len(numbers),
        reference_uv,
        cv_pct,
        verdict,
        verdict,
        iemg_uv_s=OVER_REPEATS[rules.over_repeats](known) if known else None,
    )


def window_s(settings: EmgSettings) -> float:
    """Length (s) of the window that the number of one recording is taken from."""
    return settings.mvic.middle_s if settings.mvic.statistic == "middle" else settings.mvic_window_s


def statistic_words(rules: MvicRules) -> str:
    """The number of one recording, and of all of them, as a table prints it."""
    return f"{rules.statistic}, {rules.over_repeats.replace('_', ' ')}"
