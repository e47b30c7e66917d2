"""The columns of a regression: constant, group and the covariates that the data can carry."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.clusters import Clusters
from pipeline.statistics.estimates.comparison import Comparison
from schemas.columns import column_rules
from schemas.participants import Participants

GROUP_TERM = "group"
OF_THE_LEG = "dom"
"""A covariate of a leg; participant means are over both legs, so that it has no place there."""
NONE_USABLE = "No covariate could be used, so this is the unadjusted result"
NONE_PLANNED = "The plan names no covariate for this outcome, so this is the unadjusted result."

_RANK_TOLERANCE = 1e-9
"""Of the singular values of columns scaled to length 1. Far above rounding (1e-16) and far below
what measured covariates reach: two columns this close differ by less than any instrument reads."""

_LABELS = {name: rule.facts["label"] for name, rule in column_rules(Participants).items()}


@dataclass(frozen=True)
class Design:
    """Rows and columns of one regression.

    rows: the rows used, default index. exog: const, group (1 for case) and covariates, numbers,
    aligned with rows. used: labels of the covariates in the model. notes: a sentence per
    covariate left out and about rows lost. caution: a reader has to know the notes, because rows
    are missing from the model, a covariate could not be told apart from the group, or no covariate
    could be used at all. names: columns of the covariates in the model.
    """

    rows: pd.DataFrame
    exog: pd.DataFrame
    used: tuple[str, ...]
    notes: tuple[str, ...]
    caution: bool
    names: tuple[str, ...] = ()

    @cached_property
    def clusters(self) -> Clusters:
        """Who is alike with whom among the rows."""
        return Clusters.of(self.rows, self.exog[GROUP_TERM])

    @property
    def formula(self) -> str:
        """The right-hand side: group and the covariates in the model."""
        return " + ".join((GROUP_TERM, *self.names))


def covariate_label(name: str) -> str:
    """Printed name of a covariate, in lower case so that it can stand inside a sentence."""
    label = "dominant leg" if name == "dom" else _LABELS.get(name, name)
    return label if label.isupper() else label[:1].lower() + label[1:]


@dataclass(frozen=True)
class Asked:
    """The rows and terms of one model.

    column: of the outcome's values in `design.rows`; of holds "capped_s", the bounds being low_s, high_s
    and their logarithms.
    """

    design: Design
    column: str
    ci_level: float

    @property
    def values(self) -> pd.Series:
        """Values of the outcome, one per row of the design."""
        return self.design.rows[self.column]

    @property
    def participants(self) -> pd.Series:
        """Participant of each row."""
        return self.design.rows["participant_id"]

    @property
    def clusters(self) -> pd.Series:
        """What counts as independent, of each row: the participant, or the matched set."""
        return self.design.clusters.codes


def build_design(rows: pd.DataFrame, covariates: tuple[str, ...], comparison: Comparison) -> Design:
    """Rows with all covariates in the model, and their design matrix.

    Left out with a sentence: a covariate that the table does not have, without values, with one
    value only, known in one group only, without overlap between the groups (an old group against a
    young one cannot be adjusted for age: the model would extrapolate), or that group and earlier
    covariates determine. This is decided in the order of the plan on the rows where a covariate is
    known, so that one that is left out costs no rows. Text covariates become one indicator per
    level, the first level in alphabetical order being the reference. When all are left out one
    sentence says that the result is unadjusted.
    """
    used: list[str] = []
    refused: dict[str, _Refusal] = {}
    # A cohort's rows have some thirty columns; what is asked of each covariate needs few of them.
    judged = rows[["group", *(name for name in dict.fromkeys(covariates) if name in rows.columns)]]
    for name in covariates:
        refusal = _unusable(judged, name, comparison) or _inseparable(
            judged, used, name, comparison
        )
        if refusal is None:
            used.append(name)
        else:
            refused[name] = refusal
    if covariates and not used:
        reasons = "; ".join(f"{covariate_label(n)}: {r.reason}" for n, r in refused.items())
        return Design(
            rows=rows.reset_index(drop=True),
            exog=_exog(rows.reset_index(drop=True), [], comparison),
            used=(),
            notes=(f"{NONE_USABLE}: {reasons}.",),
            caution=True,
        )
    notes = [f"Not adjusted for {covariate_label(n)}: {r.reason}." for n, r in refused.items()]
    complete = _complete(rows, used)
    lost = len(rows) - len(complete)
    if lost:
        missing = " or ".join(covariate_label(n) for n in used if rows[n].isna().any())
        notes.append(f"Rows without a value of {missing}, not in the adjusted model: {lost}.")
    return Design(
        rows=complete,
        exog=_exog(complete, used, comparison),
        used=tuple(covariate_label(name) for name in used),
        notes=tuple(notes),
        caution=lost > 0 or any(refusal.caution for refusal in refused.values()),
        names=tuple(used),
    )


class Designs:
    """The designs of one set of rows, each made once however many models ask for it.

    rows, comparison: as of `build_design`; neither the rows nor what is given back may be changed.
    """

    def __init__(self, rows: pd.DataFrame, comparison: Comparison) -> None:
        self.rows = rows
        self.comparison = comparison
        self._made: dict[tuple[str, ...], Design] = {}

    def of(self, covariates: tuple[str, ...]) -> Design:
        """`build_design` of the rows with these covariates."""
        if covariates not in self._made:
            self._made[covariates] = build_design(self.rows, covariates, self.comparison)
        return self._made[covariates]


@dataclass(frozen=True)
class _Refusal:
    """Why a covariate is left out; caution: it was measured, but the groups differ too much in it."""

    reason: str
    caution: bool


def _unusable(rows: pd.DataFrame, name: str, comparison: Comparison) -> _Refusal | None:
    """Why a covariate cannot be used at all, on the rows where it is known."""
    if name not in rows.columns:
        return _Refusal("the cohort has no such column", caution=False)
    known = rows.loc[rows[name].notna()]
    if known.empty:
        return _Refusal("no value is recorded", caution=False)
    if (known[name] == known[name].iloc[0]).all():
        return _Refusal("it has the same value in all rows", caution=False)
    only = _only_group(known, comparison)
    if only:
        return _Refusal(f"it is recorded in the {only} group only", caution=True)
    if not _overlaps(known, name, comparison):
        return _Refusal(
            "the groups have no values in common, so that people with equal values cannot be "
            "compared",
            caution=True,
        )
    return None


def _inseparable(
    rows: pd.DataFrame, used: list[str], name: str, comparison: Comparison
) -> _Refusal | None:
    """Why a covariate cannot join those in the model already, on the rows that have them all."""
    together = [*used, name]
    complete = _complete(rows, together)
    if complete.empty or _only_group(complete, comparison):
        known = ", ".join(covariate_label(other) for other in used)
        return _Refusal(f"in one of the groups nobody has a value of it and of {known}", True)
    for other in together:
        if not _overlaps(complete, other, comparison):
            return _Refusal(
                "in the rows that have it and the earlier covariates, the groups have no values of "
                f"{covariate_label(other)} in common",
                caution=True,
            )
    if not _full_rank(_exog(complete, together, comparison)):
        return _Refusal(
            "in these rows it cannot be told apart from the group or the other covariates",
            caution=True,
        )
    return None


def _complete(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Rows with a value in all of the columns, default index."""
    return rows.loc[rows[names].notna().all(axis=1)].reset_index(drop=True)


