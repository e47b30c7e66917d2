"""Home training of both groups, where a training log was handed in."""

from typing import Final

from pipeline.publishing.cells import paragraph, result_parts
from pipeline.publishing.numbers import Numbers
from pipeline.publishing.report_inputs import ReportInputs
from pipeline.publishing.report_model import Block, Ref
from pipeline.publishing.sections.comparisons import has_values, mean_table
from schemas.models import GAIN_BY_ADHERENCE, GAIN_BY_DOSE, TRAINING_OUTCOMES

TABLE_ID: Final = "training"
_MORE: Final = {
    GAIN_BY_DOSE: "one minute of holding a day more",
    GAIN_BY_ADHERENCE: "10 percent more of the days as asked",
}


def training_blocks(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    """The table of training, and what it has to do with the change of hold time; else nothing."""
    outcomes = [name for name in TRAINING_OUTCOMES if has_values(numbers, name)]
    if not outcomes:
        return []
    blocks: list[Block] = [
        paragraph("The training log is summed up in ", Ref(TABLE_ID), "."),
    ]
    for row in numbers.where(model=tuple(_MORE)):
        if row.is_estimated:
            blocks.append(
                paragraph(
                    f"{inputs.label(row.outcome)}, {row.contrast.split(':')[0]}: with {_MORE[row.model]}, "
                    "the change between the visits is multiplied by ",
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
        _days_counted(inputs),
        "Time held: repetitions times their usual hold.",
    )
    return [*blocks, table]


def _days_counted(inputs: ReportInputs) -> str:
    """Which days adherence and time per day are of."""
    programme = inputs.study.training
    if programme is None:
        return "Adherence and time held: of the days that have an entry; nothing is known about the others."
    return (
        f"Adherence: of {programme.days_per_week} days a week over {programme.weeks} weeks from the first "
        "entry. Time held: per day of these weeks. A day without an entry counts as one without training."
    )
