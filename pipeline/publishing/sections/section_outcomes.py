"""Outcomes of a section by the register: those of every report, and those that only a plan asks for."""

from typing import Final

from pipeline.publishing.figures.activation_points import activation_points
from pipeline.publishing.report.cells import paragraph
from pipeline.publishing.report.numbers import Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Figure, Ref, Section
from pipeline.publishing.sections.comparisons import (
    has_values,
    main_result,
    mean_table,
    result_sentence,
)
from pipeline.publishing.sections.warned_trials import without_warned_sentence
from schemas.outcomes import OUTCOMES, outcome_of

FORCE_PLATES: Final = "Force plates"
_TABLES: Final = {
    "activation": "Further planned measures of gluteus medius EMG",
    "onset": "Further planned measures of gluteus medius onset",
    "force": "Planned measures of the force plates in single-leg stance",
}
"""Section of the register -> caption of the table of outcomes that only a plan asks for."""


def usual_outcomes(numbers: Numbers, section: str) -> list[str]:
    """Outcomes of a section with values that are analysed without being planned, by the register's order.

    With or without a task; a plan may compare what is otherwise described.
    """
    names = [name for name, entry in OUTCOMES.items() if entry.section == section]
    found = [
        outcome
        for outcome in numbers.outcomes()
        if (entry := outcome_of(outcome)) is not None
        and entry.section == section
        and entry.without_plan
        and has_values(numbers, outcome)
    ]
    return sorted(found, key=lambda outcome: names.index(outcome.split("/")[0]))


def planned_outcomes(inputs: ReportInputs, section: str) -> list[str]:
    """Outcomes of a section that are there only because the plan names them, in its order."""
    return [
        outcome
        for outcome in inputs.plan.outcomes
        if (entry := outcome_of(outcome)) is not None
        and entry.section == section
        and not entry.without_plan
    ]


def planned_blocks(inputs: ReportInputs, numbers: Numbers, section: str) -> list[Block]:
    """Sentences, one table and the pictures of what only the plan asks for; nothing without such."""
    planned = planned_outcomes(inputs, section)
    blocks: list[Block] = []
    for outcome in planned:
        row = main_result(numbers, inputs, outcome)
        if row is not None:
            blocks.append(result_sentence(row, inputs))
            blocks += without_warned_sentence(inputs, numbers, outcome) if row.is_estimated else ()
    with_values = [outcome for outcome in planned if has_values(numbers, outcome)]
    if not with_values:
        return blocks
    table = f"{section}_planned"
    blocks.append(paragraph(Ref(table), " describes and compares what the plan asks for."))
    notes = (
        f"{entry.label}: {entry.description[:1].lower()}{entry.description[1:]}"
        for name in dict.fromkeys(outcome.split("/")[0] for outcome in with_values)
        if (entry := OUTCOMES[name]).description
    )
    blocks.append(
        mean_table(
            table, _TABLES[section], with_values, inputs, numbers, *notes, "n counts participants."
        )
    )
    figures = (points_figure(inputs, numbers, outcome) for outcome in with_values)
    return [*blocks, *(figure for figure in figures if figure is not None)]


def points_figure(
    inputs: ReportInputs, numbers: Numbers, outcome: str, figure_id: str = ""
) -> Figure | None:
    """Every participant's value of an outcome by group and leg; None without values.

    figure_id: ends in "_points", by which `release_files` knows that it holds values of persons.
    """
    points = inputs.participant_points
    if points.empty:
        return None
    means = {
        group: row
        for group in inputs.groups
        if (row := numbers.find(outcome, group, "mean")) is not None and row.is_estimated
    }
    label = inputs.label(outcome)
    entry = OUTCOMES[outcome.split("/")[0]]
    return activation_points(
        points[points["outcome"] == outcome],
        means,
        inputs.groups,
        label,
        f"{label} ({entry.unit})" if entry.unit else label,
        figure_id or f"{outcome.replace('/', '_')}_points",
        ci_label=inputs.ci_label,
    )


def force_section(inputs: ReportInputs, numbers: Numbers) -> tuple[Section, ...]:
    """What the plan asks for of the force plates; no section where it asks for nothing."""
    if not planned_outcomes(inputs, "force"):
        return ()
    blocks = planned_blocks(inputs, numbers, "force")
    return (Section("force-plates", FORCE_PLATES, tuple(blocks)),)
