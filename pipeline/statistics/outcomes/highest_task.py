"""The highest task of the balance ladder whose goal each participant reached, and its order by group."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.resampling import REPORT_SEED
from pipeline.statistics.models.two_groups.brunner_munzel import brunner_munzel
from pipeline.statistics.outcomes.goal_shares import (
    LadderTask,
    goal_reached,
    say_count,
    share_of_people,
    with_share,
)
from pipeline.statistics.outcomes.group_summaries import of_one_group
from pipeline.statistics.outcomes.task_ladder import goals_in_order
from schemas.models import HIGHEST_TASK, HIGHEST_TASK_RANKS, NO_TASK

FEWEST_TASKS = 2
_STEP_BY_STEP = (
    "Who missed the goal of a task and was not tested on the next harder one counts as not having "
    "reached that."
)


def highest_tasks(tasks: Sequence[LadderTask]) -> pd.Series:
    """Place (1 for the easiest, 0 for none) of the highest task whose first goal was reached.

    tasks: of the ladder, from easiest to hardest. Index participant_id of everybody tested on any of
    them, float; missing when an answer that matters is open: a harder task was left open by its
    ceiling or bounds, or not tested although the one before was reached or is itself not known.
    """
    reached = pd.DataFrame(
        {place: goal_reached(one.rows, one.task.goals_s[0]) for place, one in enumerate(tasks, 1)}
    )
    tested = pd.DataFrame(
        {
            place: reached.index.isin(one.rows["participant_id"])
            for place, one in enumerate(tasks, 1)
        },
        index=reached.index,
    )
    highest = pd.Series(0.0, index=reached.index)
    failed = pd.Series(False, index=reached.index)
    for place in reached.columns:
        yes = reached[place].fillna(False).astype(bool)
        no = (reached[place].notna() & ~yes) | (~tested[place] & failed)
        # A harder task that was reached settles what easier ones left open.
        highest = highest.mask(yes, float(place)).mask(~yes & ~no)
        failed = no
    return highest


def highest_task_part(tasks: Sequence[LadderTask], comparison: Comparison) -> Part:
    """How participants spread over the ladder, and a rank comparison of the groups.

    Nothing is reported for fewer than two tasks of the ladder with goals. Ids
    "highest_task/<task or none>:share:case" and ":reference", and "highest_task:ranks": the probability
    that a case is lower on the ladder, ties counting one half (Brunner and Munzel 2000, Biom J 42:17).
    """
    ladder = [one for one in goals_in_order(tasks) if one.task.rung]
    if len(ladder) < FEWEST_TASKS:
        return Part(())
    highest = highest_tasks(ladder)
    everybody = pd.concat([one.rows[["participant_id", "group"]] for one in ladder])
    group = everybody.drop_duplicates("participant_id").set_index("participant_id")["group"]
    by_side = {
        side: highest.loc[group.reindex(highest.index).eq(label)]
        for side, label in comparison.sides
    }
    rows: list[EstimateRow] = []
    for place, term in enumerate((NO_TASK, *(one.task.term for one in ladder))):
        for side, label in comparison.sides:
            rows.append(_share(by_side[side], place, term, side, label, comparison))
    ranks = _ranks(by_side["case"], by_side["reference"], comparison)
    run = ModelRun(HIGHEST_TASK, "the balance ladder")
    return Part((*rows, ranks), (run,))


def _share(
    highest: pd.Series, place: int, term: str, side: str, label: str, comparison: Comparison
) -> EstimateRow:
    known = highest.dropna()
    row = of_one_group(
        EstimateRow(
            f"{HIGHEST_TASK}/{term}:share:{side}",
            f"{HIGHEST_TASK}/{term}",
            label,
            HIGHEST_TASK,
            "descriptive",
            "proportion",
        ),
        side,
        len(known),
    )
    note = say_count("Not known which task was the highest", int(highest.isna().sum()))
    if known.empty:
        return row.not_estimable("Nobody of this group has an answer.").noting(note)
    return with_share(row, share_of_people(known.eq(place)), comparison).noting(note)


def _ranks(case: pd.Series, reference: pd.Series, comparison: Comparison) -> EstimateRow:
    known_case, known_reference = case.dropna(), reference.dropna()
    row = EstimateRow(
        f"{HIGHEST_TASK}:ranks",
        HIGHEST_TASK,
        f"P({comparison.case} < {comparison.reference})",
        HIGHEST_TASK_RANKS,
        "exploratory",
        "probability",
        n_case=len(known_case),
        n_reference=len(known_reference),
        n_rows=len(known_case) + len(known_reference),
    )

    def compute(row: EstimateRow) -> EstimateRow:
        # The reference group comes first: the probability that a case is lower.
        found = brunner_munzel(
            known_reference.sort_values().to_numpy(float),
            known_case.sort_values().to_numpy(float),
            rng=np.random.default_rng(REPORT_SEED),
            ci_level=comparison.ci_level,
        )
        row = replace(
            row,
            estimate=found.probability,
            se=found.se,
            statistic=found.statistic,
            df=found.df,
            p=found.p,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            ci_level=found.ci_level,
        )
        by = "" if found.p_method == "t" else f"P value from {found.p_method}."
        return row.noting(_STEP_BY_STEP, by)

    return compute_or_say_why(row, compute)
