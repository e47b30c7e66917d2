"""What every analysis needs to know: the two groups in order, and the plan."""

from dataclasses import dataclass

import pandas as pd

from schemas.model_entries.entry import Kind
from schemas.models import beside_primary, usual_sensitivity
from schemas.plan import Plan, PlannedOutcome
from schemas.study import Study


@dataclass(frozen=True)
class Comparison:
    """Case minus reference under a plan. `case` and `reference` are the labels in column group."""

    case: str
    reference: str
    plan: Plan

    @classmethod
    def of(cls, study: Study, plan: Plan) -> "Comparison":
        """The comparison that a study declares, under a plan."""
        case, reference = study.groups.labels
        return cls(case=case, reference=reference, plan=plan)

    @property
    def difference(self) -> str:
        """Contrast of a difference, such as "LBP - control"."""
        return f"{self.case} - {self.reference}"

    @property
    def ratio(self) -> str:
        """Contrast of a ratio, such as "LBP / control"."""
        return f"{self.case} / {self.reference}"

    @property
    def ci_level(self) -> float:
        """Confidence level of the plan."""
        return self.plan.ci_level

    @property
    def sides(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(word used in estimate ids, group label) of both groups, case first."""
        return ("case", self.case), ("reference", self.reference)

    def planned(self, outcome: str) -> PlannedOutcome:
        """The plan's entry of an outcome; outcomes outside the plan are exploratory."""
        return self.plan.outcomes.get(outcome, PlannedOutcome(role="exploratory"))

    def covariates(self, outcome: str) -> tuple[str, ...]:
        """Covariates of an outcome: its own when the plan gives them, else the plan's."""
        own = self.planned(outcome).covariates
        return self.plan.covariates if own is None else own

    def sensitivity(self, outcome: str, kind: Kind) -> tuple[str, ...]:
        """Ids of the further models of an outcome: its own when the plan names some, else the usual.

        An outcome that the plan does not name gets none; a primary one always has the models that the
        catalogue sets beside it. The model that the plan names for the outcome
        is among them, so that it is fitted.
        """
        planned = self.plan.outcomes.get(outcome)
        if planned is None:
            return ()
        names = usual_sensitivity(kind) if planned.sensitivity is None else planned.sensitivity
        beside = beside_primary(kind) if planned.role == "primary" else ()
        return tuple(dict.fromkeys((*names, *beside, self.plan.model_of(outcome))))

    def participants_in(self, rows: pd.DataFrame) -> tuple[int, int]:
        """(case, reference) participants among rows that have participant_id and group."""
        people = rows.groupby("group", sort=False)["participant_id"].nunique()
        return int(people.get(self.case, 0)), int(people.get(self.reference, 0))
