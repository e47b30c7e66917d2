"""Change of hold time over visits, where a study was repeated."""

from typing import Final

from pipeline.publishing.report.cells import EMPTY, CellMaker, heading_row, paragraph, words
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Column, Ref, Row, Table

CHANGE: Final = "change_over_visits"
BETWEEN: Final = "interaction_visit"
ALL_VISITS: Final = "interaction_visits"
VISIT_MODELS: Final = (CHANGE, BETWEEN, ALL_VISITS)
TABLE_ID: Final = "visits"


def visit_blocks(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    """A sentence and the table of changes; nothing when holds were timed at one visit."""
    rows = numbers.where(model=VISIT_MODELS)
    if not rows:
        return []
    text = paragraph(
        "How hold time changed between visits is in ",
        Ref(TABLE_ID),
        ": the ratio of the later to the first visit in each group, and by how much it differs between "
        "the groups.",
    )
    return [text, _table(rows, inputs, numbers)]


def _table(rows: tuple[Estimate, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("visits", "Visits", "text"),
        Column("case", f"Change in {inputs.case} ({inputs.ci_label})"),
        Column("reference", f"Change in {inputs.reference} ({inputs.ci_label})"),
        Column("ratio", f"{inputs.ratio} ({inputs.ci_label})"),
        Column("p", "P"),
    )
    made: list[Row] = []
    for outcome in dict.fromkeys(row.outcome for row in rows):
        made.append(heading_row(inputs.label(outcome), len(columns)))
        of_outcome = [row for row in rows if row.outcome == outcome]
        within = {row.contrast: row for row in of_outcome if row.model == CHANGE}
        for between in (row for row in of_outcome if row.model == BETWEEN):
            visits = between.contrast.removeprefix(f"{inputs.ratio}: ")
            changes = [within.get(f"{visits}, within {group}") for group in inputs.groups]
            cells = [maker.estimate(row) for row in (*changes, between)]
            made.append(Row((words(visits), *cells, maker.p(between))))
        for joint in (row for row in of_outcome if row.model == ALL_VISITS):
            label = words("All visits together (F)")
            made.append(Row((label, EMPTY, EMPTY, maker.estimate(joint), maker.p(joint))))
    notes = maker.footnotes.notes(
        "Ratios of hold times from regressions that take ceilings into account; people who missed a visit "
        "are kept. A ratio above one is longer at the later visit."
    )
    table = Table(TABLE_ID, "Change of hold time over visits", columns, tuple(made), notes)
    return table.without_empty_columns()
