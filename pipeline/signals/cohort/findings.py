"""What is wrong with recordings, in words; the rules are in `schemas.rules`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignalFinding:
    """One problem of one recording.

    rule_id: REC-01 (file missing), REC-02 (cannot be used), REC-03 (no MVIC reference), REC-04
    (stopwatch and force plate disagree) or REC-05 (does not fit its MVIC reference). file: as the recordings table names it. participant_id:
    code of the person. found: what the file or cell holds. problem, suggestion: sentences, for rules
    that take them. value, other: the two numbers of REC-04. near: a similar file name for REC-01, as
    a sentence with a leading space, or "". row: index of the row in the recordings table.
    """

    rule_id: str
    file: str
    participant_id: str
    found: str
    problem: str = ""
    suggestion: str = ""
    severity: str = ""
    value: str = ""
    other: str = ""
    near: str = ""
    row: int | None = None
