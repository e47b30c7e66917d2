"""Gluteus medius: activation with its raw and reference values, and the onset before lift-off."""

from typing import Final

from pipeline.publishing.report.cells import Piece, paragraph
from pipeline.publishing.report.numbers import Numbers
from pipeline.publishing.report.report_inputs import ReportInputs, absent
from pipeline.publishing.report.report_model import Block, Ref, Section
from pipeline.publishing.sections.comparisons import main_result, mean_table, result_sentence
from pipeline.publishing.sections.onset_by_method import by_method_sentence
from pipeline.publishing.sections.section_outcomes import (
    planned_blocks,
    points_figure,
    usual_outcomes,
)
from pipeline.publishing.sections.warned_trials import without_warned_sentence

PERCENT: Final = "gmed_pct_mvic"
_IN_WORDS: Final = {
    PERCENT: "the percentage",
    "gmed_rms_uv": "raw microvolts",
    "mvic_rms_uv": "the reference value",
}
"""What belongs together, because an MVIC that pain inhibits raises the percentage."""


def activation_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """Sentences, the table of %MVIC beside microvolts and reference, and every participant."""
    outcomes = usual_outcomes(numbers, "activation")
    further = planned_blocks(inputs, numbers, "activation")
    if not outcomes:
        text = paragraph(absent("gluteus medius activation"))
        return Section("activation", "Gluteus medius activation", (text, *further))
    blocks: list[Block] = []
    for outcome in outcomes:
        row = main_result(numbers, inputs, outcome)
        if row is not None:
            blocks.append(result_sentence(row, inputs))
            blocks += without_warned_sentence(inputs, numbers, outcome)
    blocks.append(
        paragraph(
            "Pain can inhibit a maximal contraction, which raises the percentage without any change "
            "in the muscle. ",
            Ref("activation"),
            " therefore shows the raw microvolts and the reference value beside it.",
            _missing_parts(outcomes),
        )
    )
    blocks.append(
        mean_table(
            "activation",
            "Gluteus medius activation in single-leg stance",
            outcomes,
            inputs,
            numbers,
            "RMS: root-mean-square. MVIC: maximal voluntary isometric contraction. n counts participants.",
        )
    )
    figure = points_figure(inputs, numbers, PERCENT, "activation_points")
    blocks += [figure] if figure is not None else []
    return Section("activation", "Gluteus medius activation", (*blocks, *further))


def onset_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """Sentence and table of the onset relative to lift-off."""
    outcomes = usual_outcomes(numbers, "onset")
    further = planned_blocks(inputs, numbers, "onset")
    if not outcomes:
        text = paragraph(absent("gluteus medius onset"))
        return Section("onset", "Gluteus medius onset", (text, *further))
    blocks: list[Block] = []
    for outcome in outcomes:
        row = main_result(numbers, inputs, outcome)
        blocks += [result_sentence(row, inputs)] if row is not None else []
        blocks += without_warned_sentence(inputs, numbers, outcome)
        blocks += by_method_sentence(numbers, outcome)
    blocks.append(
        mean_table(
            "onset",
            "Gluteus medius onset relative to lift-off of the other foot",
            outcomes,
            inputs,
            numbers,
            "Negative values lie before lift-off. n counts participants with an onset.",
        )
    )
    return Section("onset", "Gluteus medius onset", (*blocks, *further))


def _missing_parts(outcomes: list[str]) -> tuple[Piece, ...]:
    """Says which of the values that belong together were not handed in."""
    shown = {outcome.split("/")[0] for outcome in outcomes}
    lacking = [words for name, words in _IN_WORDS.items() if name not in shown]
    if not lacking:
        return ()
    named = " and ".join(lacking)
    return (f" In this cohort {named} could not be shown, because no such values were handed in.",)
