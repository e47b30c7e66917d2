"""Home training of both groups, where a training log was handed in."""

from typing import Final

from pipeline.publishing.cells import paragraph, result_parts
from pipeline.publishing.numbers import Numbers
from pipeline.publishing.report_inputs import ReportInputs
from pipeline.publishing.report_model import Block, Ref
from pipeline.publishing.sections.comparisons import has_values, mean_table
from schemas.models import GAIN_BY_DOSE, TRAINING_OUTCOMES

TABLE_ID: Final = "training"


def training_blocks(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    """The table of training, and what it has to do with the change of hold time; else nothing."""
    outcomes = [name for name in TRAINING_OUTCOMES if has_values(numbers, name)]
    if not outcomes:
        return []
    blocks: list[Block] = [
        paragraph("The training log is summed up in ", Ref(TABLE_ID), "."),
    ]
    for row in numbers.where(model=GAIN_BY_DOSE):
        if row.is_estimated:
            blocks.append(
                paragraph(
                    f"{inputs.label(row.outcome)}: with one minute of holding a day more, the change "
                    "between the visits is multiplied by ",
                    result_parts(row),
                    ". Nobody was allotted an amount of training, so that this need not be its effect.",
                )
            )
    table = mean_table(
        TABLE_ID,
        "Home training",
        outcomes,
        inputs,
        numbers,
        "Days in percent and per day: of the days from the first to the last entry. Time held: repetitions "
        "times their usual hold.",
    )
    return [*blocks, table]
