"""The diagnostics of a fitted model, as its entry names them.

A further diagnostic is one function, one entry here and one in schemas.diagnostics.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from pipeline.statistics.diagnostics import of_hold_models as hold
from pipeline.statistics.diagnostics import of_measured_models as measured
from pipeline.statistics.diagnostics.of_measured_models import MeasuredRows
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import Design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.model_check import EstimateCheck, ModelCheck
from schemas.model_entries.entry import Kind
from schemas.models import ANALYSIS_MODELS
from schemas.plan import kind_of

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
        EstimateCheck(estimate_id, outcome, model, _checked(name, CHECKS[kind][name], rows))
        for name in (use.diagnostics if use else ())
    )


def _checked(name: str, check: Check, rows: MeasuredRows) -> ModelCheck:
    try:
        with np.errstate(all="ignore"):
            found = check(rows)
    except NotEstimableError as reason:
        return ModelCheck(name, reason=str(reason))
    except np.linalg.LinAlgError:
        return ModelCheck(name, reason=NOT_COMPUTED)
    numbers = [value for value in (found.statistic, found.p) if value is not None]
    return found if np.isfinite(numbers).all() else ModelCheck(name, reason=NOT_COMPUTED)
