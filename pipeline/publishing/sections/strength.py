"""Hip abductor strength by group."""

from pipeline.publishing.report.cells import paragraph
from pipeline.publishing.report.numbers import Numbers
from pipeline.publishing.report.report_inputs import ReportInputs, absent
from pipeline.publishing.report.report_model import Block, Section
from pipeline.publishing.sections.comparisons import (
    has_values,
    main_result,
    mean_table,
    result_sentence,
)
from schemas.outcomes import outcome_of


def strength_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """Sentence and table; one sentence when no strength was handed in."""
    outcomes = [
        name
        for name in numbers.outcomes()
        if (entry := outcome_of(name)) is not None
        and entry.section == "strength"
        and has_values(numbers, name)
    ]
    if not outcomes:
        sentence = paragraph(absent("hip abductor strength"))
        return Section("strength", "Hip abductor strength", (sentence,))
    blocks: list[Block] = []
    for outcome in outcomes:
        row = main_result(numbers, inputs, outcome)
        blocks += [result_sentence(row, inputs)] if row is not None else []
    blocks.append(
        mean_table(
            "strength", "Hip abductor strength", outcomes, inputs, numbers, "n counts participants."
        )
    )
    return Section("strength", "Hip abductor strength", tuple(blocks))
