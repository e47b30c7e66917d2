"""Estimates: every number of every report, one row each."""

from pandera.typing import Series

from schemas.columns import StrictTable, column
from schemas.terms import ESTIMATE_ROLES, ESTIMATE_STATUSES

AGREES = "agrees"
DISAGREES = "disagrees"
"""What second_opinion says of a number that was computed a second time; empty where it was not."""


class Estimates(StrictTable):
    """One published number with everything needed to read it. Key: estimate_id.

    A contrast between groups is always case minus reference (or case divided by reference for
    ratios). `se` is on the scale of the model, which `unit` and `note` name: the standard error of
    a time ratio is that of its logarithm. `n_case` and `n_reference` count participants, `n_legs_*`
    legs and `n_rows*` the rows of the analysis. A ratio stands in `estimate`, its logarithm in
    `log_estimate`. A number that could not be estimated has status `not_estimable`, an empty
    `estimate` and the reason in `note`; there is never a p of 0 or a NaN in print.
    """

    estimate_id: Series[str] = column("Stable name of the number.", identifies=True)
    cohort: Series[str] = column("Cohort.")
    outcome: Series[str] = column("Outcome, with the condition or task where one applies.")
    contrast: Series[str] = column("Group or comparison that the number describes.")
    model: Series[str] = column("Model or statistic; the ids of models are in schemas.models.")
    variant: Series[str] = column(
        "Which form of the model: adjusted, unadjusted, or what a sensitivity analysis changed."
    )
    formula: Series[str] = column("Formula of the model, empty for tests and descriptions.")
    role: Series[str] = column("Role in the plan.", isin=ESTIMATE_ROLES)
    estimate: Series[float] = column("Value.", nullable=True)
    unit: Series[str] = column("Unit of the value.")
    se: Series[float] = column("Standard error.", nullable=True, ge=0)
    ci_low: Series[float] = column("Lower end of the confidence interval.", nullable=True)
    ci_high: Series[float] = column("Upper end of the confidence interval.", nullable=True)
    log_estimate: Series[float] = column("Logarithm of a ratio, as modelled.", nullable=True)
    log_ci_low: Series[float] = column("Lower end on the scale of the logarithm.", nullable=True)
    log_ci_high: Series[float] = column("Upper end on the scale of the logarithm.", nullable=True)
    ci_level: Series[float] = column("Confidence level.", nullable=True, gt=0, le=1)
    statistic: Series[float] = column("Test statistic.", nullable=True)
    df: Series[float] = column("Degrees of freedom.", nullable=True, gt=0)
    p: Series[float] = column(
        "P value, two-sided but for tests of equivalence.", nullable=True, gt=0, le=1
    )
    p_adjusted: Series[float] = column(
        "P value adjusted within its family.", nullable=True, gt=0, le=1
    )
    family: Series[str] = column("Family of tests.", nullable=True)
    n_case: Series[float] = column("Participants in the case group.", nullable=True, ge=0)
    n_reference: Series[float] = column("Participants in the reference group.", nullable=True, ge=0)
    n_legs_case: Series[float] = column("Legs of the case group.", nullable=True, ge=0)
    n_legs_reference: Series[float] = column("Legs of the reference group.", nullable=True, ge=0)
    n_rows_case: Series[float] = column("Rows of the case group.", nullable=True, ge=0)
    n_rows_reference: Series[float] = column("Rows of the reference group.", nullable=True, ge=0)
    n_rows: Series[float] = column("Rows used: trials, legs or participants.", nullable=True, ge=0)
    n_censored: Series[float] = column("Rows censored by a ceiling or bounds.", nullable=True, ge=0)
    share_at_ceiling_case: Series[float] = column(
        "Share of the case group's rows held to the ceiling.", nullable=True, ge=0, le=1
    )
    share_at_ceiling_reference: Series[float] = column(
        "Share of the reference group's rows held to the ceiling.", nullable=True, ge=0, le=1
    )
    row_hash: Series[str] = column(
        "SHA-256 of the rows used: their keys, groups and values as comma-separated text."
    )
    on_boundary: Series[bool] = column("A variance of the model was estimated as 0.")
    second_route: Series[str] = column("How the number was computed a second time.")
    second_estimate: Series[float] = column(
        "The number by the second route, on the model's scale.", nullable=True
    )
    second_opinion: Series[str] = column(
        "Whether the second route agrees.", isin=("", AGREES, DISAGREES)
    )
    status: Series[str] = column(
        "Whether the number could be estimated.", isin=tuple(ESTIMATE_STATUSES)
    )
    note: Series[str] = column("Caution or reason, in words.", nullable=True)

    class Config:
        """One row per key."""

        unique = ["estimate_id"]
