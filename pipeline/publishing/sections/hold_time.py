"""Hold time: how many trials reached the ceiling, how long stances were held, time ratios."""

from typing import Final

from pipeline.publishing.figures.hold_survival import hold_survival
from pipeline.publishing.report.cells import EMPTY, CellMaker, Piece, paragraph, words
from pipeline.publishing.report.labels import (
    CENSORED_NOTE,
    HOLD_PREFIX,
    model_label,
    outcome_in_sentence,
    quantity_label,
)
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs, absent
from pipeline.publishing.report.report_model import (
    Block,
    Column,
    Paragraph,
    Ref,
    Row,
    Section,
    Table,
)
from pipeline.publishing.sections.comparisons import (
    COMPARED_ROLES,
    has_values,
    main_result,
    ratio_row,
    result_sentence,
)
from pipeline.publishing.sections.follow_up import training_blocks, visit_blocks
from pipeline.publishing.sections.task_ladder import task_ladder_blocks
from schemas.plan import ADJUSTMENT_LABELS

AT_CEILING: Final = "share_at_ceiling"
UNABLE: Final = "share_unable"
WITHIN_BOUNDS: Final = "share_within_bounds"
MEDIAN: Final = "kaplan_meier_median"


def hold_time_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """For each condition and task: sentences, description, comparison, survival curves."""
    named = [
        name for name in numbers.outcomes() if name.startswith(HOLD_PREFIX) and "~" not in name
    ]
    outcomes = [name for name in named if has_values(numbers, name)]
    if not outcomes:
        return Section("hold-time", "Hold time", (paragraph(absent("hold time")),))
    blocks: list[Block] = []
    for outcome in outcomes:
        blocks.append(_ceiling_sentence(outcome, inputs, numbers))
        row = main_result(numbers, inputs, outcome)
        if row is not None:
            blocks.append(result_sentence(row, inputs))
    for outcome in named:
        if outcome not in outcomes:
            blocks.append(paragraph(absent(outcome_in_sentence(outcome, inputs.study))))
    blocks.append(
        paragraph(
            "A trial that reached the ceiling counts as longer than the ceiling, never as equal to "
            "it. Description: ",
            Ref("hold_time"),
            "; comparison: ",
            Ref("hold_time_ratios"),
            ".",
        )
    )
    blocks += [_description(outcomes, inputs, numbers), _comparison(outcomes, inputs, numbers)]
    blocks += task_ladder_blocks(inputs, numbers)
    blocks += visit_blocks(inputs, numbers)
    blocks += training_blocks(inputs, numbers)
    for outcome in outcomes:
        curves = inputs.curves
        if not curves.empty:
            curves = curves[curves["outcome"] == outcome]
            figure_id = "hold_survival_" + outcome.removeprefix(HOLD_PREFIX).replace("/", "_")
            figure = hold_survival(curves, inputs.groups, inputs.label(outcome), figure_id)
            blocks += [figure] if figure is not None else []
    return Section("hold-time", "Hold time", tuple(blocks))


def _ceiling_sentence(outcome: str, inputs: ReportInputs, numbers: Numbers) -> Paragraph:
    """How often each group reached the ceiling, and its median hold."""
    parts: list[Piece] = [f"{inputs.label(outcome)}: "]
    for place, group in enumerate(inputs.groups):
        share = numbers.find(outcome, group, AT_CEILING)
        median = numbers.find(outcome, group, MEDIAN)
        parts.append("; in " if place else "in ")
        parts.append(f"{group} ")
        if share is not None and share.is_estimated:
            parts += [share.value(), " of trials reached the ceiling"]
        else:
            parts.append("the share of trials at the ceiling is not known")
        if median is not None and median.is_estimated:
            parts += [" and the median hold was ", median.value(), f" {median.unit}"]
        elif median is not None:
            parts += [" and no median can be given (", _inside(median.reason), ")"]
    return paragraph(parts, ".")


def _inside(sentence: str) -> str:
    """A sentence as it stands in brackets inside another one."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _description(outcomes: list[str], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    shares = {AT_CEILING: "At ceiling", UNABLE: "Unable"}
    bounds = ""
    if numbers.where(outcome=outcomes, contrast=inputs.groups, model=WITHIN_BOUNDS):
        shares[WITHIN_BOUNDS] = "Within bounds"
        bounds = "Within bounds: the hold is known only as a range of times. "
    columns = (
        Column("condition", "Condition", "text"),
        Column("group", "Group", "text"),
        Column("participants", "Participants"),
        Column("trials", "Trials"),
        *(Column(model.removeprefix("share_"), label) for model, label in shares.items()),
        Column("median", "Median, s", unit="s", decimals=1),
    )
    rows = []
    for outcome in outcomes:
        for group in inputs.groups:
            label = inputs.label(outcome) if group == inputs.case else ""
            rows.append(
                Row(
                    (
                        words(label),
                        words(group),
                        maker.statistic(outcome, group, "count", unit="participants"),
                        maker.statistic(outcome, group, "count", unit="trials"),
                        *(maker.statistic(outcome, group, model) for model in shares),
                        maker.statistic(outcome, group, MEDIAN),
                    )
                )
            )
    notes = maker.footnotes.notes(
        f"{', '.join(shares.values()).capitalize()}: share of trials. Unable: the position could not "
        f"be held at all. {bounds}"
        "Medians are over trials and take the ceiling into account.",
    )
    return Table("hold_time", "Hold time by group", columns, tuple(rows), notes)


def _comparison(outcomes: list[str], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("model", "Analysis", "text"),
        Column("ratio", f"Time ratio {inputs.ratio} ({inputs.ci_label})"),
        Column("p", "P"),
        Column("p_adjusted", "Adjusted P"),
        Column("participants", "Participants"),
        Column("trials", "Trials"),
        Column("censored", "Censored"),
    )
    rows: list[Row] = []
    censored = False
    for outcome in outcomes:
        found = numbers.where(outcome=outcome, contrast=inputs.ratio, role=COMPARED_ROLES)
        rows.append(Row((words(inputs.label(outcome)), *(EMPTY for _ in columns[1:])), "heading"))
        ratios = [row for row in found if _is_time_ratio(row)]
        rows += [ratio_row(maker, model_label(row.model, row.variant), row) for row in ratios]
        censored = censored or any(row.n_censored is not None for row in ratios)
    notes = maker.footnotes.notes(
        f"A ratio below one means shorter holds in {inputs.case}. Participants: {inputs.ratio}.",
        CENSORED_NOTE if censored else "",
        _families(outcomes, inputs),
    )
    made = Table("hold_time_ratios", "Comparison of hold times", columns, tuple(rows), notes)
    return made.without_empty_columns()


def _is_time_ratio(row: Estimate) -> bool:
    """Whether a number is a ratio of times; hazard and odds ratios stand with the sensitivity analyses."""
    return row.unit == "ratio" and quantity_label(row.model, "") == "time ratio"


def _families(outcomes: list[str], inputs: ReportInputs) -> str:
    named = [
        f"{outcome_in_sentence(name, inputs.study)} in {planned.family} "
        f"({ADJUSTMENT_LABELS[inputs.plan.method_of(planned.family)]})"
        for name in outcomes
        if (planned := inputs.plan.outcomes.get(name)) is not None and planned.family
    ]
    if not named:
        return ""
    return f"Families of the adjusted P: {', '.join(named)}."
