"""What the data were like: verdicts on signals, findings of the checks, rows set aside by group."""

from typing import Final

import pandas as pd

from pipeline.publishing.report.cells import EMPTY, heading_row, paragraph, words
from pipeline.publishing.report.labels import counted, reason_text, rule_counts
from pipeline.publishing.report.number_format import Num
from pipeline.publishing.report.report_inputs import ReportInputs, absent
from pipeline.publishing.report.report_model import Block, Cell, Column, Ref, Row, Section, Table
from pipeline.publishing.sections.decisions import decision_blocks
from pipeline.publishing.sections.flow import STAGES, table_title, tables_in_order
from schemas.terms import SIGNAL_VERDICTS

VERDICTS: Final[dict[str, str]] = {
    "good": "Good",
    "warn": "Usable, with a remark",
    "reject": "Rejected",
}


def signal_section(inputs: ReportInputs) -> Section:
    """Verdicts on recordings by group."""
    summary = inputs.signal_summary
    if summary is None or summary.empty:
        text = paragraph(absent("signal recordings"))
        return Section("signal-quality", "Signal quality", (text,))
    columns = (
        Column("verdict", "Verdict", "text"),
        *(Column(f"group_{n}", group) for n, group in enumerate(_groups(inputs, summary))),
    )
    rows = tuple(
        Row((words(VERDICTS.get(verdict, verdict)), *_verdict_cells(inputs, summary, verdict)))
        for verdict in SIGNAL_VERDICTS
    )
    table = Table("signal_quality", "Recordings by verdict and group", columns, rows)
    text = paragraph(
        "Every recording was judged before groups were compared; rejected recordings are not in the "
        "analysis: ",
        Ref("signal_quality"),
        ".",
    )
    return Section("signal-quality", "Signal quality", (text, table))


def _groups(inputs: ReportInputs, frame: pd.DataFrame) -> list[str]:
    """Both groups, then others that occur, such as people whose group is not known."""
    others = sorted(set(frame["group"].dropna()) - set(inputs.groups) - {""})
    return [*inputs.groups, *others]


def _verdict_cells(inputs: ReportInputs, summary: pd.DataFrame, verdict: str) -> tuple[Cell, ...]:
    of_verdict = summary[summary["verdict"] == verdict]
    return tuple(
        _count(int(of_verdict.loc[of_verdict["group"] == group, "n_recordings"].sum()), "signals")
        for group in _groups(inputs, summary)
    )


def _count(value: int, source: str) -> Cell:
    return Cell("number", (Num(value, "count", 0, source),))


def data_quality_section(inputs: ReportInputs) -> Section:
    """Findings by rule and rows that left by group and reason; counts only, no values."""
    blocks: list[Block] = []
    if inputs.findings.empty:
        blocks.append(paragraph("The checks of the files found nothing to report."))
    else:
        blocks.append(
            paragraph(
                "The checks of the files led to ",
                Num(len(inputs.findings), "count", 0, "findings"),
                f" {counted(len(inputs.findings), 'finding')}: ",
                Ref("findings"),
                ". The fix list names the cells; it stays in the lab.",
            )
        )
        blocks.append(_findings_table(inputs.findings))
    blocks += decision_blocks(inputs)
    left = inputs.flow[inputs.flow["stage"].isin(["set_aside", "not_matched", "not_usable"])]
    if left.empty:
        blocks.append(paragraph("No row left the analysis."))
    else:
        blocks.append(
            paragraph("Rows that left the analysis, by group and reason: ", Ref("left_out"), ".")
        )
        blocks.append(_left_table(inputs, left))
    return Section("data-quality", "Data quality", tuple(blocks))


def _findings_table(findings: pd.DataFrame) -> Table:
    columns = (
        Column("severity", "Severity", "text"),
        Column("rule", "Rule", "text"),
        Column("title", "What was found", "text"),
        Column("n", "Findings"),
    )
    rows = tuple(
        Row(
            (
                words(str(row["severity"])),
                words(str(row["rule_id"])),
                words(str(row["title"])),
                _count(int(row["n"]), "findings"),
            )
        )
        for row in rule_counts(findings).to_dict("records")
    )
    return Table("findings", "Findings of the checks, worst first", columns, rows)


def _left_table(inputs: ReportInputs, left: pd.DataFrame) -> Table:
    groups = _groups(inputs, left)
    columns = (
        Column("reason", "Reason", "text"),
        *(Column(f"rows_{n}", group) for n, group in enumerate(groups)),
    )
    rows: list[Row] = []
    for table in tables_in_order(left):
        rows.append(heading_row(table_title(table, inputs), len(columns)))
        of_table = left[left["table"] == table]
        for (_, stage, reason), same in of_table.groupby(["step", "stage", "reason"], sort=True):
            counts = same.groupby("group")["n_rows"].sum()
            cells = tuple(
                _count(int(counts[group]), "flow") if group in counts.index else EMPTY
                for group in groups
            )
            label = f"{STAGES.get(str(stage), str(stage))}: {reason_text(str(reason))}"
            rows.append(Row((words(label), *cells)))
    return Table(
        "left_out", "Rows that left the analysis, by group and reason", columns, tuple(rows)
    )
