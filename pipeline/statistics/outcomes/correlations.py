"""Correlations with pain and disability within the case group.

Never over both groups together: a correlation of the pooled sample carries the group difference.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.multiplicity import METHODS
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.correlation.association import Correlation, pearson, spearman
from schemas.columns import column_rules
from schemas.participants import Participants
from schemas.plan import Plan

SCORES = ("vas_mm", "nprs", "odi_pct", "rmdq")
FEW_PARTICIPANTS = 10
"""Fewer flag a correlation: with 10 pairs the 95% interval of an r of 0 already runs from -0.63 to
0.63 (tanh of 1.96 / root of n - 3), so that the coefficient alone misleads."""
_METHODS: dict[str, Callable[..., Correlation]] = {"pearson": pearson, "spearman": spearman}


@dataclass(frozen=True)
class MeasuredValues:
    """One measurement, one value per participant.

    people: a `participant_values` table. note: a sentence about the values. no_pearson and no_correlation: why a Pearson correlation
    (or any) is not given, empty when it is.
    """

    outcome: str
    printed: str
    people: pd.DataFrame
    no_pearson: str = ""
    no_correlation: str = ""
    note: str = ""


def correlations(
    measured: list[MeasuredValues], participants: pd.DataFrame, comparison: Comparison
) -> Part:
    """Pearson and Spearman of every measurement with every score that the cohort has.

    Ids: "<outcome>~<score>:pearson" and ":spearman". Exploratory; those of the plan's coefficient that could
    be computed are the plan's family of correlations. What could not be is no test there: this family has
    no planned size.
    """
    cases = participants.loc[participants["group"] == comparison.case]
    rules = column_rules(Participants)
    rows = []
    runs = []
    for score in (name for name in SCORES if name in cases and cases[name].notna().any()):
        for values in measured:
            made = [_row(values, score, method, cases, comparison) for method in _METHODS]
            rows += made
            if any(row.status != "not_estimable" for row in made):
                runs.append(
                    ModelRun(
                        "correlation",
                        rules[score].facts["label"],
                        detail=_say_adjustment(comparison.plan),
                    )
                )
    return Part(tuple(rows), tuple(dict.fromkeys(runs)))


def _say_adjustment(plan: Plan) -> str:
    """How P values are adjusted, inside a sentence."""
    planned = plan.correlations
    if not planned.family:
        return "not adjusted for multiplicity"
    method = METHODS[plan.method_of(planned.family)][1]
    return (
        f"P values of {planned.coefficient.capitalize()}'s coefficient were adjusted by the method of {method} "
        f"over all of them ({planned.family})"
    )


def _row(
    values: MeasuredValues, score: str, method: str, cases: pd.DataFrame, comparison: Comparison
) -> EstimateRow:
    pairs = values.people.merge(
        cases.loc[cases[score].notna(), ["participant_id", score]],
        on="participant_id",
        validate="1:1",
    )
    row = EstimateRow(
        estimate_id=f"{values.outcome}~{score}:{method}",
        outcome=f"{values.outcome}~{score}",
        contrast=f"within {comparison.case}",
        model=method,
        role="exploratory",
        unit="correlation",
        n_case=len(pairs),
        n_rows=len(pairs),
    )

    def compute(row: EstimateRow) -> EstimateRow:
        reason = values.no_correlation or (values.no_pearson if method == "pearson" else "")
        if reason:
            raise NotEstimableError(reason)
        found = _METHODS[method](
            pairs["value"].to_numpy(float),
            pairs[score].to_numpy(float),
            ci_level=comparison.ci_level,
        )
        row = replace(
            row,
            estimate=found.r,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            ci_level=found.ci_level,
            statistic=found.statistic,
            df=found.df,
            p=found.p,
        )
        planned = comparison.plan.correlations
        row = replace(row, family=planned.family if method == planned.coefficient else "")
        few = found.n < FEW_PARTICIPANTS
        note = f"Fewer than {FEW_PARTICIPANTS} participants: {found.n}." if few else ""
        return row.noting(values.note, note, caution=few)

    return compute_or_say_why(row, compute)