def _only_group(rows: pd.DataFrame, comparison: Comparison) -> str:
    """The group that all rows belong to, or an empty text when both have rows."""
    present = [label for _, label in comparison.sides if (rows["group"] == label).any()]
    return present[0] if len(present) == 1 else ""


def _exog(rows: pd.DataFrame, names: list[str], comparison: Comparison) -> pd.DataFrame:
    """Constant, group and covariates of rows that have them all."""
    group = (rows["group"] == comparison.case).astype(float)
    exog = pd.DataFrame({"const": 1.0, GROUP_TERM: group}, index=rows.index)
    return pd.concat([exog, *(_columns(rows[name], name) for name in names)], axis=1)


def _overlaps(rows: pd.DataFrame, name: str, comparison: Comparison) -> bool:
    """Whether the groups share a range of numbers, or a level of a text."""
    case = rows.loc[rows["group"] == comparison.case, name]
    reference = rows.loc[rows["group"] == comparison.reference, name]
    if pd.api.types.is_numeric_dtype(rows[name]):
        return bool(case.min() <= reference.max() and reference.min() <= case.max())
    return bool(set(case) & set(reference))


def _columns(values: pd.Series, name: str) -> pd.DataFrame:
    """One numeric column, or an indicator per level of a text after the first."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float).to_frame(name)
    levels = sorted(values.unique())[1:]
    return pd.DataFrame({f"{name}[{level}]": (values == level).astype(float) for level in levels})


def _full_rank(exog: pd.DataFrame) -> bool:
    """Whether no column is a combination of the others; columns are scaled first."""
    matrix = exog.to_numpy(dtype=float)
    sizes = np.sqrt((matrix**2).sum(axis=0))
    if (sizes == 0).any():
        return False
    return bool(np.linalg.matrix_rank(matrix / sizes, tol=_RANK_TOLERANCE) == matrix.shape[1])
