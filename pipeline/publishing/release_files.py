"""The files of a release: every writer once. What contains participant codes goes under internal/."""

import io
from collections.abc import Mapping

import pandas as pd

from pipeline.publishing.fix_list.checked_copies import checked_copies
from pipeline.publishing.fix_list.findings_history import Changes
from pipeline.publishing.fix_list.fix_entries import fix_entries
from pipeline.publishing.fix_list.quality_summary import quality_summary_html
from pipeline.publishing.fix_list.write_fix_list import fix_list_csv, fix_list_html
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Report
from pipeline.publishing.writers.write_csv import rows_as_csv, write_csvs
from pipeline.publishing.writers.write_docx import write_docx
from pipeline.publishing.writers.write_plain_files import (
    write_citations,
    write_figures,
    write_html,
    write_methods,
    write_numbers,
)
from pipeline.publishing.writers.write_xlsx import write_xlsx
from schemas.lab_files import LabFiles

_VALUES_OF_PERSONS = "_points.csv"
_POINTS_OF_PERSONS = "model_fit_"


def release_files(
    report: Report,
    inputs: ReportInputs,
    *,
    internal_tables: Mapping[str, pd.DataFrame],
    lab: LabFiles | None = None,
    signal_page: str = "",
) -> dict[str, bytes]:
    """Relative path -> content of every file of a release, except its manifest.

    report: built from `inputs`. internal_tables: file name without ending -> table with the codes
    of participants, so that a number can be followed to its rows inside the lab. lab: the files that
    the findings speak of, for copies with the wrong cells marked. signal_page: the page with a picture of every
    recording (`signal_pages.signal_page`), "" for none. What changed since an earlier check
    is in none of the files: the same inputs give the same bytes.
    """
    marked = checked_copies(fix_entries(inputs.findings, Changes()), lab) if lab else None
    shareable = {
        "report.html": write_html(report).encode("utf-8"),
        "report.docx": write_docx(report),
        "tables.xlsx": write_xlsx(report),
        "estimates.parquet": _parquet(inputs.estimates),
        "estimates.csv": _csv(inputs.estimates),
        "model_diagnostics.parquet": _parquet(inputs.diagnostics),
        "model_diagnostics.csv": _csv(inputs.diagnostics),
        "numbers.json": write_numbers(report),
        "methods.md": write_methods(report),
        "citations.bib": write_citations(report),
        "flow.csv": _csv(inputs.flow),
        "exclusions.csv": _csv(inputs.exclusions),
        "quality-summary.html": quality_summary_html(
            inputs.findings, inputs.cohort, inputs.groups
        ).encode("utf-8"),
    }
    internal = {
        "internal/diagnostic_points.parquet": _parquet(inputs.diagnostic_points),
        "internal/diagnostic_points.csv": _csv(inputs.diagnostic_points),
        "internal/fix-list.html": fix_list_html(
            inputs.findings, inputs.cohort, copies=marked
        ).encode("utf-8"),
        "internal/fix-list.csv": fix_list_csv(inputs.findings),
        **({"internal/signal-quality.html": signal_page.encode("utf-8")} if signal_page else {}),
        **{f"internal/{name}.csv": _csv(table) for name, table in internal_tables.items()},
        **(
            {f"internal/{name}": content for name, content in marked.copies.values()}
            if marked
            else {}
        ),
    }
    tables = {f"tables/{name}": content for name, content in write_csvs(report).items()}
    figures = {_figure_place(name): content for name, content in write_figures(report).items()}
    return {**shareable, **internal, **tables, **figures}


def _figure_place(name: str) -> str:
    """The values of every person behind a figure stay in the lab, without codes as they are."""
    is_of_persons = name.endswith(_VALUES_OF_PERSONS) or (
        name.startswith(_POINTS_OF_PERSONS) and name.endswith(".csv")
    )
    return f"internal/{name}" if is_of_persons else f"figures/{name}"


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def _csv(table: pd.DataFrame) -> bytes:
    rows = [
        [None if pd.isna(value) else value for value in record]
        for record in table.astype(object).itertuples(index=False)
    ]
    return rows_as_csv([str(name) for name in table.columns], rows)
