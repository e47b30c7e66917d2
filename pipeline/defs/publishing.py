"""Stage 4, publishing: the fix list always, the report when the data allow it."""

import base64
import datetime as dt
import os
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.defs.outputs import OWNERS
from pipeline.defs.partitions import COHORTS
from pipeline.defs.progress import Progress
from pipeline.defs.table_metadata import shown_table
from pipeline.intake.deciding.exclusions import without_counted_again
from pipeline.intake.deciding.status_tables import to_decide as signals_to_decide
from pipeline.intake.files.lab_files import changed_files, file_stamps, lab_files
from pipeline.intake.settings.study_file import read_study
from pipeline.publishing.build import build_report
from pipeline.publishing.fix_list.decision_files import write_proposal
from pipeline.publishing.fix_list.fix_list_files import write_fix_list
from pipeline.publishing.release_files import release_files
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Report
from pipeline.publishing.signal_pages.signal_page import signal_quality_html
from pipeline.publishing.verdict import Verdict, conclude
from pipeline.workspace.hashing import (
    code_hash,
    combined,
    constraints_hash,
    package_versions,
)
from pipeline.workspace.known_hashes import cohort_hashes
from pipeline.workspace.layout import Workspace
from pipeline.workspace.releases import Manifest, latest_release, publish, read_manifest, supersede
from pipeline.workspace.table_store import load_origin
from schemas.lab_files import LabFiles
from schemas.methods import MethodSentence
from schemas.plan import Plan
from schemas.study import Limits, Study

GROUP = "publishing"


@dg.asset(
    group_name=GROUP,
    owners=OWNERS,
    kinds={"html", "csv"},
    partitions_def=COHORTS,
    code_version=code_hash()[:12],
    description="The fix list for the data manager: what is wrong, where, and how to mend it.",
)
def fix_list(
    context: dg.AssetExecutionContext,
    workspace: dg.ResourceParam[Workspace],
    progress: dg.ResourceParam[Progress],
    findings: pd.DataFrame,
) -> dg.MaterializeResult[Any]:
    """Write the fix list; a cohort that is stopped fails here, with one sentence."""
    cohort = context.partition_key
    reports = workspace.cohort_reports(cohort)
    folder = workspace.existing_cohort_folder(cohort)
    settings, _, _ = read_study(folder)
    written = write_fix_list(
        reports,
        cohort,
        findings,
        _lab_files(workspace, cohort, settings),
        (settings.groups.case.label, settings.groups.reference.label) if settings else (),
    )
    page = written.page
    if written.changes.sentence:
        progress.say(f"fix list: {written.changes.sentence}")
    stops = findings[findings["severity"] == "STOP"]
    metadata = {
        "page": dg.MetadataValue.path(str(page)),
        "findings": dg.MetadataValue.int(len(findings)),
        "since_last_time": dg.MetadataValue.text(written.changes.sentence or "the first check"),
        "fix_list": shown_table(findings, ("severity", "file", "cell", "found", "fix")),
    }
    if len(stops):
        supersede(reports, "The data of the cohort have changed and cannot be analysed any more.")
        raise dg.Failure(
            description=f"{len(stops)} problem(s) in the data stop the cohort. Fix list: {page}",
            metadata=metadata,
            allow_retries=False,
        )
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    group_name=GROUP,
    owners=OWNERS,
    kinds={"html", "docx", "xlsx"},
    partitions_def=COHORTS,
    deps=[fix_list],
    code_version=code_hash()[:12],
    description="The report of the cohort: one release folder with HTML, Word, Excel, CSV and figures.",
)
def report(
    context: dg.AssetExecutionContext,
    workspace: dg.ResourceParam[Workspace],
    progress: dg.ResourceParam[Progress],
    study: dict[str, Any],
    findings: pd.DataFrame,
    intake_flow: pd.DataFrame,
    participants: pd.DataFrame,
    recording_signals: pd.DataFrame,
    mvic_references: pd.DataFrame,
    stance_force: pd.DataFrame,
    event_sensitivity: pd.DataFrame,
    onset_sensitivity: pd.DataFrame,
    recording_traces: pd.DataFrame,
    activation: pd.DataFrame,
    signal_findings: pd.DataFrame,
    to_decide: pd.DataFrame,
    settled_decisions: pd.DataFrame,
    exclusions: pd.DataFrame,
    flow_findings: pd.DataFrame,
    signal_methods: list[dict[str, Any]],
    analysed_participants: pd.DataFrame,
    analysed_hold_times: Any,
    analysed_activation: Any,
    analysed_strength: Any,
    analysed_clinical_test: Any,
    analysis_flow: pd.DataFrame,
    estimates: pd.DataFrame,
    survival_curves: pd.DataFrame,
    model_diagnostics: pd.DataFrame,
    diagnostic_points: pd.DataFrame,
    participant_points: pd.DataFrame,
    signal_summary: Any,
    statistics_methods: list[dict[str, Any]],
) -> dg.MaterializeResult[Any]:
    """Build the report and publish it as a release."""
    cohort = context.partition_key
    given = workspace.existing_cohort_folder(cohort)
    stamps = file_stamps(given)
    hashes = _unchanged_inputs(workspace, cohort, study)
    all_findings = pd.concat(
        [without_counted_again(findings, flow_findings), signal_findings, flow_findings],
        ignore_index=True,
    )
    settings = Study.model_validate(study["study"])
    verdict = conclude(all_findings, estimates, settings)
    inputs = ReportInputs(
        cohort=cohort,
        release=_release_name(workspace, cohort, hashes),
        study=settings,
        plan=Plan.model_validate(study["plan"]),
        plan_is_default=study["plan_is_default"],
        estimates=estimates,
        flow=pd.concat([intake_flow, analysis_flow], ignore_index=True),
        findings=all_findings,
        curves=survival_curves,
        participant_points=participant_points,
        signal_summary=signal_summary,
        steps=_sentences(study["steps"], signal_methods, statistics_methods),
        software=package_versions(),
        command=f"stance run {cohort}",
        verdict=verdict.word,
        caution=verdict.caution,
        decisions=settled_decisions,
        exclusions=exclusions,
        diagnostics=model_diagnostics,
        diagnostic_points=diagnostic_points,
    )
    built = build_report(inputs)
    internal = {
        "activation": activation,
        "recordings": recording_signals,
        "mvic_references": mvic_references,
        "stance_force": stance_force,
        "event_sensitivity": event_sensitivity,
        "onset_sensitivity": onset_sensitivity,
        "analysed_participants": analysed_participants,
        "analysed_hold_times": analysed_hold_times,
        "analysed_activation": analysed_activation,
        "analysed_strength": analysed_strength,
        "analysed_clinical_test": analysed_clinical_test,
        "decisions": settled_decisions,
    }
    handed_in = {name: table for name, table in internal.items() if table is not None}
    lab = lab_files(given, settings.limits, stamps)
    signal_page = signal_quality_html(
        cohort,
        signals=recording_signals,
        activation=activation,
        traces=recording_traces,
        findings=signal_findings,
        groups=dict(zip(participants["participant_id"], participants["group"], strict=True)),
    )
    files = release_files(
        built, inputs, internal_tables=handed_in, lab=lab, signal_page=signal_page
    )
    manifest = _manifest(inputs, hashes, verdict)
    waiting = pd.concat([to_decide, signals_to_decide(signal_findings)], ignore_index=True)
    write_proposal(
        workspace.cohort_reports(cohort), settled_decisions, waiting, decimal=settings.decimal
    )
    folder = publish(workspace.cohort_reports(cohort), manifest, files)
    progress.say(f"report: {len(files)} files")
    return dg.MaterializeResult(
        metadata={
            "report": dg.MetadataValue.path(str(folder / "report.html")),
            "signal_quality": dg.MetadataValue.path(
                str(folder / "internal" / "signal-quality.html")
            ),
            "verdict": dg.MetadataValue.text(verdict.summary.replace("{release}", folder.name)),
            **_figures_in_the_ui(built),
        }
    )


