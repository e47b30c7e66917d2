"""What intake answers of the files: findings, one row per problem, and the flow of rows and people by group."""

from pandera.typing import Series

from schemas.columns import StrictTable, column
from schemas.columns import column as declare
from schemas.terms import SEVERITIES


class Findings(StrictTable):
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


class Flow(StrictTable):
    """One count. Key: stage, table, group, reason.

    `stage` is read, set_aside, not_matched, not_usable, analysed. `group` is a group label, or
    "(unknown)" when the row's participant is not known. `reason` is empty except for rows that
    left the analysis, where it is the sentence a report prints.
    """

    step: Series[int] = column("Order of the stage.")
    stage: Series[str] = column("Stage.")
    table: Series[str] = column("Table.")
    group: Series[str] = column("Group.")
    reason: Series[str] = column("Why rows left.")
    n_rows: Series[int] = column("Rows.", ge=0)
    n_participants: Series[int] = column("Participants.", ge=0)

    class Config:
        """One row per key."""

        unique = ["stage", "table", "group", "reason"]
