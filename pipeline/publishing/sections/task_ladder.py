"""How many participants and legs reach the goals of the balance tasks, and how far up the ladder."""

from typing import Final

from pipeline.publishing.report.cells import (
    EMPTY,
    CellMaker,
    Piece,
    heading_row,
    paragraph,
    result_parts,
    words,
)
from pipeline.publishing.report.labels import model_label
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Cell, Column, Paragraph, Ref, Row, Table
from schemas.models import (
    GOAL_AFTER_PREVIOUS,
    GOAL_REACHED,
    GOAL_REACHED_BY_LEGS,
    HIGHEST_TASK,
    HIGHEST_TASK_RANKS,
    NO_TASK,
)

GOAL_MODELS: Final = (GOAL_REACHED, GOAL_REACHED_BY_LEGS, GOAL_AFTER_PREVIOUS)
TABLE_ID: Final = "task_ladder"
HIGHEST_ID: Final = "highest_task"


def task_ladder_blocks(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    """Sentences, the table of goals and that of the highest task; nothing without goals."""
    rows = numbers.where(model=GOAL_MODELS)
    if not rows:
        return []
    steps = any(row.model == GOAL_AFTER_PREVIOUS for row in rows)
    text = paragraph(
        "A participant reaches the goal of a balance task when the best trial of every leg tested, with "
        "eyes open, lasted as long. ",
        Ref(TABLE_ID),
        " gives the share of each group"
        + (
            ", and of those who reached the goal of one task the share that reached the next."
            if steps
            else "."
        ),
    )
    blocks: list[Block] = [text, _table(rows, inputs, numbers)]
    highest = numbers.where(model=HIGHEST_TASK)
    if highest:
        blocks += [_ranks_sentence(inputs, numbers), _highest_table(highest, inputs, numbers)]
    return blocks


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


def _ranks_sentence(inputs: ReportInputs, numbers: Numbers) -> Paragraph:
    """Where the ladder's table is, and the probability that a case stands lower on it."""
    found = next(iter(numbers.where(model=HIGHEST_TASK_RANKS)), None)
    said: list[Piece] = []
    if found is not None and found.is_estimated:
        said = [
            f" The probability that a participant of {inputs.case} stands lower on the ladder than one of "
            f"{inputs.reference} (equal places count one half) was ",
            result_parts(found),
            "; one half means that neither group does. ",
            found.reason,
        ]
    elif found is not None:
        said = [" The groups could not be compared. ", found.reason]
    return paragraph(
        Ref(HIGHEST_ID),
        " shows for each group the hardest task whose first goal participants reached.",
        said,
    )


def _highest_table(rows: tuple[Estimate, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("task", "Highest task reached", "text"),
        Column("case", f"{inputs.case} ({inputs.ci_label})"),
        Column("reference", f"{inputs.reference} ({inputs.ci_label})"),
        Column("n", f"Participants, {inputs.ratio}"),
    )
    tasks = inputs.study.balance_tasks()
    made: list[Row] = []
    for outcome in dict.fromkeys(row.outcome for row in rows):
        term = outcome.split("/", 1)[1]
        label = "None" if term == NO_TASK else tasks[term].label if term in tasks else term
        cells = {row.contrast: row for row in rows if row.outcome == outcome}
        shares = [_cell(maker, cells.get(group)) for group in inputs.groups]
        made.append(Row((words(label), *shares, _people(cells, inputs))))
    notes = maker.footnotes.notes()
    return Table(HIGHEST_ID, "Highest task of the ladder", columns, tuple(made), notes)


def _cell(maker: CellMaker, row: Estimate | None) -> Cell:
    return EMPTY if row is None else maker.estimate(row)


def _people(cells: dict[str, Estimate], inputs: ReportInputs) -> Cell:
    """Participants with an answer in both groups, "21 / 22"."""
    case, reference = (cells.get(group) for group in inputs.groups)
    n_case = case.count(case.n_case) if case else None
    n_reference = reference.count(reference.n_reference) if reference else None
    return Cell("pair", (n_case, n_reference)) if n_case and n_reference else EMPTY
