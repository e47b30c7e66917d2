"""Associations with pain and disability, within the case group only."""

from typing import Final

from pipeline.publishing.report.cells import CellMaker, number, paragraph, words
from pipeline.publishing.report.labels import model_label, outcome_in_sentence
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.printable import printable
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Cell, Column, Ref, Row, Section, Table
from schemas.plan import ADJUSTMENT_LABELS

CORRELATIONS: Final = ("pearson", "spearman")
SEPARATORS: Final = (" ~ ", "~", " x ", " × ", " : ")
TITLE: Final = "Associations within the case group"


def associations_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """Table of correlations; one sentence when there is nothing to correlate."""
    rows = numbers.where(model=CORRELATIONS)
    if not rows:
        text = paragraph(
            "No pain or disability score was part of the tables handed in, so associations with "
            "them were not examined."
        )
        return Section("associations", TITLE, (text,))
    text = paragraph(
        f"Correlations were computed within {inputs.case} only, because one over both groups mostly "
        "repeats the difference between the groups. They are exploratory: ",
        Ref("associations"),
        ".",
    )
    return Section("associations", TITLE, (text, _table(rows, inputs, numbers)))


def _table(rows: tuple[Estimate, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("pair", f"Measurements within {inputs.case}", "text"),
        Column("coefficient", "Coefficient", "text"),
        Column("estimate", f"Estimate ({inputs.ci_label})"),
        Column("p", "P"),
        Column("p_adjusted", "Adjusted P"),
        Column("participants", "Participants"),
    )
    made = tuple(
        Row(
            (
                words(pair_label(row.outcome, inputs)),
                words(model_label(row.model, row.variant)),
                maker.estimate(row),
                maker.p(row),
                maker.p(row, adjusted=True),
                _people(row),
            )
        )
        for row in rows
    )
    notes = maker.footnotes.notes(_family_note(inputs))
    table = Table("associations", f"Correlations within {inputs.case}", columns, made, notes)
    return table.without_empty_columns()


def _family_note(inputs: ReportInputs) -> str:
    """Which P values are adjusted together."""
    planned = inputs.plan.correlations
    if not planned.family:
        return ""
    method = ADJUSTMENT_LABELS[inputs.plan.method_of(planned.family)]
    return (
        f"Adjusted P: family {printable(planned.family)} ({method}) of the exploratory correlations by "
        f"{planned.coefficient.capitalize()}'s coefficient."
    )


def _people(row: Estimate) -> Cell:
    return number(row.count(row.n_case))


def pair_label(outcome: str, inputs: ReportInputs) -> str:
    """Such as "Gluteus medius activation and pain (VAS)", for an outcome that names two."""
    for separator in SEPARATORS:
        if separator in outcome:
            first, second = outcome.split(separator, 1)
            other = outcome_in_sentence(second.strip(), inputs.study)
            return f"{inputs.label(first.strip())} and {other}"
    return inputs.label(outcome)
