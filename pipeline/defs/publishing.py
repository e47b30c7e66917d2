"""Stage 4, publishing: the fix list always, the report when the data allow it."""

import base64
from typing import Any, get_args

import dagster as dg
import pandas as pd

from pipeline.defs.outputs import OWNERS, shown_table
from pipeline.defs.partitions import COHORTS
from pipeline.defs.progress import Progress
from pipeline.intake.deciding.status_tables import to_decide as signals_to_decide
from pipeline.intake.files.lab_files import changed_files, file_stamps, lab_files
from pipeline.intake.settings.study_file import read_study
from pipeline.publishing.cohort_results import CohortResults
from pipeline.publishing.fix_list.fix_list_files import write_fix_list
from pipeline.publishing.report.report_model import Report
from pipeline.workspace.hashing import code_hash, combined
from pipeline.workspace.known_hashes import cohort_hashes
from pipeline.workspace.layout import Workspace
from pipeline.workspace.releases import supersede
from pipeline.workspace.table_store import load_origin
from schemas.lab_files import LabFiles
from schemas.study import Limits, Study

GROUP = "publishing"
_RESULTS = {
    # A table that can be missing is not checked, because it is stored as an empty record then.
    name: dg.AssetIn(dagster_type=dg.Any if type(None) in get_args(kind) else kind)
    for name, kind in CohortResults.types().items()
}
"""The assets that the report is made from: every field of `CohortResults` is one."""


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
    ins=_RESULTS,
    code_version=code_hash()[:12],
    description="The report of the cohort: one release folder with HTML, Word, Excel, CSV and figures.",
)
def report(
    context: dg.AssetExecutionContext,
    workspace: dg.ResourceParam[Workspace],
    progress: dg.ResourceParam[Progress],
    **results: Any,
) -> dg.MaterializeResult[Any]:
    """Build the report and publish it as a release."""
    # Here, because it loads all libraries that draw and write, which a stopped cohort needs none of.
    from pipeline.publishing.publish_cohort import publish_cohort

    cohort = context.partition_key
    given = workspace.existing_cohort_folder(cohort)
    stamps = file_stamps(given)
    made = CohortResults(**results)
    published = publish_cohort(
        workspace,
        cohort,
        made,
        hashes=_unchanged_inputs(workspace, cohort, made.study),
        lab=lab_files(given, made.settings.limits, stamps),
        waiting=pd.concat(
            [made.to_decide, signals_to_decide(made.signal_findings)], ignore_index=True
        ),
    )
    progress.say(f"report: {published.n_files} files")
    folder = published.folder
    return dg.MaterializeResult(
        metadata={
            "report": dg.MetadataValue.path(str(folder / "report.html")),
            "signal_quality": dg.MetadataValue.path(
                str(folder / "internal" / "signal-quality.html")
            ),
            "verdict": dg.MetadataValue.text(published.summary),
            **_figures_in_the_ui(published.report),
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


def _figures_in_the_ui(built: Report) -> dict[str, dg.MetadataValue[Any]]:
    """One figure per key as a data address, which is what the asset page shows."""
    return {
        f"figure_{figure.id}": dg.MetadataValue.md(
            f"![{figure.alt}](data:image/png;base64,{base64.b64encode(figure.png).decode()})"
        )
        for figure in built.figures()
    }
