"""How a run ended, decided once, so that exit code, last line and report header agree."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pipeline.publishing.report.labels import outcome_label
from pipeline.workspace.errors import ExitCode
from schemas.study import Study


@dataclass(frozen=True)
class Verdict:
    """`word` stands in the report header; `summary` is the last line, with {release} for the folder.

    `caution` says in the header why no comparison is possible; it is empty otherwise.
    """

    word: Literal["final", "draft"]
    exit_code: ExitCode
    summary: str
    caution: str = ""


def conclude(findings: pd.DataFrame, estimates: pd.DataFrame, study: Study) -> Verdict:
    """The verdict on a report.

    findings: all findings of the run (schema Findings). A report is a draft while a finding that
    sets data aside is open. estimates: schema Estimates. When every primary result is not
    estimable the exit code is ANALYSIS_NOT_POSSIBLE; the report then says why.
    """
    waiting = int(((findings["severity"] == "SET ASIDE") & (findings["status"] == "open")).sum())
    word: Literal["final", "draft"] = "draft" if waiting else "final"
    primary = estimates[estimates["role"] == "primary"]
    if (primary["status"] == "not_estimable").all():
        caution = f"A comparison is not possible. {_why_not(primary, study)}"
        summary = f"{caution} Report ({word}): {{release}}/report.html"
        return Verdict(word, ExitCode.ANALYSIS_NOT_POSSIBLE, summary, caution)
    summary = "Report: {release}/report.html"
    if waiting:
        summary = (
            f"Report (draft, {waiting} finding(s) wait for a decision): {{release}}/report.html"
        )
    return Verdict(word, ExitCode.OK, summary)


def _why_not(primary: pd.DataFrame, study: Study) -> str:
    if primary.empty:
        return "The plan names no primary outcome that was measured."
    reasons = {
        outcome_label(str(row["outcome"]), study): str(row["note"])
        for row in primary.fillna({"note": ""}).to_dict("records")
    }
    return " ".join(f"{label}: {why}".strip() for label, why in reasons.items())
