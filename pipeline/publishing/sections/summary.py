"""The planned results at a glance: one sentence for each, primary ones first, and all in one figure."""

from pipeline.publishing.figures.forest import ForestRow, Panel, forest
from pipeline.publishing.report.cells import paragraph
from pipeline.publishing.report.labels import counted
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Notice, Paragraph, Ref, Section
from pipeline.publishing.sections.comparisons import (
    EFFECT_SIZE,
    has_values,
    main_result,
    result_sentence,
)
from pipeline.publishing.sections.decisions import seen_elsewhere, uneven_exclusions
from schemas.terms import CONFIRMATORY_ROLES


def summary_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """The sample, then the results of primary outcomes, then of secondary ones."""
    shown: list[Paragraph] = []
    for role in CONFIRMATORY_ROLES:
        for outcome in inputs.planned(role):
            row = main_result(numbers, inputs, outcome)
            if row is None or not (role == "primary" or has_values(numbers, outcome)):
                continue
            shown.append(result_sentence(row, inputs, kind="lead"))
    sample = _sample(inputs)
    uneven = uneven_exclusions(inputs)
    elsewhere = seen_elsewhere(inputs)
    blocks: list[Block] = [
        *([sample] if sample else []),
        *([paragraph(elsewhere)] if elsewhere else []),
        *shown,
    ]
    if uneven:
        blocks.append(Notice(f"{uneven} See the flow of participants and trials.", kind="caution"))
    if not shown:
        blocks.append(
            Notice("No planned outcome could be compared between the groups.", kind="caution")
        )
    return Section("key-results", "Key results", tuple(blocks))


def _sample(inputs: ReportInputs) -> Paragraph | None:
    counts = [
        inputs.flow_count("participants", "analysed", group, "n_participants")
        for group in inputs.groups
    ]
    case, reference = counts
    if case is None or reference is None:
        return None
    plan = " Roles of outcomes come from the default plan." if inputs.plan_is_default else ""
    return paragraph(
        case,
        f" {counted(int(case.value), 'participant')} of the group {inputs.case} and ",
        reference,
        f" of the group {inputs.reference} were compared; differences are {inputs.case} minus "
        f"{inputs.reference}, ratios {inputs.case} divided by {inputs.reference}.",
        plan,
    )


_OVERVIEW_TITLE = "Planned comparisons at a glance"


def overview_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """The forest plot; comparisons that could not be estimated are named under it."""
    planned = (*inputs.planned("primary"), *inputs.planned("secondary"))
    outcomes = [name for name in planned if has_values(numbers, name)]
    main = [row for name in outcomes if (row := main_result(numbers, inputs, name)) is not None]
    ratios = [row for row in main if row.unit == "ratio"]
    effects = [
        row for name in outcomes if (row := numbers.find(name, inputs.difference, EFFECT_SIZE))
    ]
    figure = forest(_panels(ratios, effects, inputs), _caption(ratios, effects, inputs), "forest")
    blocks: list[Block] = []
    if figure is None:
        blocks.append(Notice("No planned comparison has an interval that can be drawn.", "caution"))
    else:
        text = paragraph(
            Ref("forest"),
            " shows the planned outcomes. Time ratios and standardised mean differences have "
            "panels of their own, because their scales cannot be compared.",
        )
        blocks += [text, figure]
    lost = [row for row in (*ratios, *effects) if not (row.is_estimated and row.has_interval)]
    for row in lost:
        blocks.append(paragraph(f"Not drawn: {inputs.label(row.outcome)}. ", row.reason))
    return Section("overview", _OVERVIEW_TITLE, tuple(blocks))


def _panels(
    ratios: list[Estimate], effects: list[Estimate], inputs: ReportInputs
) -> tuple[Panel, Panel]:
    return (
        Panel(
            "Time ratios",
            inputs.ratio,
            "shorter",
            "longer",
            _rows(ratios, inputs),
            is_ratio=True,
        ),
        Panel(
            "Standardised mean differences (Hedges g, unadjusted)",
            f"{inputs.case} minus {inputs.reference}, standard deviations",
            "lower",
            "higher",
            _rows(effects, inputs),
            is_ratio=False,
        ),
    )


def _rows(rows: list[Estimate], inputs: ReportInputs) -> tuple[ForestRow, ...]:
    return tuple(
        ForestRow(f"{inputs.label(row.outcome)} ({_role(row, inputs)})", row)
        for row in rows
        if row.is_estimated and row.has_interval and (row.unit != "ratio" or (row.ci_low or 0) > 0)
    )


def _role(row: Estimate, inputs: ReportInputs) -> str:
    planned = inputs.plan.outcomes.get(row.outcome)
    return planned.role if planned is not None else row.role


def _caption(ratios: list[Estimate], effects: list[Estimate], inputs: ReportInputs) -> str:
    """What the panels show: time ratios come from the planned model, Hedges g does not."""
    said = [f"Planned outcomes with {inputs.ci_label}."]
    if _rows(ratios, inputs):
        adjusted = [row.variant == "adjusted" for row in ratios]
        if all(adjusted) or not any(adjusted):
            said.append(f"Time ratios are {'adjusted' if any(adjusted) else 'unadjusted'}.")
    if _rows(effects, inputs):
        said.append(
            "Standardised mean differences are Hedges g of participant means, unadjusted; adjusted "
            "differences in their own units stand in the tables."
        )
    said.append(
        f"Left of the line: {inputs.case} lower or shorter than {inputs.reference}; right of it: "
        "higher or longer."
    )
    return " ".join(said)
