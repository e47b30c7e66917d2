"""Whether one group loses more participants to exclusions than the other, table by table.

Participants are counted, not rows: the rows of a person stand or fall together, so that rows are no
independent trials of anything. Rows by group stand in the flow table.
"""

import sys
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.intake.columns.drafts import PARTICIPANT_SET_ASIDE, Draft
from pipeline.intake.findings.messages import Finding, make_finding, quoted
from schemas.columns import empty_table, validated
from schemas.decisions import Exclusions
from schemas.rules.study_rules import ALPHA, DIFFERENCE_POINTS, FEWEST_EXCLUDED

_SMALLEST_P = 0.001


def count_exclusions(
    drafts: Sequence[Draft], group_of: Mapping[str, str], groups: tuple[str, str]
) -> pd.DataFrame:
    """Participants with at least one row set aside by group, for every table that lost a row.

    group_of: participant -> group label; people whose group is not known cannot be compared. groups:
    case label, reference label. Rows that a decision keeps are no exclusions, and rows that left only
    with their participant count in the participants table alone. Returns `Exclusions`; its P value is
    that of Fisher's exact test, two-sided (R. A. Fisher, J R Stat Soc 1922;85:87-94).
    """
    of_people = [draft for draft in drafts if draft.table.of_people]
    rows = [row for draft in of_people if (row := _counted(draft, group_of, groups)) is not None]
    if not rows:
        return empty_table(Exclusions)
    return validated(Exclusions, pd.DataFrame(rows))


def exclusion_findings(
    exclusions: pd.DataFrame, drafts: Sequence[Draft], groups: tuple[str, str]
) -> list[Finding]:
    """FLOW-01 for every table whose exclusions differ by group."""
    by_name = {draft.table.name: draft for draft in drafts}
    findings: list[Finding] = []
    for row in exclusions[exclusions["differs"]].to_dict("records"):
        draft = by_name[str(row["table"])]
        source = draft.addresses.sources[0]
        case = _share_words(int(row["excluded_case"]), int(row["n_case"]), groups[0])
        reference = _share_words(int(row["excluded_reference"]), int(row["n_reference"]), groups[1])
        value = (
            f"rows of {case} and of {reference} participants were set aside (Fisher's exact test, "
            f"{_p_words(float(row['p']))})"
        )
        counts = (
            f"{row['excluded_case']} of {row['n_case']} and "
            f"{row['excluded_reference']} of {row['n_reference']}"
        )
        findings.append(
            make_finding(
                "FLOW-01",
                table=draft.table.name,
                file=source.file,
                sheet=source.sheet,
                found=quoted(counts),
                facts={"what": draft.table.what, "value": value},
            )
        )
    return findings


def _counted(
    draft: Draft, group_of: Mapping[str, str], groups: tuple[str, str]
) -> dict[str, object] | None:
    own = np.asarray(draft.reason != PARTICIPANT_SET_ASIDE, dtype=bool)
    if not (own & ~draft.usable).any():
        return None
    people = draft.frame["participant_id"]
    group = people.map(dict(group_of)).to_numpy()
    n: list[int] = []
    excluded: list[int] = []
    for label in groups:
        of_group = own & (group == label)
        n.append(int(people[of_group].nunique()))
        excluded.append(int(people[of_group & ~draft.usable].nunique()))
    p = _fisher_p(excluded, n)
    return {
        "table": draft.table.name,
        "n_case": n[0],
        "excluded_case": excluded[0],
        "n_reference": n[1],
        "excluded_reference": excluded[1],
        "p": p,
        "differs": _differ(excluded, n, p),
    }


def _fisher_p(excluded: Sequence[int], n: Sequence[int]) -> float:
    if not sum(excluded) or not all(n):
        return 1.0
    from scipy.stats import fisher_exact  # heavy to load, and most cohorts lose no row

    table = [[x, total - x] for x, total in zip(excluded, n, strict=True)]
    return float(np.clip(fisher_exact(table).pvalue, sys.float_info.min, 1.0))


def _differ(excluded: Sequence[int], n: Sequence[int], p: float) -> bool:
    if not all(n):
        return False
    points = 100 * abs(excluded[0] / n[0] - excluded[1] / n[1])
    return p < ALPHA or (points >= DIFFERENCE_POINTS and sum(excluded) >= FEWEST_EXCLUDED)


def _share_words(excluded: int, n: int, group: str) -> str:
    return f"{excluded} of {n} {group} ({100 * excluded / n:.0f} %)"


def _p_words(p: float) -> str:
    return f"P < {_SMALLEST_P}" if p < _SMALLEST_P else f"P = {p:.3f}"
