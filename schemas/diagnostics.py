"""Whether the models fit: what was looked at, what was found, and the points behind each plot."""

from dataclasses import dataclass
from typing import Final

from pandera.typing import Series

from schemas.columns import StrictTable, column
from schemas.terms import ESTIMATE_ROLES

NO_SIGN: Final = "no_sign"
LOOK_AT: Final = "look_at"
NOT_ESTIMABLE: Final = "not_estimable"
VERDICTS: Final = (NO_SIGN, LOOK_AT, NOT_ESTIMABLE)

FLAG_BELOW_P: Final = 0.01
"""P value below which a diagnostic speaks against its model; declared by Stance. A model that is right
is then flagged by any of its diagnostics in 2 to 3 of 100 cohorts (400 simulated ones of 25 and 25 people
per model; tests/statistics/diagnostics simulates fewer)."""


@dataclass(frozen=True)
class Diagnostic:
    """One way to look at a fit.

    label: its name in print. looked_at: what is asked, a sentence. statistic: what the number is; unit:
    of the number. clear, against: the verdict in words. x_label, y_label: axes of its plot, "" without
    one. answered_by: ids of models (schemas.models) that do without the assumption, the closest first.
    """

    id: str
    label: str
    looked_at: str
    statistic: str
    unit: str
    clear: str
    against: str
    x_label: str
    y_label: str
    answered_by: tuple[str, ...]


_RANKS_AND_MEANS: Final = ("brunner_munzel", "rmst", "ancova_hc3", "quantile_median")
_UNEQUAL_SPREAD: Final = ("rmst", "welch", "ancova_hc3", "brunner_munzel")
_FEW_DECIDE: Final = ("quantile_median", "brunner_munzel")

_DIAGNOSTICS: Final = (
    Diagnostic(
        "distribution_of_times",
        "Distribution of hold times",
        "Whether hold times follow the curve that the model assumes.",
        "F of Neyman's smooth test, participants as units",
        "F",
        "no sign that hold times follow another curve than the model assumes",
        "hold times follow another curve than the model assumes",
        "Expected residual",
        "Residual (ceiling respected)",
        ("censored_loglogistic", "censored_weibull", "censored_lognormal", *_RANKS_AND_MEANS),
    ),
    Diagnostic(
        "spread_of_times_by_group",
        "Spread of hold times by group",
        "Whether hold times vary as much in one group as in the other.",
        "Ratio of the spreads, case / reference",
        "ratio",
        "no sign that hold times vary more in one group than in the other",
        "hold times vary more in one group than in the other, and the model assumes that they vary alike",
        "",
        "",
        _UNEQUAL_SPREAD,
    ),
    Diagnostic(
        "distribution_of_residuals",
        "Distribution of trials",
        "Whether trials vary about their person's level along a normal curve.",
        "Shapiro-Wilk W of the residuals",
        "W",
        "no sign that trials vary otherwise than along a normal curve",
        "trials do not vary along a normal curve: the curve is lopsided or has outliers",
        "Expected residual",
        "Residual",
        _RANKS_AND_MEANS,
    ),
    Diagnostic(
        "distribution_of_participants",
        "Distribution of participants",
        "Whether participants differ from each other along a normal curve.",
        "Shapiro-Wilk W of the participants' levels",
        "W",
        "no sign that participants differ otherwise than along a normal curve",
        "participants do not differ along a normal curve: some lie far from the others",
        "Expected level",
        "Level of a participant",
        _RANKS_AND_MEANS,
    ),
    Diagnostic(
        "spread_along_fitted",
        "Spread along the fitted values",
        "Whether trials vary more where values are high.",
        "Spearman correlation of fitted value and size of the residual, participants as units",
        "correlation",
        "no sign that trials vary more at high or at low values",
        "trials vary more at one end of the scale than at the other, and the model assumes that they vary alike",
        "Fitted value",
        "Residual",
        _RANKS_AND_MEANS,
    ),
    Diagnostic(
        "spread_by_group",
        "Spread by group",
        "Whether participants vary as much in one group as in the other.",
        "F of Brown-Forsythe's test of the participants' mean residuals",
        "F",
        "no sign that participants vary more in one group than in the other",
        "participants vary more in one group than in the other, and the model assumes that they vary alike",
        "",
        "",
        _UNEQUAL_SPREAD,
    ),
    Diagnostic(
        "leverage",
        "Unusual covariates",
        "Whether a participant with unusual covariates pulls the model towards itself.",
        "Largest Cook's distance",
        "distance",
        "no sign that a participant with unusual covariates pulls the model",
        "a participant with unusual covariates pulls the model towards itself",
        "Leverage",
        "Cook's distance",
        _FEW_DECIDE,
    ),
    Diagnostic(
        "influence",
        "Weight of single participants",
        "How far the result moves when one participant is left out.",
        "Largest change of the result without one participant, in its standard errors",
        "SE",
        "no sign that a single participant decides the result",
        "a single participant moves the result far more than any other",
        "Participants in order of their weight",
        "Change without one (SE)",
        _FEW_DECIDE,
    ),
    Diagnostic(
        "proportional_hazards",
        "Proportional hazards",
        "Whether the hazard ratio of the groups stays the same over the hold.",
        "Chi-squared of Grambsch and Therneau's test",
        "chi-squared",
        "no sign that the hazard ratio changes over the hold",
        "the hazard ratio changes over the hold, so that one number does not describe it",
        "Hold time (s)",
        "Log hazard ratio at this time",
        ("rmst", "censored_lognormal"),
    ),
    Diagnostic(
        "calibration",
        "Fitted and seen shares",
        "Whether as many trials reached the ceiling as the model says.",
        "Largest gap between seen and fitted share in a fifth of the trials",
        "proportion",
        "no sign that the model misjudges how many trials reach the ceiling",
        "the model misjudges how many trials reach the ceiling",
        "Fitted share",
        "Seen share",
        ("brunner_munzel", "rmst"),
    ),
    Diagnostic(
        "events_per_term",
        "Events per term",
        "Whether there are enough trials of the rarer kind for the terms of the model.",
        "Trials of the rarer kind per term",
        "trials",
        "no sign of too many terms for the trials",
        "the trials of the rarer kind are too few for the terms of the model",
        "",
        "",
        ("brunner_munzel", "rmst"),
    ),
)

