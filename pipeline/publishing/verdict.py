"""How a run ended, decided once, so that exit code, last line and report header agree."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pipeline.workspace.errors import ExitCode


@dataclass(frozen=True)
class Verdict:
    """`word` stands in the report header; `summary` is the last line, with {release} for the folder."""

    word: Literal["final", "draft"]
    exit_code: ExitCode
    summary: str


def conclude(findings: pd.DataFrame, estimates: pd.DataFrame) -> Verdict:
    """The verdict on a report.

    findings: all findings of the run (schema Findings). A report is a draft while a finding that
    sets data aside is open. estimates: schema Estimates. When every primary result is not
    estimable the exit code is ANALYSIS_NOT_POSSIBLE; the report then says why.
    """
    waiting = int(((findings["severity"] == "SET ASIDE") & (findings["status"] == "open")).sum())
    word: Literal["final", "draft"] = "draft" if waiting else "final"
    primary = estimates[estimates["role"] == "primary"]
    if primary.empty or (primary["status"] == "not_estimable").all():
        reasons = primary["note"].dropna().unique()
        why = reasons[0] if len(reasons) else "the plan names no primary outcome that was measured."
        return Verdict(
            word,
            ExitCode.ANALYSIS_NOT_POSSIBLE,
            f"A comparison is not possible: {why} Report ({word}): {{release}}/report.html",
        )
    summary = "Report: {release}/report.html"
    if waiting:
        summary = (
            f"Report (draft, {waiting} finding(s) wait for a decision): {{release}}/report.html"
        )
    return Verdict(word, ExitCode.OK, summary)
