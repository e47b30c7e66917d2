"""Flow of participants and trials: what was read, what left and why, what was analysed."""

from collections.abc import Iterable
from typing import Final

import pandas as pd

from pipeline.publishing.figures.flow import FlowLane, flow_figure
from pipeline.publishing.report.cells import EMPTY, Footnotes, Piece, heading_row, paragraph
from pipeline.publishing.report.labels import counted, reason_text, table_label
from pipeline.publishing.report.number_format import Num
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import (
    Block,
    Cell,
    Column,
    Notice,
    Ref,
    Row,
    Section,
    Table,
)
from pipeline.publishing.sections.decisions import exclusion_note
from schemas.tables import COHORT_TABLES

STAGES: Final[dict[str, str]] = {
    "read": "Read",
    "set_aside": "Set aside",
    "not_matched": "Not matched",
    "not_usable": "Not usable",
    "analysed": "Analysed",
}
_LEAVING: Final = ("set_aside", "not_matched", "not_usable")


def flow_section(inputs: ReportInputs) -> Section:
    """Text, figure of the hold-time trials, and the table of all counts."""
    if inputs.flow.empty:
        empty = Notice("No rows were counted, so there is no flow of participants.", "caution")
        return Section("flow", "Flow of participants and trials", (empty,))
    blocks: list[Block] = [
        *_text(inputs),
    ]
    figure = flow_figure(
        [_lane(inputs, group) for group in inputs.groups],
        _counts(inputs, ("participants", "hold_times")),
        "Participants and hold-time trials from the files to the analysis, by group.",
        "flow",
    )
    if figure is not None and inputs.handed_in("hold_times"):
        blocks.append(figure)
    blocks.append(flow_table(inputs))
    return Section("flow", "Flow of participants and trials", tuple(blocks))


def _text(inputs: ReportInputs) -> Iterable[Block]:
    parts: list[Piece] = []
    for group in inputs.groups:
        read = inputs.flow_count("hold_times", "read", group, "n_rows")
        used = inputs.flow_count("hold_times", "analysed", group, "n_rows")
        if read is not None:
            analysed = used if used is not None else Num(0, "count", 0, "flow")
            parts += [" and " if parts else "", analysed, " of ", read, f" for {group}"]
    if parts:
        yield paragraph(
            "Of the hold-time trials that were read, ",
            parts,
            " were analysed; ",
            Ref("flow_counts"),
            " has all counts and reasons.",
        )
    missing = [_not_handed_in(inputs, name) for name in COHORT_TABLES if not inputs.handed_in(name)]
    if missing:
        yield paragraph(f"Not handed in: {', '.join(missing)}.")


def _not_handed_in(inputs: ReportInputs, table: str) -> str:
    """The name of a table without a row read; rows that it has all the same were computed."""
    name = COHORT_TABLES[table].what
    made = inputs.flow["table"].str.split("/").str[0].eq(table).any()
    return f"{name} (computed from the recordings)" if made else name


def flow_table(inputs: ReportInputs) -> Table:
    """Rows and participants by table, stage and reason, for every group that occurs."""
    known = [g for g in inputs.groups if g in set(inputs.flow["group"])]
    others = sorted(set(inputs.flow["group"]) - set(inputs.groups))
    groups = known + others
    columns = [Column("step", "Step", "text")]
    columns += [Column(f"group_{number}", group) for number, group in enumerate(groups)]
    rows: list[Row] = []
    footnotes = Footnotes()
    for table in tables_in_order(inputs.flow):
        rows.append(heading_row(table_title(table, inputs), len(columns)))
        of_exclusions = exclusion_note(inputs, table)
        steps = inputs.flow[inputs.flow["table"] == table]
        for (_, stage, reason), counts in steps.groupby(["step", "stage", "reason"], sort=True):
            label = STAGES.get(str(stage), str(stage)) + (
                f": {reason_text(str(reason))}" if reason else ""
            )
            note = of_exclusions if stage in _LEAVING else ""
            step = Cell(words=label, mark=footnotes.mark(note))
            rows.append(Row((step, *_group_cells(counts, groups))))
    return Table(
        "flow_counts",
        "Rows and participants from the files to the analysis, by group",
        tuple(columns),
        tuple(rows),
        footnotes.notes(
            "Rows (participants). A row is one trial of one leg, or one person in the participants "
            "table. Rows that a decision keeps are not counted as set aside."
        ),
    )


def table_title(table: str, inputs: ReportInputs) -> str:
    """A table of the flow in print; "activation/onset_ms" is one measurement of a table."""
    name, _, measure = table.partition("/")
    return inputs.label(measure) if measure else table_label(name)


def tables_in_order(flow: pd.DataFrame) -> list[str]:
    """The tables of a flow in the order of the catalogue, measurements after their table."""
    order = list(COHORT_TABLES)
    found = list(dict.fromkeys(flow["table"]))
    return sorted(
        found,
        key=lambda table: (
            order.index(table.split("/")[0]) if table.split("/")[0] in order else len(order),
            "/" in table,
            table,
        ),
    )


def _group_cells(counts: pd.DataFrame, groups: list[str]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for group in groups:
        of_group = counts[counts["group"] == group]
        both = (
            Num(int(of_group["n_rows"].sum()), "count", 0, "flow"),
            Num(int(of_group["n_participants"].sum()), "count", 0, "flow"),
        )
        cells.append(Cell("rows_people", both) if len(of_group) else EMPTY)
    return tuple(cells)


def _lane(inputs: ReportInputs, group: str) -> FlowLane:
    flow = inputs.flow[inputs.flow["group"].eq(group) & inputs.flow["table"].eq("hold_times")]
    lines = {
        stage: f"{_number_of(rows, 'n_rows', 'trial')} of "
        f"{_number_of(rows, 'n_participants', 'participant')}"
        for stage, rows in flow[flow["stage"].isin(["read", "analysed"])].groupby("stage")
    }
    left = flow[flow["stage"].isin(_LEAVING)].sort_values(["step", "reason"])
    reasons = tuple(
        f"{STAGES[str(row['stage'])]}: {reason_text(str(row['reason']))} ({row['n_rows']})"
        for row in left.to_dict("records")
    )
    boxes: list[tuple[str, tuple[str, ...]]] = [("Read", (lines.get("read", "no trials"),))]
    if reasons:
        boxes.append((f"Left the analysis: {_number_of(left, 'n_rows', 'trial')}", reasons))
    else:
        boxes.append(("No trial left the analysis", ()))
    boxes.append(("Analysed", (lines.get("analysed", "no trials"),)))
    return FlowLane(group, tuple(boxes))


def _number_of(rows: pd.DataFrame, column: str, noun: str) -> str:
    total = int(rows[column].sum())
    return f"{total} {counted(total, noun)}"


def _counts(inputs: ReportInputs, tables: tuple[str, ...]) -> pd.DataFrame:
    flow = inputs.flow[inputs.flow["table"].isin(tables)]
    return flow.sort_values(["table", "step", "group", "reason"]).reset_index(drop=True)
