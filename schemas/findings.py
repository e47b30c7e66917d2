"""Findings: what intake has to say about the files, one row per problem."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import column as declare
from schemas.terms import SEVERITIES


class Findings(pa.DataFrameModel):
    """One finding: where, what was found, why it is a problem, how to fix it.

    `finding_id` depends on rule, file, sheet, column, the row's key (the cell where it has none) and the
    value found, so that the same problem keeps its id between runs. `cell` is written as Excel writes it
    (D5; C2:C31 (9 cells) for many cells; empty for a whole file); `cells` are exactly the wrong cells as
    Excel ranges separated by spaces. `group` is filled where the participant is known.
    """

    finding_id: Series[str] = declare("Stable id.", identifies=True)
    rule_id: Series[str] = declare("Rule.")
    severity: Series[str] = declare("Severity.", isin=tuple(SEVERITIES))
    table: Series[str] = declare("Table of the cohort.", nullable=True)
    file: Series[str] = declare("File.", nullable=True)
    sheet: Series[str] = declare("Sheet.", nullable=True)
    cell: Series[str] = declare("Cell.", nullable=True)
    cells: Series[str] = declare("All wrong cells, as Excel ranges.", nullable=True)
    column: Series[str] = declare("Heading in the file.", nullable=True)
    participant_id: Series[str] = declare("Participant.", nullable=True)
    group: Series[str] = declare("Group.", nullable=True)
    found: Series[str] = declare("What was found.", nullable=True)
    why: Series[str] = declare("Why it is a problem.")
    fix: Series[str] = declare("How to fix it.")
    status: Series[str] = declare("open, accepted, corrected or kept.")

    class Config:
        """The set of columns is fixed."""

        strict = True
        coerce = True
