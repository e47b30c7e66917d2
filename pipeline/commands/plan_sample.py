"""`stance plan-sample`: how many participants a study needs, printed in words, as CSV or as Markdown."""

import argparse
import csv
import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from textwrap import wrap
from typing import Final

from pipeline.commands.plan_sample_arguments import (
    HOLD_NUMBERS,
    MEASURED_EXAMPLES,
    MEASURED_NUMBERS,
    AssumedNumber,
)
from pipeline.intake.cohort import read_cohort
from pipeline.intake.settings.study_file import read_plan_file
from pipeline.statistics.analysis_set import build_analysis_sets
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.planning.exact_power import UnreachablePowerError
from pipeline.statistics.planning.pilot import pilot_assumptions
from pipeline.statistics.planning.planned_samples import hold_sample, measured_sample
from pipeline.statistics.planning.power_table import Assumption, PowerPoint, PowerTable
from pipeline.workspace.atomic import write_text
from pipeline.workspace.errors import UsageError
from pipeline.workspace.layout import Workspace
from schemas.outcomes import HOLD_TIME, Outcome, near_outcomes, outcome_of, plannable_outcomes
from schemas.plan import ADJUSTMENT_LABELS, DEFAULT_PLAN, Plan, strictest_level

_USUAL_DESIGN: Final = {"trials": 3, "legs": 2}
_DESIGN_LABELS: Final = {"trials": "trials of each leg", "legs": "legs tested"}
_NUMBERS: Final = {"hold": HOLD_NUMBERS, "measured": MEASURED_NUMBERS}
_WIDTH: Final = 100
_SOURCES: Final = {"stated": "stated", "pilot": "from the pilot", "usual": "usual design"}
_MAY_BE_MISSING: Final = frozenset({"icc_same_leg"})


@dataclass(frozen=True)
class Pilot:
    """What a pilot cohort says: numbers of the outcome by key, and its analysis plan."""

    numbers: Mapping[str, Assumption] = field(default_factory=dict)
    plan: Plan = DEFAULT_PLAN


def plan_sample(chosen: argparse.Namespace, pilot: Pilot) -> str:
    """What to print; also writes --out.

    Raises UsageError for an unknown outcome, a number that is missing or cannot be, a power that no
    size reaches, and a file of an unknown kind.
    """
    writer = _writer(chosen.out)
    outcome = plannable(chosen.outcome)
    numbers, unit = _NUMBERS[outcome.kind], outcome.unit
    of_pilot = pilot.numbers
    plan = _plan_in(chosen.plan) if chosen.plan is not None else pilot.plan
    assumptions = [*_numbers(chosen, numbers, of_pilot, unit), *_design(chosen, of_pilot)]
    alpha, shared = level_of_test(chosen, plan)
    try:
        if outcome.kind == "measured":
            table = measured_sample(
                chosen.outcome, unit, assumptions, power=chosen.power, alpha=alpha
            )
        else:
            table = hold_sample(
                chosen.outcome,
                assumptions,
                power=chosen.power,
                alpha=alpha,
                replicates=chosen.replicates,
                seed=chosen.seed,
                progress=_progress,
            )
    except UnreachablePowerError as reason:
        raise UsageError(
            str(reason), "Plan for a larger difference, a higher ceiling or a lower power."
        ) from reason
    except ValueError as reason:
        raise UsageError(
            f"These numbers cannot be planned with: {reason}.",
            "Correct them; `stance plan-sample --help` says what each means.",
        ) from reason
    table = replace(table, shared=shared)
    text = table_text(table, chosen.loss)
    if writer is not None:
        write_text(Path(chosen.out), writer(table, chosen.loss))
        text += f"\n\nWritten to {chosen.out}."
    return text


def level_of_test(chosen: argparse.Namespace, plan: Plan) -> tuple[float, str]:
    """Level at which the outcome is tested, and in words why it is not that of the family.

    The tests of a family share its level. What is planned for is the step that every other outcome can
    leave to this one, so that the power holds whatever the others show.
    """
    alpha = plan.alpha if chosen.alpha is None else chosen.alpha
    family = plan.family_of(chosen.outcome)
    tests = len(family) if chosen.tests is None else chosen.tests
    if tests == 1:
        return alpha, ""
    name = plan.outcomes[chosen.outcome].family if len(family) > 1 else ""
    adjustment = plan.method_of(name)
    level = strictest_level(alpha, tests, adjustment)
    others = f" ({', '.join(family)})" if chosen.tests is None else ""
    return level, (
        f"{alpha:g} is shared by {tests} tests of {f'the family {name}' if name else 'a family'}{others}, adjusted by "
        f"{ADJUSTMENT_LABELS[adjustment]}; with {level:.4g} the power holds whatever the others show. If "
        "the others are not going to be measured, plan with --tests 1."
    )


