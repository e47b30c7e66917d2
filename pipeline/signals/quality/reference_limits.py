"""Limits on MVIC references, alone and beside the stance trials that they are for."""

from typing import Final

from pipeline.signals.quality.limits import DECLARED, Limit

HIGHEST_PCT_MVIC: Final = 100.0
"""Mean activation above this is not a percentage of a maximum; microvolts and onset still hold."""

MVIC_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "size",
        "mvic_rms_uv",
        "the MVIC reference is only {value:.0f} µV",
        warn=30.0,
        reject=None,
        source=f"{DECLARED}: a maximal gluteus medius gives more",
        is_floor=True,
    ),
    Limit(
        "repeats",
        "cv_pct",
        "the MVIC repeats scatter by {value:.0f} %",
        warn=20.0,
        reject=None,
        source=f"{DECLARED}, unless the study declares another limit",
    ),
)
"""Limits on the MVIC reference of a leg alone; its stance trials take over the reasons."""

TASK_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "task",
        "times_task",
        "the MVIC reference is only {value:.1f} times the highest stance trial",
        warn=3.0,
        reject=None,
        source=f"{DECLARED}: a single-leg stance takes a small part of the maximum",
        is_floor=True,
    ),
)
"""Limits on an MVIC reference beside its stance trials. Trials do not take over the reasons, as a limit on
the activation that a study wants to compare would sort its trials by outcome."""

REFERENCE_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "fit",
        "pct_mvic",
        "the mean activation is {value:.0f} %MVIC, so the MVIC was not maximal and percentages are "
        "left out",
        warn=HIGHEST_PCT_MVIC,
        reject=None,
        source=f"{DECLARED}; CEDE normalisation matrix, Besomi et al. 2020",
    ),
    Limit(
        "peak",
        "peak_pct_mvic",
        "the peak activation is {value:.0f} %MVIC",
        warn=150.0,
        reject=None,
        source=f"{DECLARED}: half a second of a stance lies well below",
    ),
)
"""Limits on a stance trial in percent of its MVIC reference. None rejects: microvolts do not depend on
the reference."""
