"""Counts of rows and people as they come in and leave, by table and group."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.columns.drafts import Draft
from schemas.columns import validated
from schemas.flow import Flow
from schemas.rules import RULES

UNKNOWN_GROUP = "(unknown)"
_STEPS = {"read": 1, "set_aside": 2}


class _Count(NamedTuple):
    """One row of `Flow`, its fields in the order of the table's columns."""

    step: int
    stage: str
    table: str
    group: str
    reason: str
    n_rows: int
    n_participants: int


def count_flow(drafts: Sequence[Draft], group_of: Mapping[str, str]) -> pd.DataFrame:
    """Rows and people read and set aside, validated by `Flow`.

    group_of: participant -> group label; rows of anybody else count under "(unknown)". A row that
    left counts once, with the title of the first rule that took it out.
    """
    counts = [
        count for draft in drafts if draft.table.of_people for count in _counts(draft, group_of)
    ]
    flow = pd.DataFrame(counts, columns=list(Flow.to_schema().columns))
    return validated(Flow, flow.sort_values("step", kind="stable", ignore_index=True))


def _counts(draft: Draft, group_of: Mapping[str, str]) -> list[_Count]:
    """One count per stage, group and reason. Rows are counted by numbers of person and reason."""
    person, people = pd.factorize(draft.frame["participant_id"], use_na_sentinel=False)
    left = ~draft.usable
    reason, reasons = pd.factorize(draft.reason[left])
    group, groups = pd.factorize(
        np.array([group_of.get(str(code), UNKNOWN_GROUP) for code in people], dtype=object)
    )
    # Two rules may share a title; their rows are then counted together.
    title, titles = pd.factorize(
        np.array([RULES[name].title if name in RULES else str(name) for name in reasons], object)
    )
    none = np.zeros(len(person), dtype=np.intp)
    name = draft.table.name
    return [
        *_stage_counts(name, "read", person, group, groups, none, np.array([""], object)),
        *_stage_counts(name, "set_aside", person[left], group, groups, title[reason], titles),
    ]


def _stage_counts(
    table: str,
    stage: str,
    person: NDArray[np.intp],
    group: NDArray[np.intp],
    groups: NDArray[np.object_],
    reason: NDArray[np.intp],
    reasons: NDArray[np.object_],
) -> list[_Count]:
    """Rows and people by group and reason, in their order.

    person, reason: per row. group: per person, a place in groups.
    """
    n = max(len(group), 1)
    pairs, sizes = np.unique(reason * n + person, return_counts=True)
    if not len(pairs):
        return []
    cell = (pairs // n) * len(groups) + group[pairs % n]
    n_rows = np.bincount(cell, weights=sizes)
    n_people = np.bincount(cell)
    return sorted(
        _Count(
            _STEPS[stage],
            stage,
            table,
            str(groups[place % len(groups)]),
            str(reasons[place // len(groups)]),
            int(n_rows[place]),
            int(n_people[place]),
        )
        for place in np.flatnonzero(n_people).tolist()
    )
