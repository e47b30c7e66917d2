"""The columns of a regression: constant, group and the covariates that the data can carry."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.statistics.comparison import Comparison
from schemas.columns import column_rules
from schemas.participants import Participants

GROUP_TERM = "group"
_LABELS = {name: rule.facts["label"] for name, rule in column_rules(Participants).items()}


@dataclass(frozen=True)
class Design:
    """Rows and columns of one regression.

    rows: the rows used, default index. exog: const, group (1 for case) and covariates, numbers,
    aligned with rows. used: labels of the covariates in the model. notes: a sentence per
    covariate left out and about rows lost. caution: a reader has to know the notes, because rows
    are missing from the model or a covariate could not be told apart from the group.
    """

    rows: pd.DataFrame
    exog: pd.DataFrame
    used: tuple[str, ...]
    notes: tuple[str, ...]
    caution: bool


def covariate_label(name: str) -> str:
    """Printed name of a covariate, in lower case so that it can stand inside a sentence."""
    label = "dominant leg" if name == "dom" else _LABELS.get(name, name)
    return label if label.isupper() else label[:1].lower() + label[1:]


def build_design(rows: pd.DataFrame, covariates: tuple[str, ...], comparison: Comparison) -> Design:
    """Rows with all usable covariates, and their design matrix.

    Left out with a sentence: a covariate that the table does not have, without values, with one
    value only, without overlap between the groups (an old group against a young one cannot be
    adjusted for age: the model would extrapolate), or that group and earlier covariates determine. Text covariates become one
    indicator per level, the first level in alphabetical order being the reference.
    """
    notes: list[str] = []
    usable: list[str] = []
    for name in covariates:
        reason = _unusable(rows, name)
        if reason:
            notes.append(f"Not adjusted for {covariate_label(name)}: {reason}.")
        else:
            usable.append(name)
    complete = rows.loc[rows[usable].notna().all(axis=1)].reset_index(drop=True)
    lost = len(rows) - len(complete)
    if lost:
        missing = " or ".join(covariate_label(n) for n in usable if rows[n].isna().any())
        notes.append(f"Rows without a value of {missing}, not in the adjusted model: {lost}.")
    exog = pd.DataFrame(
        {"const": 1.0, GROUP_TERM: (complete["group"] == comparison.case).astype(float)},
        index=complete.index,
    )
    used: list[str] = []
    inseparable = False
    for name in usable:
        if not _overlaps(complete[name], exog[GROUP_TERM]):
            notes.append(
                f"Not adjusted for {covariate_label(name)}: the groups have no values in common, so "
                "that people with equal values cannot be compared."
            )
            inseparable = True
            continue
        wider = pd.concat([exog, _columns(complete[name], name)], axis=1)
        if len(complete) and not _full_rank(wider):
            notes.append(
                f"Not adjusted for {covariate_label(name)}: in these rows it cannot be told apart "
                "from the group or the other covariates."
            )
            inseparable = True
            continue
        exog = wider
        used.append(covariate_label(name))
    return Design(complete, exog, tuple(used), tuple(notes), lost > 0 or inseparable)


def _unusable(rows: pd.DataFrame, name: str) -> str:
    """Why a covariate cannot be used at all, or an empty text."""
    if name not in rows.columns:
        return "the cohort has no such column"
    levels = rows[name].nunique()
    if levels == 0:
        return "no value is recorded"
    return "it has the same value in all rows" if levels == 1 else ""


def _overlaps(values: pd.Series, is_case: pd.Series) -> bool:
    """Whether the groups share a range of numbers, or a level of a text."""
    case, reference = values[is_case == 1], values[is_case == 0]
    if case.empty or reference.empty:
        return True
    if pd.api.types.is_numeric_dtype(values):
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
    return bool(np.linalg.matrix_rank(matrix / sizes, tol=1e-9) == matrix.shape[1])
