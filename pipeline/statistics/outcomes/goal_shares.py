"""Who reached the goal of a balance task, by participant and by leg, and shares with their intervals."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.outcomes.group_summaries import of_one_group
from pipeline.statistics.outcomes.outcome_names import Measure
from schemas.models import GOAL_REACHED, GOAL_REACHED_BY_LEGS
from schemas.terms import BalanceTask

SLACK_S = 1e-9
"""A hold of the goal itself has reached it, also when the clock's digits are not exact in binary."""

_NOT_KNOWN = "Not known because of a ceiling or bounds"


@dataclass(frozen=True, eq=False)
class LadderTask:
    """Hold times of one task, eyes open. rows: trials with the bounds of `hold_bounds`."""

    task: BalanceTask
    measure: Measure
    rows: pd.DataFrame


@dataclass(frozen=True)
class Share:
    """A share and the number of independent answers that its interval counts with."""

    share: float
    n_independent: float

    @property
    def count(self) -> float:
        """Independent answers that are yes."""
        return self.share * self.n_independent


def legs_reaching(rows: pd.DataFrame, goal_s: float) -> pd.Series:
    """For each leg whether its best trial reached the goal (s).

    rows: trials with participant_id, leg, low_s and high_s (s). Index participant_id and leg, dtype
    boolean, missing where a ceiling or bounds leave it open.
    """
    legs = rows.groupby(["participant_id", "leg"])
    held = legs["low_s"].max() >= goal_s - SLACK_S
    may_have = legs["high_s"].max() >= goal_s - SLACK_S
    return held.astype("boolean").mask(~held & may_have)


def goal_reached(rows: pd.DataFrame, goal_s: float) -> pd.Series:
    """For each participant whether the goal (s) was reached on every leg tested.

    rows: as for `legs_reaching`. Index participant_id, dtype boolean, missing where it is open: no
    leg is known to have missed the goal, and one is not known to have reached it.
    """
    legs = legs_reaching(rows, goal_s)
    on_all, may_on_all = (
        legs.fillna(open_counts_as).astype(bool).groupby(level="participant_id").all()
        for open_counts_as in (False, True)
    )
    return on_all.astype("boolean").mask(~on_all & may_on_all)


def share_of_people(answers: pd.Series) -> Share:
    """Share of participants; answers: known, one per participant, at least one."""
    return Share(float(answers.astype(float).mean()), float(len(answers)))


def share_of_legs(answers: pd.Series) -> Share:
    """Share of legs; answers: known, index participant_id and leg, at least one.

    Two legs of a person are alike, so that the interval counts legs divided by the design effect (variance
    between participants over that of independent legs, at least 1), and participants where nobody
    or everybody reached the goal. Source: Rao and Scott 1992, Biometrics 48:577.
    """
    values = answers.astype(float)
    share, n_legs = float(values.mean()), len(values)
    per_person = (values - share).groupby(level="participant_id").sum()
    n_people = len(per_person)
    if share in (0.0, 1.0) or n_people == 1:
        return Share(share, float(n_people))
    clustered = n_people / (n_people - 1) * float((per_person**2).sum()) / n_legs**2
    effect = clustered / (share * (1 - share) / n_legs)
    return Share(share, n_legs / max(1.0, effect))


def with_share(row: EstimateRow, share: Share, comparison: Comparison) -> EstimateRow:
    """The row with the share and Wilson's interval."""
    low, high = proportion_confint(
        share.count, share.n_independent, alpha=1 - comparison.ci_level, method="wilson"
    )
    return replace(
        row,
        estimate=share.share,
        # Rounding takes the limit at 0 and 1 to the wrong side of the share.
        ci_low=min(float(low), share.share),
        ci_high=max(float(high), share.share),
        ci_level=comparison.ci_level,
    )


def with_difference(
    row: EstimateRow, case: Share, reference: Share, comparison: Comparison
) -> EstimateRow:
    """The row with case minus reference and Newcombe's interval (1998, Stat Med 17:873)."""
    low, high = confint_proportions_2indep(
        case.count,
        case.n_independent,
        reference.count,
        reference.n_independent,
        method="newcomb",
        compare="diff",
        alpha=1 - comparison.ci_level,
    )
    return replace(
        row,
        estimate=case.share - reference.share,
        ci_low=float(low),
        ci_high=float(high),
        ci_level=comparison.ci_level,
    )


def goal_rows(
    one: LadderTask, goal_s: float, comparison: Comparison, *, visit: str = "", legs: bool = False
) -> Iterator[EstimateRow]:
    """Shares that reached one goal in both groups, and their difference.

    Ids "<outcome>:goal_<seconds>s:case", ":reference" and ":difference"; with ":legs" before the last
    word for the shares of legs, or ":<visit>" for those of another visit.
    """
    named = "legs" if legs else visit
    stem = f"{one.measure.outcome}:goal_{goal_s:g}s" + (f":{named}" if named else "")
    base = EstimateRow(
        "",
        one.measure.outcome,
        "",
        GOAL_REACHED_BY_LEGS if legs else GOAL_REACHED,
        "descriptive",
        "proportion",
        f"goal of {goal_s:g} s" + (f" at {visit}" if visit else ""),
    )
    answers = (legs_reaching if legs else goal_reached)(one.rows, goal_s)
    shares, counts = {}, {}
    for side, label in comparison.sides:
        own = of_group(answers, one.rows, label)
        known = own.dropna()
        people = known.index.get_level_values("participant_id").nunique()
        counts[side] = people, len(known)
        row = of_one_group(
            replace(base, estimate_id=f"{stem}:{side}", contrast=label), side, people
        )
        if legs:
            row = _counting_legs(row, **{side: len(known)})
        if known.empty:
            yield row.not_estimable("Nobody of this group has an answer.").noting(
                not_known(own, "leg" if legs else "participant")
            )
            continue
        shares[side] = share_of_legs(known) if legs else share_of_people(known)
        made = with_share(row, shares[side], comparison)
        yield made.noting(not_known(own, "leg" if legs else "participant"))
    row = replace(
        base,
        estimate_id=f"{stem}:difference",
        contrast=comparison.difference,
        n_case=counts["case"][0],
        n_reference=counts["reference"][0],
    )
    if legs:
        row = _counting_legs(row, **{side: n for side, (_, n) in counts.items()})
    if len(shares) < len(counts):
        yield row.not_estimable("One group has nobody with an answer.")
    else:
        yield with_difference(row, shares["case"], shares["reference"], comparison)


def _counting_legs(
    row: EstimateRow, case: int | None = None, reference: int | None = None
) -> EstimateRow:
    return replace(row, n_legs_case=case, n_legs_reference=reference)


def of_group(answers: pd.Series, rows: pd.DataFrame, label: str) -> pd.Series:
    """The answers of one group, known or not; index participant_id, with or without leg."""
    people = rows.loc[rows["group"] == label, "participant_id"].unique()
    return answers.loc[answers.index.get_level_values("participant_id").isin(people)]


def not_known(answers: pd.Series, noun: str = "participant") -> str:
    """How many answers a ceiling or bounds leave open, in words; empty for none."""
    return say_count(_NOT_KNOWN, int(answers.isna().sum()), noun)


def say_count(what: str, n: int, noun: str = "participant") -> str:
    """Such as "Not tested: 2 participants."; empty for none."""
    return f"{what}: {n} {noun}{'s' if n > 1 else ''}." if n else ""
