"""How well the observer's rating of the single-leg stance tells the groups apart."""

from typing import Final

from pipeline.publishing.report.cells import (
    CellMaker,
    Piece,
    interval_parts,
    paragraph,
    with_shared_note,
    words,
)
from pipeline.publishing.report.labels import model_label
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs, absent
from pipeline.publishing.report.report_model import Column, Paragraph, Row, Section, Table
from pipeline.publishing.sections.comparisons import people_cell

ACCURACY: Final = ("sensitivity", "specificity", "lr_positive", "lr_negative")


def rating_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """Sentence and table of accuracy; one sentence when no ratings were handed in."""
    rows = numbers.where(model=ACCURACY)
    if not rows:
        sentence = paragraph(absent("observer ratings"))
        return Section("sls-rating", "Accuracy of the SLS rating", (sentence,))
    blocks = (_text(rows, inputs), _table(rows, inputs, numbers))
    return Section("sls-rating", "Accuracy of the SLS rating", blocks)


def _text(rows: tuple[Estimate, ...], inputs: ReportInputs) -> Paragraph:
    parts: list[Piece] = []
    for row in rows:
        if row.model in ("sensitivity", "specificity") and row.is_estimated:
            parts += [
                " and "
                if parts
                else f"For telling {inputs.case} from {inputs.reference}, the rating had a ",
                f"{row.model} of ",
                row.value(),
                *((" (", interval_parts(row), ")") if row.has_interval else ()),
            ]
    closing = (
        " The observer's rating and the hold time are two measurements; neither stands for the other. "
        "Predictive values are not given: the groups were recruited, not sampled, so they would only "
        "repeat how many of each were invited."
    )
    return paragraph(parts, "." if parts else "", closing if parts else closing.strip())


def _table(rows: tuple[Estimate, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("measure", "Measure", "text"),
        Column("estimate", f"Estimate ({inputs.ci_label})"),
        Column("participants", f"Participants, {inputs.ratio}"),
    )
    made = tuple(
        Row((words(model_label(row.model, row.variant)), maker.estimate(row), people_cell(row)))
        for row in rows
    )
    notes = maker.footnotes.notes()
    return with_shared_note(Table("sls_rating", "Accuracy of the SLS rating", columns, made, notes))
