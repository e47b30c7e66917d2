"""The diagnostics of a fitted model as its entry names them, their tables, and the sentence of a result.

A further diagnostic is one function, one entry here and one in schemas.diagnostics.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

import numpy as np
import pandas as pd

from pipeline.statistics.diagnostics import of_hold_models as hold
from pipeline.statistics.diagnostics import of_measured_models as measured
from pipeline.statistics.diagnostics.of_measured_models import MeasuredRows
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import Design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.model_check import EstimateCheck, ModelCheck, Points
from schemas.columns import validated
from schemas.diagnostics import (
    DIAGNOSTICS,
    LOOK_AT,
    NO_SIGN,
    NOT_ESTIMABLE,
    DiagnosticPoints,
    ModelDiagnostics,
)
from schemas.model_entries.entry import Kind
from schemas.models import ANALYSIS_MODELS
from schemas.plan import kind_of
from schemas.terms import CONFIRMATORY_ROLES

Check = Callable[[MeasuredRows], ModelCheck]

CHECKS: Final[Mapping[Kind, Mapping[str, Check]]] = {
    "hold": {
        "distribution_of_times": hold.distribution_of_times,
        "spread_of_times_by_group": hold.spread_of_times_by_group,
        "influence": hold.influence_on_times,
        "proportional_hazards": hold.proportional_hazards,
        "calibration": hold.calibration,
        "events_per_term": hold.events_per_term,
    },
    "measured": {
        "distribution_of_residuals": measured.distribution_of_residuals,
        "distribution_of_participants": measured.distribution_of_participants,
        "spread_along_fitted": measured.spread_along_fitted,
        "spread_by_group": measured.spread_by_group,
        "leverage": measured.leverage,
        "influence": measured.influence,
    },
}
"""By kind of the outcome and id of schemas.diagnostics. Which of them a model has is said in its entry;
models without any assume too little to be checked, or nothing."""

NOT_COMPUTED: Final = "These data do not allow it to be computed."


def diagnose(
    estimate_id: str,
    outcome: str,
    model: str,
    fit: Any,
    design: Design,
    comparison: Comparison,
    *,
    column: str = "",
) -> tuple[EstimateCheck, ...]:
    """Every diagnostic of a fitted model that its entry names, in that order.

    column: of the outcome's values in design.rows, for measured outcomes. A diagnostic that the data
    cannot give carries the reason; no fit that gave an estimate makes this raise.
    """
    kind = kind_of(outcome)
    use = ANALYSIS_MODELS[model].uses.get(kind)
    rows = MeasuredRows(fit, design, column, comparison)
    return tuple(
        EstimateCheck(estimate_id, outcome, model, _check(name, CHECKS[kind][name], rows))
        for name in (use.diagnostics if use else ())
    )


def _check(name: str, check: Check, rows: MeasuredRows) -> ModelCheck:
    try:
        with np.errstate(all="ignore"):
            found = check(rows)
    except NotEstimableError as reason:
        return ModelCheck(name, reason=str(reason))
    except np.linalg.LinAlgError:
        return ModelCheck(name, reason=NOT_COMPUTED)
    numbers = [value for value in (found.statistic, found.p) if value is not None]
    return found if np.isfinite(numbers).all() else ModelCheck(name, reason=NOT_COMPUTED)


MOST_ANSWERS: Final = 2
"""Analyses named for one doubt, the closest ones."""
_NONE_ANSWERS: Final = "No other analysis of the plan answers it."


def with_sentences(
    rows: Sequence[EstimateRow], checks: Iterable[EstimateCheck]
) -> tuple[EstimateRow, ...]:
    """The rows, planned results with a sentence on the checks that speak against their model.

    The sentence names the analyses of the same outcome that do without what is in doubt, of those that
    gave a number.
    """
    against: dict[str, list[EstimateCheck]] = {}
    for check in checks:
        if check.found.is_against:
            against.setdefault(check.estimate_id, []).append(check)
    return tuple(
        row.noting(_sentence(against[row.estimate_id], rows), caution=True)
        if row.estimate_id in against and row.role in CONFIRMATORY_ROLES
        else row
        for row in rows
    )


def _sentence(checks: Sequence[EstimateCheck], rows: Sequence[EstimateRow]) -> str:
    doubts = "; ".join(DIAGNOSTICS[check.found.diagnostic].against for check in checks)
    answers = dict.fromkeys(
        name for check in checks for name in _answers(check, rows)[:MOST_ANSWERS]
    )
    if not answers:
        return f"Look at the fit: {doubts}. {_NONE_ANSWERS}"
    named = "; ".join(ANALYSIS_MODELS[name].label for name in answers)
    return f"Look at the fit: {doubts}. Sensitivity analyses that do not rest on this: {named}."


def _answers(check: EstimateCheck, rows: Sequence[EstimateRow]) -> list[str]:
    """Models of the same outcome that gave a number and do without what is in doubt."""
    there = {
        row.model for row in rows if row.outcome == check.outcome and row.status != "not_estimable"
    }
    wanted = DIAGNOSTICS[check.found.diagnostic].answered_by
    return [name for name in wanted if name in there and name != check.model]


def diagnostics_frame(
    checks: Iterable[EstimateCheck], rows: Sequence[EstimateRow], cohort: str
) -> pd.DataFrame:
    """`schemas.diagnostics.ModelDiagnostics` of the checks; roles are those of the rows."""
    roles = {row.estimate_id: row.role for row in rows}
    made = []
    for check in checks:
        found, known = check.found, DIAGNOSTICS[check.found.diagnostic]
        verdict = NOT_ESTIMABLE if found.reason else LOOK_AT if found.is_against else NO_SIGN
        sentence = known.against if found.is_against else known.clear
        made.append(
            {
                "cohort": cohort,
                "estimate_id": check.estimate_id,
                "outcome": check.outcome,
                "model": check.model,
                "role": roles[check.estimate_id],
                "diagnostic": known.id,
                "looked_at": known.looked_at,
                "statistic": found.statistic,
                "statistic_is": known.statistic,
                "unit": known.unit,
                "p": found.p,
                "threshold": found.threshold,
                "threshold_rule": found.rule,
                "verdict": verdict,
                "sentence": found.reason or f"{sentence[:1].upper()}{sentence[1:]}.",
                "answered_by": " ".join(_answers(check, rows)[:MOST_ANSWERS])
                if found.is_against
                else "",
            }
        )
    columns = list(ModelDiagnostics.to_schema().columns)
    return ModelDiagnostics.validate(pd.DataFrame(made, columns=columns))


def points_frame(checks: Iterable[EstimateCheck]) -> pd.DataFrame:
    """`schemas.diagnostics.DiagnosticPoints` of the checks that have a plot."""
    drawn = [(check, check.found.points) for check in checks if check.found.points is not None]
    columns = {
        **{name: _repeat(drawn, name) for name in ("estimate_id", "outcome", "model")},
        "diagnostic": [check.found.diagnostic for check, points in drawn for _ in points.x],
        **{
            field.name: np.concatenate([[], *(getattr(points, field.name) for _, points in drawn)])
            for field in fields(Points)
        },
    }
    frame = pd.DataFrame(columns)
    texts = ("estimate_id", "outcome", "model", "diagnostic", "participant_id")
    frame = frame.astype(dict.fromkeys(texts, "str"))
    validated(DiagnosticPoints, frame)
    return frame


def _repeat(drawn: list[tuple[EstimateCheck, Points]], name: str) -> list[str]:
    return [getattr(check, name) for check, points in drawn for _ in points.x]
