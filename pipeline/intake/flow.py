"""Counts of rows and people as they come in and leave, by table and group."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.columns.drafts import Draft
from schemas.flow import Flow
from schemas.rules import RULES

UNKNOWN_GROUP = "(unknown)"
_STEPS = {"read": 1, "set_aside": 2}


def count_flow(drafts: Sequence[Draft], group_of: Mapping[str, str]) -> pd.DataFrame:
    """Rows and people read and set aside, validated by `Flow`.

    group_of: participant -> group label; rows of anybody else count under "(unknown)". A row that
    left counts once, with the title of the first rule that took it out.
    """
    counted = [
        counts for draft in drafts if draft.table.of_people for counts in _counts(draft, group_of)
    ]
    columns = list(Flow.to_schema().columns)
    if not counted:
        return Flow.validate(pd.DataFrame({name: [] for name in columns}))
    flow = pd.concat(counted, ignore_index=True)
    return Flow.validate(flow.sort_values("step", kind="stable", ignore_index=True)[columns])


def _counts(draft: Draft, group_of: Mapping[str, str]) -> list[pd.DataFrame]:
    """One row per stage, group and reason. Rows are counted by numbers of person and reason."""
    person, people = pd.factorize(draft.frame["participant_id"], use_na_sentinel=False)
    left = ~draft.usable
    reason, reasons = pd.factorize(draft.reason[left])
    groups = np.array([group_of.get(str(code), UNKNOWN_GROUP) for code in people], dtype=object)
    titles = [RULES[name].title if name in RULES else str(name) for name in reasons]
    none = np.zeros(len(person), dtype=np.intp)
    return [
        _stage_counts(draft.table.name, "read", person, groups, none, [""]),
        _stage_counts(draft.table.name, "set_aside", person[left], groups, reason, titles),
    ]


def _stage_counts(
    table: str,
    stage: str,
    person: NDArray[np.intp],
    groups: NDArray[np.object_],
    reason: NDArray[np.intp],
    reasons: Sequence[str],
) -> pd.DataFrame:
    """Rows and people by group and reason. groups: group of each person. person, reason: per row."""
    n = max(len(groups), 1)
    pairs, sizes = np.unique(reason * n + person, return_counts=True)
    rows = pd.DataFrame(
        {
            "group": groups[pairs % n] if len(pairs) else [],
            "reason": np.array(reasons, dtype=object)[pairs // n] if len(pairs) else [],
            "participant_id": pairs % n,
            "n": sizes,
        }
    )
    counts = rows.groupby(["group", "reason"], sort=True).agg(
        n_rows=("n", "sum"), n_participants=("participant_id", "nunique")
    )
    return counts.reset_index().assign(step=np.int64(_STEPS[stage]), stage=stage, table=table)
