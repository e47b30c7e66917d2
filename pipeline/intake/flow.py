"""Counts of rows and people as they come in and leave, by table and group."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.intake.drafts import Draft
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
        _counts(draft, group_of, stage) for draft in drafts for stage in ("read", "set_aside")
    ]
    columns = list(Flow.to_schema().columns)
    if not counted:
        return Flow.validate(pd.DataFrame({name: [] for name in columns}))
    flow = pd.concat(counted, ignore_index=True)
    return Flow.validate(flow.sort_values("step", kind="stable", ignore_index=True)[columns])


def _counts(draft: Draft, group_of: Mapping[str, str], stage: str) -> pd.DataFrame:
    people = draft.frame["participant_id"]
    group = people.map(dict(group_of)).astype("str").fillna(UNKNOWN_GROUP)
    titles = [RULES[reason].title if reason in RULES else str(reason) for reason in draft.reason]
    rows = pd.DataFrame({"group": group, "reason": titles, "participant_id": people})
    if stage == "read":
        rows["reason"] = ""
    else:
        rows = rows[~draft.usable]
    counts = rows.groupby(["group", "reason"], sort=True)["participant_id"].agg(
        n_rows="size", n_participants="nunique"
    )
    return counts.reset_index().assign(
        step=np.int64(_STEPS[stage]), stage=stage, table=draft.table.name
    )
