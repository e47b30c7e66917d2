"""From the results of a cohort to its published release: verdict, report, files, manifest, one rename.

How a run ended is decided once here, so that exit code, last line and report header agree.
"""

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from pipeline.publishing.build import build_report
from pipeline.publishing.cohort_results import CohortResults
from pipeline.publishing.fix_list.decision_files import write_proposal
from pipeline.publishing.release_files import release_files
from pipeline.publishing.report.labels import outcome_label
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Report
from pipeline.publishing.signal_pages.signal_page import signal_quality_html
from pipeline.workspace.errors import ExitCode
from pipeline.workspace.hashing import code_hash, combined, constraints_hash, package_versions
from pipeline.workspace.layout import Workspace
from pipeline.workspace.releases import Manifest, latest_release, publish, read_manifest
from schemas.lab_files import LabFiles
from schemas.study import Study


@dataclass(frozen=True)
class Conclusion:
    """`word` stands in the report header; `summary` is the last line, with {release} for the folder.

    `caution` says in the header why no comparison is possible; it is empty otherwise.
    """

    word: Literal["final", "draft"]
    exit_code: ExitCode
    summary: str
    caution: str = ""


@dataclass(frozen=True)
class Published:
    """A release that is there. folder: where. n_files: without its manifest. summary: the last line."""

    folder: Path
    report: Report
    n_files: int
    summary: str


def publish_cohort(
    workspace: Workspace,
    cohort: str,
    results: CohortResults,
    *,
    hashes: dict[str, str],
    lab: LabFiles,
    waiting: pd.DataFrame,
) -> Published:
    """Build the report of a cohort and publish it as a release.

    hashes: of the input files that `results` were made from. lab: these files, for copies with their
    wrong cells marked. waiting: findings that wait for a decision (schema ToDecide); they are
    proposed to the data manager in a decisions file beside the releases. Raises EnvironmentProblem
    when the folder of reports cannot be written.
    """
    settings = results.settings
    reports = workspace.cohort_reports(cohort)
    verdict = conclude(results.all_findings, results.estimates, settings)
    inputs = _report_inputs(cohort, _release_name(reports, hashes), results, verdict)
    report = build_report(inputs)
    signal_page = signal_quality_html(
        cohort,
        signals=results.recording_signals,
        activation=results.activation,
        traces=results.recording_traces,
        findings=results.signal_findings,
        groups=results.groups,
    )
    files = release_files(
        report,
        inputs,
        internal_tables=results.internal_tables(),
        lab=lab,
        signal_page=signal_page,
    )
    write_proposal(reports, results.settled_decisions, waiting, decimal=settings.decimal)
    folder = publish(reports, _manifest(inputs, hashes, verdict), files)
    summary = verdict.summary.replace("{release}", folder.name)
    return Published(folder, report, len(files), summary)


def conclude(findings: pd.DataFrame, estimates: pd.DataFrame, study: Study) -> Conclusion:
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
        return Conclusion(word, ExitCode.ANALYSIS_NOT_POSSIBLE, summary, caution)
    summary = "Report: {release}/report.html"
    if waiting:
        summary = (
            f"Report (draft, {waiting} finding(s) wait for a decision): {{release}}/report.html"
        )
    return Conclusion(word, ExitCode.OK, summary)


def _why_not(primary: pd.DataFrame, study: Study) -> str:
    if primary.empty:
        return "The plan names no primary outcome that was measured."
    reasons = {
        outcome_label(str(row["outcome"]), study): str(row["note"])
        for row in primary.fillna({"note": ""}).to_dict("records")
    }
    return " ".join(f"{label}: {why}".strip() for label, why in reasons.items())


def _report_inputs(
    cohort: str, release: str, results: CohortResults, verdict: Conclusion
) -> ReportInputs:
    return ReportInputs(
        cohort=cohort,
        release=release,
        study=results.settings,
        plan=results.plan,
        plan_is_default=results.study["plan_is_default"],
        estimates=results.estimates,
        flow=results.flow,
        findings=results.all_findings,
        curves=results.survival_curves,
        participant_points=results.participant_points,
        signal_summary=results.signal_summary,
        steps=tuple(results.steps()),
        software=package_versions(),
        command=f"stance run {cohort}",
        verdict=verdict.word,
        caution=verdict.caution,
        decisions=results.settled_decisions,
        exclusions=results.exclusions,
        diagnostics=results.model_diagnostics,
        diagnostic_points=results.diagnostic_points,
    )


def _manifest(inputs: ReportInputs, hashes: dict[str, str], verdict: Conclusion) -> Manifest:
    return Manifest(
        cohort=inputs.cohort,
        release=inputs.release,
        command=inputs.command,
        inputs=hashes,
        code=code_hash(),
        versions=inputs.software,
        verdict=verdict.word,
        exit_code=verdict.exit_code,
        summary=verdict.summary,
        constraints=constraints_hash(),
    )


def _release_name(reports: Path, inputs: dict[str, str]) -> str:
    """Date and hash of inputs and code; unchanged inputs and code keep the name they have."""
    digest = combined({**inputs, "code": code_hash()})[:8]
    latest = latest_release(reports)
    if latest is not None:
        manifest = read_manifest(latest) or {}
        if manifest.get("inputs") == inputs and manifest.get("code") == code_hash():
            return latest.name
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    today = dt.datetime.fromtimestamp(int(fixed), dt.UTC) if fixed else dt.datetime.now()
    return f"{today:%Y-%m-%d}_{digest}"
