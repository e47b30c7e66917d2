"""Controlled terms of single-leg stance studies: balance tasks, legs, eyes, how a hold ended.

A term list is data: adding a task, an ending or a role is one entry here.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class BalanceTask:
    """One rung of the balance ladder.

    `goals_s` are the hold times (s) that an exercise programme aims at, in order; empty when the
    programme sets no time. `usual_ceiling_s` is the time (s) at which testers usually stop the
    clock; None when no usual ceiling is known, so that the study has to declare one.
    """

    term: str
    label: str
    rung: int
    goals_s: tuple[float, ...] = ()
    usual_ceiling_s: float | None = None


BALANCE_TASKS: Final[dict[str, BalanceTask]] = {
    task.term: task
    for task in (
        BalanceTask("two_leg_hip_shift", "Hip shift on two legs", 1),
        BalanceTask("kneeling_balance", "Kneeling balance", 2),
        BalanceTask("kneel_lean_ball", "Kneeling lean on a ball", 3, goals_s=(10.0,)),
        BalanceTask("lateral_stairs", "Lateral stairs", 4),
        # 30 s: Bohannon 1984 (Phys Ther 64:1067) and most clinics since.
        BalanceTask(
            "single_leg_stance", "Single-leg stance", 5, goals_s=(15.0,), usual_ceiling_s=30.0
        ),
        BalanceTask("single_leg_deadlift", "Single-leg deadlift", 6, goals_s=(5.0, 10.0)),
    )
}
"""The six tasks from easiest to hardest, as a back-care exercise programme uses them."""

DEFAULT_TASK: Final = "single_leg_stance"
DEFAULT_VISIT: Final = "baseline"
DEFAULT_CONDITION: Final = "eyes_open"

LEGS: Final = ("left", "right")
CONDITIONS: Final[dict[str, str]] = {"eyes_open": "eyes open", "eyes_closed": "eyes closed"}
SEXES: Final = ("female", "male")
DOMINANT_LEGS: Final = ("left", "right")
PAINFUL_SIDES: Final = ("left", "right", "bilateral", "none")
MMT_GRADES: Final = ("0", "1", "1+", "2-", "2", "2+", "3-", "3", "3+", "4-", "4", "4+", "5-", "5")
"""Grades of the manual muscle test from no contraction to full strength; words, as they are no numbers."""

HOLD_ENDINGS: Final[dict[str, str]] = {
    "ceiling": "held until the ceiling, so the true hold is longer",
    "foot_touch": "the lifted foot touched the floor or the other leg",
    "hop": "the stance foot hopped or moved",
    "arm_support": "an arm left its position or took support",
    "eyes_opened": "the eyes opened in an eyes-closed trial",
    "form_lost": "trunk or pelvis left the required position",
    "pain": "the participant stopped because of pain",
    "assessor_stop": "the assessor stopped the trial",
    "not_done": "the trial was not done",
}
"""How a hold can end, with what each term means."""

RECORDING_ROLES: Final[dict[str, str]] = {
    "task": "a stance trial",
    "mvic": "a maximal voluntary isometric contraction",
    "rest": "quiet rest, for the noise level",
    "submaximal": "a standardised submaximal contraction, the reference of `submaximal_task`",
}

SIGNAL_VERDICTS: Final = ("good", "warn", "reject")
YES_NO: Final = ("yes", "no")
SLS_RATINGS: Final = ("positive", "negative")

SEVERITIES: Final[dict[str, str]] = {
    "STOP": "the cohort is not analysed until this is mended",
    "SET ASIDE": "the row leaves the analysis until somebody decides",
    "WARN": "analysed as it is; please look",
    "NOTE": "for information",
}
"""From worst to mildest; the order is used for sorting."""

CONFIRMATORY_ROLES: Final = ("primary", "secondary")
"""Roles of results that a plan puts forward."""

ESTIMATE_ROLES: Final = ("primary", "secondary", "sensitivity", "exploratory", "descriptive")
ESTIMATE_STATUSES: Final[dict[str, str]] = {
    "ok": "estimated",
    "not_estimable": "could not be estimated; the note says why",
    "flagged": "estimated, with a caution that the note explains",
}

TRACE_VIEWS: Final = ("whole", "liftoff")
"""whole: the part of the file that is used. liftoff: the time around lift-off, for the onset."""

MISSING_STEP: Final = -32768
"""Value of a column of a trace in which the curve has no sample. Here, and not beside the table of traces,
because the process that measures loads no tables."""
