"""How many participants reach the goals of the balance tasks, where several tasks were timed."""

from typing import Final

from pipeline.publishing.cells import EMPTY, CellMaker, heading_row, paragraph, words
from pipeline.publishing.labels import model_label
from pipeline.publishing.numbers import Estimate, Numbers
from pipeline.publishing.report_inputs import ReportInputs
from pipeline.publishing.report_model import Block, Cell, Column, Ref, Row, Table
from schemas.models import GOAL_AFTER_PREVIOUS, GOAL_REACHED

GOAL_MODELS: Final = (GOAL_REACHED, GOAL_AFTER_PREVIOUS)
TABLE_ID: Final = "task_ladder"


def task_ladder_blocks(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    """A sentence and the table of goals; nothing when no ladder was analysed."""
    rows = numbers.where(model=GOAL_MODELS)
    if not rows:
        return []
    text = paragraph(
        "A participant reaches the goal of a balance task when the best trial of every leg tested, with "
        "eyes open, lasted as long. ",
        Ref(TABLE_ID),
        " gives the share of each group, and of those who reached the goal of one task the share "
        "that reached the next.",
    )
    return [text, _table(rows, inputs, numbers)]


def _table(rows: tuple[Estimate, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("goal", "Task and goal", "text"),
        Column("case", f"{inputs.case} ({inputs.ci_label})"),
        Column("reference", f"{inputs.reference} ({inputs.ci_label})"),
        Column("difference", f"{inputs.case} minus {inputs.reference} ({inputs.ci_label})"),
        Column("n", f"Participants, {inputs.ratio}"),
    )
    made: list[Row] = []
    for outcome in dict.fromkeys(row.outcome for row in rows):
        made.append(heading_row(inputs.label(outcome), len(columns)))
        of_outcome = [row for row in rows if row.outcome == outcome]
        for model, variant in dict.fromkeys((row.model, row.variant) for row in of_outcome):
            cells = {
                row.contrast: row
                for row in of_outcome
                if (row.model, row.variant) == (model, variant)
            }
            contrasts = (*inputs.groups, inputs.difference)
            estimates = [_cell(maker, cells.get(contrast)) for contrast in contrasts]
            label = words(f"{model_label(model)} the {variant}")
            made.append(Row((label, *estimates, _people(cells, inputs))))
    return Table(
        TABLE_ID, "Goals of the balance tasks", columns, tuple(made), maker.footnotes.notes()
    )


def _cell(maker: CellMaker, row: Estimate | None) -> Cell:
    return EMPTY if row is None else maker.estimate(row)


def _people(cells: dict[str, Estimate], inputs: ReportInputs) -> Cell:
    """Participants with an answer in both groups, "21 / 22"."""
    case, reference = (cells.get(group) for group in inputs.groups)
    n_case = case.count(case.n_case) if case else None
    n_reference = reference.count(reference.n_reference) if reference else None
    return Cell("pair", (n_case, n_reference)) if n_case and n_reference else EMPTY
