"""Rows of people in which values of the template's example were left standing."""

from typing import Final

import numpy as np

from pipeline.intake.cells.grid import cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding, listed
from pipeline.intake.templates.example_values import example_row
from schemas.columns import column_rules

SAME_VALUES: Final = 5
"""From so many equal measures on a row is no coincidence: about 3 in 100,000 people would share five of
twelve measures with the example when each is shared by one person in thirty."""


def check_example_overwritten(draft: Draft) -> list[Finding]:
    """EXAMPLE-02 for rows that share many measures with the example of the template.

    Somebody who types a code over EXAMPLE and fills in a part of the row leaves made-up values in it.
    Keys and words are not compared, because many people share them.
    """
    numbers = {
        name: float(value)
        for name, value in example_row(draft.table).items()
        if isinstance(value, int | float)
        and name in draft.shown
        and name not in draft.table.key
        and column_rules(draft.table.model)[name].kind == "number"
    }
    if len(numbers) < SAME_VALUES:
        return []
    same = np.column_stack(
        [draft.frame[name].eq(value).to_numpy(dtype=bool) for name, value in numbers.items()]
    )
    findings: list[Finding] = []
    for position in np.flatnonzero(same.sum(axis=1) >= SAME_VALUES).tolist():
        names = [name for name, is_same in zip(numbers, same[position], strict=True) if is_same]
        code = [draft.text("participant_id").iloc[position]]
        facts = {"measures": listed(names)}
        findings += cell_findings(
            "EXAMPLE-02", draft.addresses, "participant_id", [position], code, facts
        )
    return findings
