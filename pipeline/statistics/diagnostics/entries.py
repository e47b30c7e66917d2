"""Which diagnostics each model has, as a table: id of the model -> functions of its fit.

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

_Entries = Mapping[str, Callable[[MeasuredRows], ModelCheck]]

_CENSORED: Final[_Entries] = {
    "distribution_of_times": hold.distribution_of_times,
    "spread_of_times_by_group": hold.spread_of_times_by_group,
    "influence": hold.influence_on_times,
}
_MIXED: Final[_Entries] = {
    "distribution_of_residuals": measured.distribution_of_residuals,
    "distribution_of_participants": measured.distribution_of_participants,
    "spread_along_fitted": measured.spread_along_fitted,
    "spread_by_group": measured.spread_by_group,
    "influence": measured.influence,
}

ENTRIES: Final[Mapping[str, _Entries]] = {
    "censored_lognormal": _CENSORED,
    "censored_weibull": _CENSORED,
    "censored_loglogistic": _CENSORED,
    "censored_normal": _CENSORED,
    "mixed_nested": _MIXED,
    "mixed_random_intercept": _MIXED,
    "ancova_hc3": {
        "distribution_of_residuals": measured.distribution_of_residuals,
        "spread_along_fitted": measured.spread_along_fitted,
        "spread_by_group": measured.spread_by_group,
        "leverage": measured.leverage,
        "influence": measured.influence,
    },
    "cox_breslow": {"proportional_hazards": hold.proportional_hazards},
    "gee_exchangeable": {
        "calibration": hold.calibration,
        "events_per_term": hold.events_per_term,
    },
}
"""By id of schemas.models; models that are not here assume too little to be checked, or nothing."""

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
    """Every diagnostic of a fitted model, in the order of its entries; none for other models.

    column: of the outcome's values in design.rows, for measured outcomes. A diagnostic that the data
    cannot give carries the reason; no fit that gave an estimate makes this raise.
    """
    rows = MeasuredRows(fit, design, column, comparison)
    return tuple(
        EstimateCheck(estimate_id, outcome, model, _checked(name, check, rows))
        for name, check in ENTRIES.get(model, {}).items()
    )


def _checked(
    name: str, check: Callable[[MeasuredRows], ModelCheck], rows: MeasuredRows
) -> ModelCheck:
    try:
        with np.errstate(all="ignore"):
            found = check(rows)
    except NotEstimableError as reason:
        return ModelCheck(name, reason=str(reason))
    except np.linalg.LinAlgError:
        return ModelCheck(name, reason=NOT_COMPUTED)
    numbers = [value for value in (found.statistic, found.p) if value is not None]
    return found if np.isfinite(numbers).all() else ModelCheck(name, reason=NOT_COMPUTED)
