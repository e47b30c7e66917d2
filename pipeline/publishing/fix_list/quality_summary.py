"""A summary of data quality that may leave the lab: rules and counts, nothing of any person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from pipeline.publishing.report.labels import rule_counts
from pipeline.publishing.report.pages import render
from pipeline.publishing.report.printable import printable, printable_frame
from schemas.terms import SEVERITIES

_NO_GROUP: Final = "(no group)"


@dataclass(frozen=True)
class RuleRow:
    """One rule: how often it spoke, by group and in all."""

    severity: str
    rule_id: str
    title: str
    counts: tuple[int, ...]
    total: int


def quality_summary_html(findings: pd.DataFrame, cohort: str, groups: Sequence[str]) -> str:
    """Findings by rule, severity and group, worst first.

    groups: both group labels, () when they are not known; findings of any other or of no group are
    counted together, because a misspelt group is a value of the data.
    """
    cleaned = printable_frame(findings)
    labels = tuple(printable(group) for group in groups)
    of_group = cleaned["group"].where(cleaned["group"].isin(labels), _NO_GROUP)
    shown = (*labels, *((_NO_GROUP,) if labels and (of_group == _NO_GROUP).any() else ()))
    rows = (
        [
            RuleRow(
                severity=str(row["severity"]),
                rule_id=str(row["rule_id"]),
                title=str(row["title"]),
                counts=tuple(
                    int(
                        (
                            of_group.eq(group)
                            & cleaned["rule_id"].eq(row["rule_id"])
                            & cleaned["severity"].eq(row["severity"])
                        ).sum()
                    )
                    for group in shown
                ),
                total=int(row["n"]),
            )
            for row in rule_counts(cleaned).to_dict("records")
        ]
        if len(cleaned)
        else []
    )
    return render(
        "quality_summary.html.j2", cohort=cohort, groups=shown, rows=rows, severities=SEVERITIES
    )