def _plan_in(file: str) -> Plan:
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"There is no file {file!r}.", "Give --plan the plan.yaml of the study.")
    plan, _, findings = read_plan_file(path)
    if plan is None:
        raise UsageError(
            f"The plan {file!r} cannot be read: {findings[0].why}",
            "Correct it, or leave --plan out.",
        )
    return plan


def read_pilot(workspace: Workspace, cohort: str, chosen: argparse.Namespace) -> Pilot:
    """What a pilot cohort says about the outcome; the cohort is only read.

    Raises UsageError when the cohort cannot be analysed or has too little of the outcome.
    """
    plannable(chosen.outcome)
    read = read_cohort(workspace.existing_cohort_folder(cohort))
    if read.study is None or read.stopped:
        raise UsageError(
            f"The pilot {cohort} cannot be used as it is.",
            f"See its fix list first: stance check {cohort}",
        )
    case, reference = read.study.groups.labels
    try:
        numbers = pilot_assumptions(
            build_analysis_sets(read.tables, read.study),
            chosen.outcome,
            case=case,
            reference=reference,
        )
        return Pilot(numbers, read.plan)
    except NotEstimableError as reason:
        raise UsageError(
            f"The pilot {cohort} does not give these numbers: {reason}",
            "State them instead; `stance plan-sample --help` says what each means.",
        ) from reason


def plannable(outcome: str) -> Outcome:
    """The register's entry of an outcome. Raises UsageError for one that cannot be planned."""
    known = outcome_of(outcome)
    if known is not None and known.not_compared:
        raise UsageError(f"The outcome {outcome!r} cannot be planned.", known.not_compared)
    if known is not None and (known.kind == "hold" or outcome == known.name):
        return known
    holds = [name for name in plannable_outcomes(()) if name.startswith(f"{HOLD_TIME}/")]
    near = near_outcomes(outcome, plannable_outcomes(()))
    others = ", ".join((*holds, f"or a measured outcome such as {', '.join(MEASURED_EXAMPLES)}"))
    raise UsageError(
        f"The outcome {outcome!r} cannot be planned.",
        f"Near names are {', '.join(near)}." if near else f"Use {others}.",
    )


def _numbers(
    chosen: argparse.Namespace,
    numbers: tuple[AssumedNumber, ...],
    of_pilot: Mapping[str, Assumption],
    unit: str,
) -> list[Assumption]:
    made, missing = [], []
    for number in numbers:
        value = getattr(chosen, number.key)
        if value is not None:
            has_unit = number.key in {"difference", "sd"}
            made.append(
                Assumption(number.key, number.label, value, unit if has_unit else number.unit)
            )
        elif number.key in of_pilot:
            found = of_pilot[number.key]
            made.append(replace(found, unit=unit) if number.key == "sd" else found)
        elif number.key not in _MAY_BE_MISSING:
            missing.append(number.option)
    if missing:
        raise UsageError(
            f"Planning {chosen.outcome} needs {', '.join(missing)}.",
            "State them, or name a pilot cohort that has the outcome; the effect to detect is always "
            "yours to state.",
        )
    return made


def _design(chosen: argparse.Namespace, of_pilot: Mapping[str, Assumption]) -> list[Assumption]:
    made = []
    for key, label in _DESIGN_LABELS.items():
        value = getattr(chosen, key)
        if value is not None:
            made.append(Assumption(key, label, value))
        elif key in of_pilot:
            made.append(of_pilot[key])
        else:
            made.append(Assumption(key, label, _USUAL_DESIGN[key], source="usual"))
    return made


def _writer(out: str | None) -> Callable[[PowerTable, float], str] | None:
    if out is None:
        return None
    suffix = Path(out).suffix.lower()
    if suffix not in _WRITERS:
        raise UsageError(
            f"A file {out!r} cannot be written.", "Give --out a name that ends in .csv or .md."
        )
    return _WRITERS[suffix]


