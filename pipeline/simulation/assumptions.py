"""What the simulated cohort is drawn from: figures in print, and assumptions that are named as such.

A figure may stand in `PUBLISHED` only when it was seen in the paper itself or computed from such a
figure. Everything else that the simulation needs stands in `ASSUMPTIONS` and claims no source.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

_PENNEY: Final = "Penney 2014, doi:10.1016/j.apmr.2014.06.009"
_PENNEY_CI: Final = f"computed from the 95% interval of the mean in {_PENNEY}"
_HOLDS: Final = "design of the project's own ceiling simulation (log-normal holds, 600 runs)"


@dataclass(frozen=True)
class Fact:
    """One number behind the simulation.

    key: name, with the group where it differs. mark: P = printed in the paper, C = computed from
    printed figures or by the project, A = assumed here. source: where it is from, or why it is assumed.
    """

    key: str
    value: float
    unit: str
    mark: str
    source: str


def _by_key(facts: Iterable[Fact]) -> dict[str, Fact]:
    return {fact.key: fact for fact in facts}


PUBLISHED: Final[dict[str, Fact]] = _by_key(
    (
        Fact("n/LBP", 21, "people", "P", _PENNEY),
        Fact("n/control", 22, "people", "P", _PENNEY),
        Fact("vas_mean/LBP", 20.50, "mm", "P", _PENNEY),
        Fact("vas_mean/control", 1.77, "mm", "P", _PENNEY),
        Fact("vas_sd/LBP", 16.25, "mm", "C", _PENNEY_CI),
        Fact("vas_sd/control", 4.47, "mm", "C", _PENNEY_CI),
        Fact("odi_mean/LBP", 18.52, "%", "P", _PENNEY),
        Fact("odi_mean/control", 0.68, "%", "P", _PENNEY),
        Fact("odi_sd/LBP", 8.93, "%", "C", _PENNEY_CI),
        Fact("odi_sd/control", 2.46, "%", "C", _PENNEY_CI),
        Fact("symptoms_at_least", 12 * 7 / 30.44, "months", "P", f"over 12 weeks; {_PENNEY}"),
        Fact("weakness_activation_r", 0.50, "", "P", _PENNEY),
        Fact("onset_difference", 0.0, "ms", "P", f"no difference between groups; {_PENNEY}"),
        Fact("rating_difference", 0.0, "share", "P", f"rating did not tell groups; {_PENNEY}"),
        Fact("hold_median/LBP", 25.0, "s", "C", _HOLDS),
        Fact("hold_median/control", 40.0, "s", "C", _HOLDS),
        Fact("hold_log_sd", 0.8, "log s", "C", _HOLDS),
        Fact("ceiling", 30.0, "s", "C", _HOLDS),
    )
)

_NO_FIGURE: Final = "no figure in print was seen"
_DIRECTION: Final = f"only the direction (LBP weaker) is in print: {_PENNEY}"

ASSUMPTIONS: Final[dict[str, Fact]] = _by_key(
    (
        Fact("age_mean", 41.0, "years", "A", _NO_FIGURE),
        Fact("age_sd", 10.0, "years", "A", _NO_FIGURE),
        Fact("share_female", 0.55, "share", "A", _NO_FIGURE),
        Fact("hold_share_person", 0.60, "of variance", "A", _NO_FIGURE),
        Fact("hold_share_leg", 0.10, "of variance", "A", _NO_FIGURE),
        Fact("strength_median/LBP", 1.45, "N/kg", "A", _DIRECTION),
        Fact("strength_median/control", 1.75, "N/kg", "A", _DIRECTION),
        Fact("strength_log_sd_person", 0.20, "log N/kg", "A", _NO_FIGURE),
        Fact("strength_log_sd_leg", 0.07, "log N/kg", "A", _NO_FIGURE),
        Fact("strength_log_sd_trial", 0.06, "log N/kg", "A", _NO_FIGURE),
        Fact("activation_median/LBP", 30.0, "%MVIC", "A", "realistic for one-leg standing"),
        Fact("activation_median/control", 25.0, "%MVIC", "A", "realistic for one-leg standing"),
        Fact("activation_log_sd_person", 0.25, "log %MVIC", "A", _NO_FIGURE),
        Fact("activation_log_sd_leg", 0.12, "log %MVIC", "A", _NO_FIGURE),
        Fact("mvic_median", 200.0, "µV", "A", "surface EMG of a hip abductor, order of magnitude"),
        Fact("mvic_log_sd_person", 0.35, "log µV", "A", _NO_FIGURE),
        Fact("mvic_log_sd_leg", 0.12, "log µV", "A", _NO_FIGURE),
        Fact("tonic_median", 3.0, "µV", "A", "quiet standing on two legs"),
        Fact("tonic_log_sd", 0.25, "log µV", "A", _NO_FIGURE),
        Fact("onset_mean", -120.0, "ms", "A", "muscle active before lift-off; no times in print"),
        Fact("onset_sd_person", 45.0, "ms", "A", _NO_FIGURE),
        Fact("onset_sd_leg", 20.0, "ms", "A", _NO_FIGURE),
        Fact("onset_sd_trial", 20.0, "ms", "A", _NO_FIGURE),
        Fact("onset_earliest", -350.0, "ms", "A", "keeps the onset after the quiet part"),
        Fact("emg_stance", 10.0, "s", "A", "shorter than the 30 s stance of Penney 2014"),
        Fact("share_positive", 0.35, "share", "A", _NO_FIGURE),
        Fact("rater_error", 0.12, "share", "A", _NO_FIGURE),
        Fact("hold_ratio/kneel_lean_ball", 1.1, "of the stance", "A", "an easier task"),
        Fact("hold_ratio/single_leg_deadlift", 0.4, "of the stance", "A", "a harder task"),
        Fact("gain_by_programme", 0.15, "log s", "A", _NO_FIGURE),
        Fact("gain_per_minute", 0.15, "log s per min a day", "A", _NO_FIGURE),
        Fact("gain_sd", 0.20, "log s", "A", _NO_FIGURE),
        Fact("share_missing_a_visit", 0.07, "share", "A", _NO_FIGURE),
    )
)


@dataclass(frozen=True)
class GroupTruth:
    """What one group is drawn from. Medians are of log-normal distributions; `sd` are standard deviations."""

    label: str
    n: int
    vas_mean_mm: float
    vas_sd_mm: float
    odi_mean_pct: float
    odi_sd_pct: float
    hold_median_s: float
    strength_median_n_kg: float
    activation_median_pct_mvic: float
    onset_mean_ms: float
    share_positive: float
    has_pain: bool


@dataclass(frozen=True)
class CohortSpec:
    """A cohort to simulate.

    hold_log_sd: of one hold, persons, legs and trials together. signals: write signal files and the
    recordings table. mistakes: plant the table mistakes and signal faults; needs 8 people a group.
    follow_up: a home programme with its training log, three balance tasks and three visits.
    """

    case: GroupTruth
    reference: GroupTruth
    ceiling_s: float = PUBLISHED["ceiling"].value
    hold_log_sd: float = PUBLISHED["hold_log_sd"].value
    trials: int = 3
    emg_stance_s: float = ASSUMPTIONS["emg_stance"].value
    signals: bool = True
    mistakes: bool = True
    follow_up: bool = False

    def __post_init__(self) -> None:
        """Refuse a cohort that is too small for its mistakes or has no trials (ValueError)."""
        if self.mistakes and min(self.case.n, self.reference.n) < 8:
            raise ValueError("planting mistakes needs at least 8 people in each group")
        if self.trials < 1:
            raise ValueError("a cohort needs at least one trial")


def _group(label: str, *, has_pain: bool) -> GroupTruth:
    onset_ms = ASSUMPTIONS["onset_mean"].value
    positive = ASSUMPTIONS["share_positive"].value
    return GroupTruth(
        label=label,
        n=int(PUBLISHED[f"n/{label}"].value),
        vas_mean_mm=PUBLISHED[f"vas_mean/{label}"].value,
        vas_sd_mm=PUBLISHED[f"vas_sd/{label}"].value,
        odi_mean_pct=PUBLISHED[f"odi_mean/{label}"].value,
        odi_sd_pct=PUBLISHED[f"odi_sd/{label}"].value,
        hold_median_s=PUBLISHED[f"hold_median/{label}"].value,
        strength_median_n_kg=ASSUMPTIONS[f"strength_median/{label}"].value,
        activation_median_pct_mvic=ASSUMPTIONS[f"activation_median/{label}"].value,
        onset_mean_ms=onset_ms + (PUBLISHED["onset_difference"].value if has_pain else 0.0),
        share_positive=positive + (PUBLISHED["rating_difference"].value if has_pain else 0.0),
        has_pain=has_pain,
    )


DEMO: Final = CohortSpec(
    case=_group("LBP", has_pain=True), reference=_group("control", has_pain=False)
)
"""The demo: the design of Penney 2014, with timed holds and raw signals added."""

TRAINING_DEMO: Final = replace(DEMO, signals=False, mistakes=False, follow_up=True)
"""The same people in a home programme, without raw signals: tasks, visits and a training log."""
