"""Gluteus medius: activation with its raw and reference values, and the onset before lift-off."""

from typing import Final

from pipeline.publishing.figures.activation_points import activation_points
from pipeline.publishing.report.cells import Part, paragraph
from pipeline.publishing.report.numbers import Numbers
from pipeline.publishing.report.report_inputs import ReportInputs, absent
from pipeline.publishing.report.report_model import Block, Ref, Section
from pipeline.publishing.sections.comparisons import (
    has_values,
    main_result,
    mean_table,
    result_sentence,
)
from pipeline.publishing.sections.onset_by_method import by_method_sentence
from pipeline.publishing.sections.warned_trials import without_warned_sentence

PERCENT: Final = "gmed_pct_mvic"
MICROVOLTS: Final = ("gmed_rms_uv", "mvic_rms_uv")
ONSET: Final = "onset_ms"


def activation_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """Sentences, the table of %MVIC beside microvolts and reference, and every participant."""
    outcomes = _of_family(numbers, PERCENT, *MICROVOLTS)
    if not outcomes:
        text = paragraph(absent("gluteus medius activation"))
        return Section("activation", "Gluteus medius activation", (text,))
    blocks: list[Block] = []
    for outcome in outcomes:
        row = main_result(numbers, inputs, outcome)
        if row is not None and outcome.split("/")[0] == PERCENT:
            blocks.append(result_sentence(row, inputs))
            blocks += without_warned_sentence(inputs, numbers, outcome)
    blocks.append(
        paragraph(
            "Pain can inhibit a maximal contraction, which raises the percentage without any change "
            "in the muscle. ",
            Ref("activation"),
            " therefore shows the raw microvolts and the reference value beside it.",
            _missing_parts(numbers, outcomes),
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
    blocks += _figures(inputs, numbers)
    return Section("activation", "Gluteus medius activation", tuple(blocks))


def onset_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """Sentence and table of the onset relative to lift-off."""
    outcomes = _of_family(numbers, ONSET)
    if not outcomes:
        text = paragraph(absent("gluteus medius onset"))
        return Section("onset", "Gluteus medius onset", (text,))
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
    return Section("onset", "Gluteus medius onset", tuple(blocks))


def _of_family(numbers: Numbers, *names: str) -> list[str]:
    """Outcomes of these names, with or without a task, in the order of the names."""
    described = [
        outcome
        for outcome in numbers.outcomes()
        if outcome.split("/")[0] in names and has_values(numbers, outcome)
    ]
    return sorted(described, key=lambda outcome: names.index(outcome.split("/")[0]))


def _missing_parts(numbers: Numbers, outcomes: list[str]) -> tuple[Part, ...]:
    """Says which of the values that belong together were not handed in."""
    lacking = [
        name for name in (PERCENT, *MICROVOLTS) if name not in {o.split("/")[0] for o in outcomes}
    ]
    if not lacking:
        return ()
    words = {
        PERCENT: "the percentage",
        "gmed_rms_uv": "raw microvolts",
        "mvic_rms_uv": "the reference value",
    }
    named = " and ".join(words[name] for name in lacking)
    return (f" In this cohort {named} could not be shown, because no such values were handed in.",)


def _figures(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    points = inputs.participant_points
    if points.empty:
        return []
    rows = points[points["outcome"] == PERCENT]
    means = {
        group: row
        for group in inputs.groups
        if (row := numbers.find(PERCENT, group, "mean")) is not None and row.is_estimated
    }
    figure = activation_points(
        rows,
        means,
        inputs.groups,
        inputs.label(PERCENT),
        "Gluteus medius activation (%MVIC)",
        "activation_points",
        ci_label=inputs.ci_label,
    )
    return [figure] if figure is not None else []
