"""What a repeated study adds to hold time: change over visits, home training where it was logged."""

from typing import Final

from pipeline.publishing.report.cells import EMPTY, CellMaker, heading_row, paragraph, words
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Column, Ref, Row, Table
from pipeline.publishing.sections.comparisons import has_values, mean_table, people_cell
from schemas.models import GAIN_BY_ADHERENCE, GAIN_BY_DOSE, TRAINING_OUTCOMES

CHANGE: Final = "change_over_visits"
BETWEEN: Final = "interaction_visit"
ALL_VISITS: Final = "interaction_visits"
VISIT_MODELS: Final = (CHANGE, BETWEEN, ALL_VISITS)
VISITS_ID: Final = "visits"


def visit_blocks(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    """A sentence and the table of changes; nothing when holds were timed at one visit."""
    rows = numbers.where(model=VISIT_MODELS)
    if not rows:
        return []
    text = paragraph(
        "How hold time changed between visits is in ",
        Ref(VISITS_ID),
        ": the ratio of the later to the first visit in each group, and by how much it differs between "
        "the groups.",
    )
    return [text, _visits_table(rows, inputs, numbers)]


def _visits_table(rows: tuple[Estimate, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
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
    table = Table(VISITS_ID, "Change of hold time over visits", columns, tuple(made), notes)
    return table.without_empty_columns()


TABLE_ID: Final = "training"
GAIN_ID: Final = "gain_by_training"
_MORE: Final = {
    GAIN_BY_DOSE: "one minute of holding a day more",
    GAIN_BY_ADHERENCE: "an adherence ten percentage points higher",
}
GAIN_MODELS: Final = tuple(_MORE)


def training_blocks(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    """The table of training, and what it has to do with the change of hold time; else nothing."""
    outcomes = [name for name in TRAINING_OUTCOMES if has_values(numbers, name)]
    if not outcomes:
        return []
    blocks: list[Block] = [
        paragraph("The training log is summed up in ", Ref(TABLE_ID), "."),
    ]
    table = mean_table(
        TABLE_ID,
        "Home training",
        outcomes,
        inputs,
        numbers,
        _days_counted(inputs),
        "Time held: repetitions times their usual hold.",
    )
    gains = numbers.where(model=GAIN_MODELS)
    if not gains:
        return [*blocks, table]
    text = paragraph(
        Ref(GAIN_ID),
        " gives by how much the change between two visits is multiplied with more training. Nobody was allotted "
        "an amount of training, so that this need not be its effect.",
    )
    return [*blocks, table, text, _gain_table(gains, inputs, numbers)]


def _gain_table(gains: tuple[Estimate, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("visits", "Visits and amount", "text"),
        Column("ratio", f"Ratio of changes ({inputs.ci_label})"),
        Column("p", "P"),
        Column("participants", "Participants"),
    )
    made: list[Row] = []
    for outcome in dict.fromkeys(row.outcome for row in gains):
        made.append(heading_row(inputs.label(outcome), len(columns)))
        for row in (row for row in gains if row.outcome == outcome):
            label = words(f"{row.contrast.split(':')[0]}, {_MORE[row.model]}")
            made.append(Row((label, maker.estimate(row), maker.p(row), people_cell(row))))
    notes = maker.footnotes.notes()
    return Table(GAIN_ID, "Change of hold time by training", columns, tuple(made), notes)


def _days_counted(inputs: ReportInputs) -> str:
    """Which days adherence and time per day are of."""
    programme = inputs.study.training
    if programme is None:
        return "Adherence and time held: of the days that have an entry; nothing is known about the others."
    return (
        f"Adherence: of {programme.days_per_week} days a week over {programme.weeks} weeks from the first "
        "entry. Time held: per day of these weeks. A day without an entry counts as one without training."
    )
