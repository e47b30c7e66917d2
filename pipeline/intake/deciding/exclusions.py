"""Whether one group loses more participants than the other, table by table.

Participants are counted, not rows: the rows of a person stand or fall together, so that rows are no
independent trials of anything. Rows by group stand in the flow table.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.columns.drafts import PARTICIPANT_SET_ASIDE, Draft
from pipeline.intake.findings.messages import Finding, make_finding, quoted
from schemas.columns import empty_table, validated
from schemas.decisions import Exclusions, SetAside
from schemas.p_style import p_sentence
from schemas.rules.study_rules import exclusions_differ
from schemas.tables import COHORT_TABLES


def count_exclusions(
    drafts: Sequence[Draft], group_of: Mapping[str, str], groups: tuple[str, str]
) -> pd.DataFrame:
    """Participants with at least one row set aside or not done by group, for every table that lost one.

    What intake can know; rejected signals and other visits are counted with the analysis set. group_of:
    participant -> group label; people whose group is not known cannot be compared. groups: case label,
    reference label. Rows that a decision keeps are no exclusions, and rows that left only with their
    participant count in the participants table alone. Returns `Exclusions`; its P value is that of
    Fisher's exact test, two-sided (R. A. Fisher, J R Stat Soc 1922;85:87-94).
    """
    of_people = [draft for draft in drafts if draft.table.of_people]
    rows = [row for draft in of_people if (row := _counted(draft, group_of, groups)) is not None]
    if not rows:
        return empty_table(Exclusions)
    return validated(Exclusions, pd.DataFrame(rows))


def people_set_aside(drafts: Iterable[Draft], group_of: Mapping[str, str]) -> pd.DataFrame:
    """Every person with a row set aside, table by table, with the group. Returns `SetAside`."""
    found = [
        {"table": draft.table.name, "participant_id": str(code), "group": group_of[str(code)]}
        for draft in drafts
        if draft.table.of_people
        for code in pd.unique(draft.frame["participant_id"][_own(draft) & ~draft.usable])
        if str(code) in group_of
    ]
    return validated(SetAside, pd.DataFrame(found)) if found else empty_table(SetAside)


def exclusion_findings(
    exclusions: pd.DataFrame, drafts: Sequence[Draft], groups: tuple[str, str]
) -> list[Finding]:
    """FLOW-01 for every table whose exclusions differ by group.

    drafts: tables with the files that they come from; the finding names the first. Without one it
    names the table alone.
    """
    by_name = {draft.table.name: draft for draft in drafts}
    findings: list[Finding] = []
    for row in exclusions[exclusions["differs"]].to_dict("records"):
        name, _, measurement = str(row["table"]).partition("/")
        draft = by_name.get(name)
        source = draft.addresses.sources[0] if draft is not None else None
        what = COHORT_TABLES[name].what + (f" ({measurement})" if measurement else "")
        case = _share_words(int(row["excluded_case"]), int(row["n_case"]), groups[0])
        reference = _share_words(int(row["excluded_reference"]), int(row["n_reference"]), groups[1])
        value = (
            f"something of {case} and of {reference} participants left the analysis (set aside, not done, "
            f"rejected or without a value; Fisher's exact test, {p_sentence(float(row['p']))})"
        )
        counts = (
            f"{row['excluded_case']} of {row['n_case']} and "
            f"{row['excluded_reference']} of {row['n_reference']}"
        )
        findings.append(
            make_finding(
                "FLOW-01",
                table=name,
                file=source.file if source is not None else "",
                sheet=source.sheet if source is not None else "",
                column=measurement,
                found=quoted(counts),
                facts={"what": what, "value": value},
            )
        )
    return findings


def _counted(
    draft: Draft, group_of: Mapping[str, str], groups: tuple[str, str]
) -> dict[str, object] | None:
    own = _own(draft)
    left = ~draft.usable | _not_done(draft)
    if not (own & left).any():
        return None
    people = draft.frame["participant_id"]
    group = people.map(dict(group_of)).to_numpy()
    n: list[int] = []
    excluded: list[int] = []
    for label in groups:
        of_group = own & (group == label)
        n.append(int(people[of_group].nunique()))
        excluded.append(int(people[of_group & left].nunique()))
    p = _fisher_p(excluded, n)
    return {
        "table": draft.table.name,
        "n_case": n[0],
        "excluded_case": excluded[0],
        "n_reference": n[1],
        "excluded_reference": excluded[1],
        "other_visit_case": 0,  # which visit is analysed is known later
        "other_visit_reference": 0,
        "p": p,
        "differs": exclusions_differ(excluded, n, p),
    }


def _own(draft: Draft) -> NDArray[np.bool_]:
    """Rows that did not leave merely because their participant's row left."""
    return np.asarray(draft.reason != PARTICIPANT_SET_ASIDE, dtype=bool)


def _not_done(draft: Draft) -> NDArray[np.bool_]:
    """Trials that were not done: nothing is wrong with the row, and there is nothing to analyse."""
    if "ended_by" not in draft.frame:
        return np.zeros(len(draft.frame), dtype=bool)
    return np.asarray(draft.frame["ended_by"].eq("not_done"), dtype=bool)


def _fisher_p(excluded: Sequence[int], n: Sequence[int]) -> float:
    if not sum(excluded) or not all(n):
        return 1.0
    from scipy.stats import fisher_exact  # heavy to load, and most cohorts lose no row

    table = [[x, total - x] for x, total in zip(excluded, n, strict=True)]
    return float(np.clip(fisher_exact(table).pvalue, sys.float_info.min, 1.0))


def _share_words(excluded: int, n: int, group: str) -> str:
    return f"{excluded} of {n} {group} ({100 * excluded / n:.0f} %)"
