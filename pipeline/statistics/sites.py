"""Sites whose share differs between the groups, or that have one group only: what rows and methods say of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pipeline.statistics.analysed_outcomes import AnalysedOutcome
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import build_design
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.outcomes.group_counts import by_group_in_words
from schemas.methods import MethodSentence
from schemas.rules.study_rules import DIFFERENCE_POINTS
from schemas.terms import CONFIRMATORY_ROLES

SITE: Final = "site"
_FEWEST_SITES: Final = 2


@dataclass(frozen=True)
class SitesOfOutcome:
    """How the participants of one outcome spread over sites.

    n_sites: sites with a participant. uneven: sites whose share differs between the groups by at least
    `schemas.rules.study_rules.DIFFERENCE_POINTS` percentage points, with counts. alone: sites that have one
    group only, with counts. is_in_model: the planned model is adjusted for site.
    """

    printed: str
    n_sites: int
    uneven: tuple[str, ...]
    alone: tuple[str, ...]
    is_in_model: bool

    @classmethod
    def of(cls, outcome: AnalysedOutcome, comparison: Comparison) -> "SitesOfOutcome | None":
        """None without two sites, or where a group has nobody."""
        rows = outcome.rows
        if SITE not in rows.columns or rows[SITE].nunique() < _FEWEST_SITES:
            return None
        known = rows.loc[rows[SITE].notna()]
        n = comparison.participants_in(known)
        if not all(n):
            return None
        uneven, alone = [], []
        for site, of_site in known.groupby(SITE, sort=True):
            here = comparison.participants_in(of_site)
            said = f"{site}: {by_group_in_words(of_site, known, comparison)}"
            if not all(here):
                alone.append(said)
            elif 100 * abs(here[0] / n[0] - here[1] / n[1]) >= DIFFERENCE_POINTS:
                uneven.append(said)
        covariates = comparison.covariates(outcome.measure.outcome)
        is_in_model = (
            SITE in covariates and SITE in build_design(rows, covariates, comparison).names
        )
        return cls(
            outcome.measure.printed,
            rows[SITE].nunique(),
            tuple(uneven),
            tuple(alone),
            is_in_model,
        )

    def noted(self, *, is_adjusted: bool) -> tuple[str, ...]:
        """What a row of the outcome has to say. is_adjusted: its model is adjusted for site."""
        said = []
        if self.uneven and not is_adjusted:
            said.append(
                "The groups come from the sites in unequal shares and this model is not adjusted for site "
                f"({'; '.join(self.uneven)})."
            )
        if self.alone:
            said.append(
                f"Sites with one group only ({'; '.join(self.alone)}): what differs between such a site and others "
                "cannot be told from what differs between the groups, with or without site in the model."
            )
        return tuple(said)


def with_site_notes(
    rows: Iterable[EstimateRow], outcomes: Iterable[AnalysedOutcome], comparison: Comparison
) -> tuple[EstimateRow, ...]:
    """The rows, with a sentence on planned comparisons whose groups come from other sites.

    A site with one group only is a caution: no model takes its effect out.
    """
    sites = {
        one.measure.outcome: found
        for one in outcomes
        if one.measure.outcome in comparison.plan.outcomes
        and (found := SitesOfOutcome.of(one, comparison)) is not None
    }
    return tuple(
        _noting(row, sites[row.outcome])
        if row.outcome in sites and row.role in CONFIRMATORY_ROLES and row.status != "not_estimable"
        else row
        for row in rows
    )


def _noting(row: EstimateRow, sites: SitesOfOutcome) -> EstimateRow:
    terms = row.formula.rpartition("~")[2].replace("+", " ").split()
    row = row.noting(*sites.noted(is_adjusted=SITE in terms))
    return replace(row, status="flagged") if sites.alone else row


def site_sentences(
    outcomes: Iterable[AnalysedOutcome], comparison: Comparison
) -> tuple[MethodSentence, ...]:
    """Whether site is in the planned models; none where the planned outcomes have one site only."""
    found = [
        sites
        for one in outcomes
        if one.measure.outcome in comparison.plan.outcomes
        and (sites := SitesOfOutcome.of(one, comparison)) is not None
    ]
    if not found:
        return ()
    n = max(one.n_sites for one in found)
    inside = [one.printed for one in found if one.is_in_model]
    if len(inside) == len(found):
        what = "site is a covariate of the planned models"
    elif inside:
        what = f"site is a covariate of the planned models of {', '.join(inside)} only"
    else:
        what = "site is not a covariate of the planned models"
    return (
        MethodSentence(
            "statistics", f"Participants of planned outcomes come from {n} sites; {what}."
        ),
    )