def _progress(done: int, total: int) -> None:
    """A line that counts, for people who wait at a terminal."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(
            f"\rSimulating cohorts: {done} of {total} sizes", end=end, file=sys.stderr, flush=True
        )


def recruited(n_per_group: int, loss: float) -> int:
    """Participants to recruit, so that n_per_group are left."""
    return ceil(round(n_per_group / (1 - loss), 9))


def table_text(table: PowerTable, loss: float) -> str:
    """For a terminal."""
    lines = [
        f"{table.outcome}: {table.n_per_group} participants in each group "
        f"({2 * table.n_per_group} in all)",
        *(
            line
            for sentence in _sentences(table, loss)
            for line in wrap(sentence, _WIDTH, initial_indent="  ", subsequent_indent="    ")
        ),
        "",
        "Assumed",
        *_aligned([_assumption_cells(one) for one in table.assumptions]),
        "",
        "Power by size",
        *_aligned([_header(table), *(_point_cells(point) for point in table.curve)], right=True),
    ]
    return "\n".join(lines)


def table_markdown(table: PowerTable, loss: float) -> str:
    """The same as a Markdown page."""
    heads = ("Assumption", "Value", "Source", "95 % interval")
    lines = [
        f"# Sample size: {table.outcome}",
        "",
        f"**{table.n_per_group} participants in each group** ({2 * table.n_per_group} in all).",
        "",
        *(f"- {sentence}" for sentence in _sentences(table, loss)),
        "",
        *_markdown_table(heads, [_assumption_cells(one) for one in table.assumptions]),
        "",
        *_markdown_table(_header(table), [_point_cells(point) for point in table.curve]),
        "",
    ]
    return "\n".join(lines)


def table_csv(table: PowerTable, loss: float) -> str:
    """One row per size, with everything it rests on; `is_answer` marks the size."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [one.key for one in table.assumptions]
    writer.writerow(
        ["outcome", "n_per_group", "recruit_per_group", "power", "power_se", "not_estimable",
         "is_answer", "target_power", "alpha", "loss", "seed", *names]
    )  # fmt: skip
    for point in table.curve:
        writer.writerow(
            [
                table.outcome,
                point.n_per_group,
                recruited(point.n_per_group, loss),
                f"{point.power:.6g}",
                "" if point.se is None else f"{point.se:.3g}",
                "" if point.not_estimable is None else f"{point.not_estimable:.6g}",
                int(point.n_per_group == table.n_per_group),
                f"{table.target_power:g}",
                f"{table.alpha:.6g}",
                f"{loss:g}",
                "" if table.seed is None else table.seed,
                *(f"{one.value:.6g}" for one in table.assumptions),
            ]
        )
    return out.getvalue()


_WRITERS: Final[dict[str, Callable[[PowerTable, float], str]]] = {
    ".csv": table_csv,
    ".md": table_markdown,
}


def _sentences(table: PowerTable, loss: float) -> list[str]:
    said = [
        f"Detects {table.effect} with a power of {table.target_power:.0%} at a two-sided alpha of "
        f"{table.alpha:.4g}.",
        *([table.shared] if table.shared else []),
        table.model,
    ]
    if table.at.se is not None and table.n_range is not None:
        low, high = table.n_range
        said.append(
            f"Power with {table.n_per_group}: {table.at.power:.1%}, Monte Carlo standard error "
            f"{100 * table.at.se:.1f} points ({table.replicates} cohorts, seed {table.seed}). "
            + (
                f"The simulation leaves {low} to {high} open."
                if low < high
                else "The simulation leaves no other size open."
            )
        )
    if loss:
        said.append(
            f"Recruit {recruited(table.n_per_group, loss)} in each group, so that "
            f"{table.n_per_group} are left after a loss of {loss:.0%}."
        )
    return [*said, *table.notes]


def _assumption_cells(one: Assumption) -> tuple[str, str, str, str]:
    interval = "" if one.interval is None else f"{one.interval[0]:.3g} to {one.interval[1]:.3g}"
    source = _SOURCES[one.source] + (f" ({one.note})" if one.note else "")
    return one.label, f"{one.value:.4g} {one.unit}".rstrip(), source, interval


def _header(table: PowerTable) -> tuple[str, ...]:
    if table.at.se is None:
        return "n per group", "power"
    return "n per group", "power", "Monte Carlo SE", "not estimable"


def _point_cells(point: PowerPoint) -> tuple[str, ...]:
    exact = (str(point.n_per_group), f"{point.power:.1%}")
    if point.se is None or point.not_estimable is None:
        return exact
    return (*exact, f"{point.se:.1%}", f"{point.not_estimable:.1%}")


def _aligned(rows: list[tuple[str, ...]], *, right: bool = False) -> list[str]:
    """Rows of cells in columns of equal width."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    pad = str.rjust if right else str.ljust
    return [
        "  " + "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _markdown_table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
