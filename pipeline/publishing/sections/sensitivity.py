"""Sensitivity analyses: every one of them, beside the result they test."""

from pipeline.publishing.report.cells import CellMaker, heading_row, paragraph, words
from pipeline.publishing.report.labels import model_label
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Column, Ref, Row, Section, Table
from pipeline.publishing.sections.comparisons import (
    analysed_note,
    main_result,
    people_cell,
    rows_cell,
)
from pipeline.publishing.sections.follow_up import GAIN_MODELS, VISIT_MODELS
from pipeline.publishing.sections.second_opinions import second_opinion_blocks

TITLE = "Sensitivity analyses"
_ELSEWHERE = (*VISIT_MODELS, *GAIN_MODELS)
"""Analyses with tables of their own beside the hold times: they answer other questions."""


def sensitivity_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """All rows of the role sensitivity by outcome under the main result; second computations."""
    rows = tuple(row for row in numbers.where(role="sensitivity") if row.model not in _ELSEWHERE)
    if not rows:
        text = paragraph("No sensitivity analysis was made.")
        return Section("sensitivity", TITLE, (text, *second_opinion_blocks(inputs, numbers)))
    text = paragraph(
        "Each outcome was analysed in other ways as well; ",
        Ref("sensitivity"),
        " shows all of them under the result that they test, whether they agree with it or not.",
    )
    blocks = (text, _table(rows, inputs, numbers), *second_opinion_blocks(inputs, numbers))
    return Section("sensitivity", TITLE, blocks)


def _table(rows: tuple[Estimate, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("analysis", "Analysis", "text"),
        Column("scale", "Contrast and unit", "text"),
        Column("estimate", f"Estimate ({inputs.ci_label})"),
        Column("p", "P"),
        Column("participants", "Participants"),
        Column("rows", "Rows"),
    )
    made: list[Row] = []
    for outcome in dict.fromkeys(row.outcome for row in rows):
        made.append(heading_row(inputs.label(outcome), len(columns)))
        main = main_result(numbers, inputs, outcome)
        if main is not None and main.role != "sensitivity":
            made.append(
                _row(maker, f"Main result: {model_label(main.model, main.variant).lower()}", main)
            )
        made += [
            _row(maker, model_label(row.model, row.variant), row)
            for row in rows
            if row.outcome == outcome
        ]
    notes = maker.footnotes.notes(analysed_note(inputs))
    return Table("sensitivity", "Sensitivity analyses", columns, tuple(made), notes)


def _row(maker: CellMaker, label: str, row: Estimate) -> Row:
    unit = "" if row.unit in ("", "ratio") else f", {row.unit}"
    scale = words(row.contrast.replace(" - ", " minus ") + unit)
    tested = (maker.estimate(row), maker.p(row))
    return Row((words(label), scale, *tested, people_cell(row), rows_cell(row)))
