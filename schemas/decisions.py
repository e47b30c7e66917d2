"""decisions.csv: what the data manager decided about findings, and how exclusions spread over groups."""

from typing import Final

from pandera.typing import Series

from schemas.columns import StrictTable, column

DECISION_FILE: Final = "decisions.csv"
"""Lies in the cohort folder, is written by people only, and is read by every run."""

DECISIONS: Final[dict[str, str]] = {
    "accept": "accepted",
    "corrected": "corrected",
    "keep": "kept",
}
"""Word in decisions.csv -> status of the finding. accept: the row stays out. corrected: the data were
corrected at the source. keep: the row is analysed as it is, or a remark was seen and is right as it is."""

OPEN: Final = "open"
"""Status of a finding without a valid decision."""

FILLED_IN: Final = ("finding_id", "decision", "reason", "initials", "date")
"""Columns of decisions.csv that count."""

FOR_THE_READER: Final = ("rule_id", "severity", "file", "cell", "participant_id", "found")
"""Columns of decisions.csv that help a person; what stands there is never used."""

DECISION_STATES: Final[dict[str, str]] = {
    "applies": "The decision counts.",
    "corrected": "The finding is gone, as the decision says.",
    "gone": "The finding is gone; the decision no longer applies.",
    "replaced": "A later line decides about the same finding.",
    "unsigned": "Something is missing or cannot be read; decisions.csv has a finding that says what.",
    "refused": "The decision cannot be followed; decisions.csv has a finding that says why.",
    "waiting": "Recordings are opened by a run only; until then nothing is known.",
}


class Decisions(StrictTable):
    """One line of decisions.csv that holds a decision, in the order of the file.

    `line` is the row of the file; `id_cell` and `decision_cell` are cells of that row. A line that is not
    signed has the state `unsigned` and may have empty cells. `reason_shared` is the reason with every
    participant code taken out, for what may leave the lab. The columns after `state` say which finding the decision is about; they are
    empty when that finding no longer exists.
    """

    finding_id: Series[str] = column("Finding that the decision is about.", nullable=True)
    decision: Series[str] = column("Decision.", nullable=True)
    reason: Series[str] = column("Why, in the data manager's words.", nullable=True)
    initials: Series[str] = column("Who decided.", nullable=True)
    date: Series[str] = column("Day of the decision, as in 2026-03-31.", nullable=True)
    reason_shared: Series[str] = column("The reason without participant codes.", nullable=True)
    line: Series[int] = column("Row of decisions.csv.", ge=1)
    id_cell: Series[str] = column("Cell of the finding's id.")
    decision_cell: Series[str] = column("Cell of the decision.")
    state: Series[str] = column("What became of the decision.", isin=tuple(DECISION_STATES))
    rule_id: Series[str] = column("Rule.", nullable=True)
    severity: Series[str] = column("Severity.", nullable=True)
    file: Series[str] = column("File.", nullable=True)
    sheet: Series[str] = column("Sheet.", nullable=True)
    cell: Series[str] = column("Cell.", nullable=True)
    participant_id: Series[str] = column("Participant.", nullable=True)
    group: Series[str] = column("Group.", nullable=True)
    found: Series[str] = column("What was found.", nullable=True)


class ToDecide(StrictTable):
    """One line that waits for a decision: an open finding, or one of the rows among which to choose."""

    finding_id: Series[str] = column("Finding, or finding and row.")
    rule_id: Series[str] = column("Rule.")
    severity: Series[str] = column("Severity.")
    file: Series[str] = column("File, with the sheet where there is one.", nullable=True)
    cell: Series[str] = column("Cell.", nullable=True)
    participant_id: Series[str] = column("Participant.", nullable=True)
    found: Series[str] = column("What was found.", nullable=True)


class SetAside(StrictTable):
    """People with at least one row of a table set aside. Key: table, participant. Internal.

    Rows that left only because the participant's own row left are not counted.
    """

    table: Series[str] = column("Table.", identifies=True)
    participant_id: Series[str] = column("Code of the person.", label="Participant")
    group: Series[str] = column("Group.")

    class Config:
        """One row per key."""

        unique = ["table", "participant_id"]


class Exclusions(StrictTable):
    """Participants of whom something left the analysis, by group. Key: table.

    At least one row was set aside, not done, rejected or without a value; or no row is of the visit that
    is analysed. Rows that left only because the participant's own row left are not counted. A table such
    as "activation/onset_ms" is one measurement of a table. `p` is the two-sided P value of Fisher's exact
    test; `differs` says whether the groups differ by the rule FLOW-01.
    """

    table: Series[str] = column("Table.", identifies=True)
    n_case: Series[int] = column("Case participants with rows in the table.", ge=0)
    excluded_case: Series[int] = column(
        "Of these, those of whom something left the analysis.", ge=0
    )
    n_reference: Series[int] = column("Reference participants with rows in the table.", ge=0)
    excluded_reference: Series[int] = column(
        "Of these, those of whom something left the analysis.", ge=0
    )
    other_visit_case: Series[int] = column(
        "Case participants with rows at another visit only.", ge=0
    )
    other_visit_reference: Series[int] = column(
        "Reference participants with rows at another visit only.", ge=0
    )
    p: Series[float] = column("P value of Fisher's exact test, two-sided.", gt=0, le=1)
    differs: Series[bool] = column("Whether exclusions differ by group.")

    class Config:
        """One row per key."""

        unique = ["table"]