DIAGNOSTICS: Final[dict[str, Diagnostic]] = {one.id: one for one in _DIAGNOSTICS}
"""By id; the ids are stable and stand in published files."""


class ModelDiagnostics(StrictTable):
    """One diagnostic of one fitted model. Key: estimate_id, diagnostic.

    A diagnostic speaks against the model (verdict `look_at`) where p lies below `threshold`, or where
    there is no p and `threshold_rule` is met. One that could not be computed has the reason in words.
    """

    cohort: Series[str] = column("Cohort.")
    estimate_id: Series[str] = column("The number of the fitted model.", identifies=True)
    outcome: Series[str] = column("Outcome, with the condition or task where one applies.")
    model: Series[str] = column("Model; the ids are in schemas.models.")
    role: Series[str] = column("Role of the model in the plan.", isin=ESTIMATE_ROLES)
    diagnostic: Series[str] = column(
        "Id of the diagnostic.", isin=tuple(DIAGNOSTICS), identifies=True
    )
    looked_at: Series[str] = column("What was looked at, in words.")
    statistic: Series[float] = column("Value.", nullable=True)
    statistic_is: Series[str] = column("What the value is.")
    unit: Series[str] = column("Unit of the value.")
    p: Series[float] = column("P value, two-sided.", nullable=True, gt=0, le=1)
    threshold: Series[float] = column("What p or the value is held against.", nullable=True)
    threshold_rule: Series[str] = column("When the diagnostic speaks against the model.")
    verdict: Series[str] = column("Verdict.", isin=VERDICTS)
    sentence: Series[str] = column("The verdict in words, or why there is none.")
    answered_by: Series[str] = column(
        "Ids of models of the same outcome that do without what is in doubt, separated by spaces."
    )

    class Config:
        """One row per key."""

        unique = ["estimate_id", "diagnostic"]


class DiagnosticPoints(StrictTable):
    """Points of the plots of `ModelDiagnostics`, long. Many rows are thinned to a few hundred.

    Has the codes of participants, so that an unusual one can be looked up; stays inside the lab.
    """

    estimate_id: Series[str] = column("The number of the fitted model.", identifies=True)
    outcome: Series[str] = column("Outcome.")
    model: Series[str] = column("Model.")
    diagnostic: Series[str] = column("Id of the diagnostic.", isin=tuple(DIAGNOSTICS))
    participant_id: Series[str] = column(
        "Code of the person; empty where a point is not of one person.", label="Participant"
    )
    x: Series[float] = column("Position along the plot.")
    y: Series[float] = column("Height in the plot.")
    expected_low: Series[float] = column(
        "Lower end of where 95 of 100 points lie when the model fits.", nullable=True
    )
    expected_high: Series[float] = column("Upper end of it.", nullable=True)