def _lab_files(workspace: Workspace, cohort: str, settings: Study | None) -> LabFiles:
    """The files that intake read last; none of them when a file changed since."""
    folder = workspace.existing_cohort_folder(cohort)
    now = combined({**cohort_hashes(workspace, cohort), "code": code_hash()})
    if now != load_origin(workspace.tables_folder / cohort / "findings"):
        return changed_files()
    return lab_files(folder, settings.limits if settings else Limits())


def _unchanged_inputs(workspace: Workspace, cohort: str, study: dict[str, Any]) -> dict[str, str]:
    """Hashes of the input files, which have to be those that intake read with this very code."""
    hashes = cohort_hashes(workspace, cohort)
    if hashes != study["inputs"] or code_hash() != study["code"]:
        raise dg.Failure(
            description="Files of the cohort, or Stance itself, changed after they were read; "
            "nothing was published. Run the whole cohort again.",
            allow_retries=False,
        )
    return hashes


def _sentences(*stages: list[dict[str, Any]]) -> tuple[MethodSentence, ...]:
    return tuple(
        MethodSentence(step["stage"], step["text"], tuple(step["citations"]))
        for stage in stages
        for step in stage
    )


def _manifest(inputs: ReportInputs, hashes: dict[str, str], verdict: Verdict) -> Manifest:
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


def _release_name(workspace: Workspace, cohort: str, inputs: dict[str, str]) -> str:
    """Date and hash of inputs and code; unchanged inputs and code keep the name they have."""
    digest = combined({**inputs, "code": code_hash()})[:8]
    latest = latest_release(workspace.cohort_reports(cohort))
    if latest is not None:
        manifest = read_manifest(latest) or {}
        if manifest.get("inputs") == inputs and manifest.get("code") == code_hash():
            return latest.name
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    today = dt.datetime.fromtimestamp(int(fixed), dt.UTC) if fixed else dt.datetime.now()
    return f"{today:%Y-%m-%d}_{digest}"


def _figures_in_the_ui(built: Report) -> dict[str, dg.MetadataValue[Any]]:
    """One figure per key as a data address, which is what the asset page shows."""
    return {
        f"figure_{figure.id}": dg.MetadataValue.md(
            f"![{figure.alt}](data:image/png;base64,{base64.b64encode(figure.png).decode()})"
        )
        for figure in built.figures()
    }
