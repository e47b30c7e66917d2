"""The options of `stance plan-sample`: names, defaults and what each asks for. No heavy imports."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

HOLD_PREFIX: Final = "hold_time_s"
DEFAULT_OUTCOME: Final = "hold_time_s/eyes_open"
MEASURED_EXAMPLES: Final = ("gmed_pct_mvic", "onset_ms", "strength", "cop_path_mm")
"""Some of the measured outcomes of `schemas.outcomes`, which is heavier to load than the help."""
DEFAULT_SEED: Final = 2014
DEFAULT_REPLICATES: Final = 2_000


@dataclass(frozen=True)
class AssumedNumber:
    """One number to be stated or taken from a pilot. key: in files; label: in print."""

    key: str
    option: str
    label: str
    unit: str
    help: str


HOLD_NUMBERS: Final = (
    AssumedNumber("ratio", "--ratio", "time ratio to detect", "", "time ratio to detect, such as 0.7"),
    AssumedNumber(
        "median_s", "--median-hold", "median hold, reference group", "s",
        "median of one hold of the reference group if no ceiling were set, in seconds",
    ),
    AssumedNumber(
        "sd_participants", "--sd-participants", "log SD between participants", "",
        "standard deviation between participants of the natural logarithm of hold time",
    ),
    AssumedNumber(
        "sd_legs", "--sd-legs", "log SD between legs", "",
        "the same between the two legs of one participant",
    ),
    AssumedNumber(
        "sd_trials", "--sd-trials", "log SD between trials", "",
        "the same between trials of one leg",
    ),
    AssumedNumber("ceiling_s", "--ceiling", "ceiling", "s", "when the clock is stopped, in seconds"),
)  # fmt: skip
MEASURED_NUMBERS: Final = (
    AssumedNumber(
        "difference", "--difference", "difference to detect", "",
        "difference of the group means to detect, in the unit of the outcome",
    ),
    AssumedNumber(
        "sd", "--sd", "SD of a single trial", "",
        "standard deviation of single trials of different participants within a group",
    ),
    AssumedNumber(
        "icc", "--icc", "correlation of trials of one participant", "",
        "intraclass correlation: of two trials of one participant (on different legs), 0 to 1",
    ),
    AssumedNumber(
        "icc_same_leg", "--icc-same-leg", "correlation of trials of one leg", "",
        "correlation of two trials of the same leg, when it is higher",
    ),
)  # fmt: skip


def add_plan_sample_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the options to the command's parser."""
    parser.add_argument(
        "pilot",
        nargs="?",
        metavar="PILOT",
        help="cohort in data/cohorts that gives every number that is not stated",
    )
    parser.add_argument(
        "--outcome",
        default=DEFAULT_OUTCOME,
        metavar="NAME",
        help=f"{HOLD_PREFIX}/eyes_open, {HOLD_PREFIX}/eyes_closed, or a measured outcome such as "
        f"{', '.join(MEASURED_EXAMPLES)} (default: {DEFAULT_OUTCOME})",
    )
    of_holds = parser.add_argument_group("hold time")
    of_measured = parser.add_argument_group("measured outcomes")
    for group, numbers in ((of_holds, HOLD_NUMBERS), (of_measured, MEASURED_NUMBERS)):
        for number in numbers:
            group.add_argument(
                number.option, dest=number.key, type=float, metavar="X", help=number.help
            )
    design = parser.add_argument_group("design")
    design.add_argument("--trials", type=int, metavar="N", help="trials of each leg (default: 3)")
    design.add_argument(
        "--legs", type=int, choices=(1, 2), metavar="N", help="legs tested: 1 or 2 (default: 2)"
    )
    design.add_argument("--power", type=_share, default=0.8, metavar="X", help="default: 0.8")
    design.add_argument(
        "--alpha",
        type=_share,
        metavar="X",
        help="two-sided, of the outcome's family of tests (default: that of the plan, usually 0.05)",
    )
    design.add_argument(
        "--plan",
        metavar="FILE",
        help="plan.yaml whose families and adjustment count (default: that of the pilot, else the default plan)",
    )
    design.add_argument(
        "--tests",
        type=_tests,
        metavar="N",
        help="tests in the family of the outcome (default: those that the plan names); 1 when it stands alone",
    )
    design.add_argument(
        "--loss",
        type=_loss,
        default=0.0,
        metavar="X",
        help="share of participants expected to be lost, such as 0.1",
    )
    design.add_argument(
        "--replicates",
        type=_replicates,
        default=DEFAULT_REPLICATES,
        metavar="N",
        help=f"simulated cohorts for each size (default: {DEFAULT_REPLICATES})",
    )
    design.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help=f"default: {DEFAULT_SEED}"
    )
    design.add_argument(
        "--out", metavar="FILE", help="also write the answer to a file ending in .csv or .md"
    )


def _share(text: str) -> float:
    return _number(text, lambda x: 0 < x < 1, "a number between 0 and 1, such as 0.8")


def _loss(text: str) -> float:
    return _number(text, lambda x: 0 <= x < 1, "a share from 0 to below 1, such as 0.1")


def _tests(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 100:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: give a number from 1 to 100")


def _replicates(text: str) -> int:
    if text.isdecimal() and 100 <= int(text) <= 1_000_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: give a number from 100 to 1000000")


def _number(text: str, fits: Callable[[float], bool], wanted: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if fits(value):
        return value
    raise argparse.ArgumentTypeError(f"{text!r}: give {wanted}")
