"""What all group comparisons share: the main result of an outcome, its sentence, its table rows."""

from collections.abc import Iterable, Sequence
from typing import Final

from pipeline.publishing.report.cells import (
    EMPTY,
    CellMaker,
    Piece,
    heading_row,
    paragraph,
    result_parts,
    unit_after,
    words,
)
from pipeline.publishing.report.labels import (
    direction,
    model_label,
    outcome_in_sentence,
    quantity_label,
)
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Cell, Column, Paragraph, Row, Table
from pipeline.publishing.sections.second_opinions import disagreement

MAIN_ROLES: Final = ("primary", "secondary", "exploratory")
COMPARED_ROLES: Final = (*MAIN_ROLES, "sensitivity")
"""Roles of group comparisons; coefficients of a model are rows of the role descriptive."""

EFFECT_SIZE: Final = "hedges_g"


def main_result(numbers: Numbers, inputs: ReportInputs, outcome: str) -> Estimate | None:
    """The comparison that answers the question of an outcome; None when there is no comparison.

    It is the one to which the plan gave a role; an estimated one goes before one that failed.
    """
    rows = numbers.where(outcome=outcome, contrast=inputs.contrasts, role=MAIN_ROLES)
    return min(rows, key=lambda row: not row.is_estimated, default=None)


def has_values(numbers: Numbers, outcome: str) -> bool:
    """Whether the cohort has values of an outcome, so that something about it is described."""
    rows = numbers.where(outcome=outcome)
    return any(row.is_estimated or (row.n_rows or 0) > 0 for row in rows)


def result_sentence(row: Estimate, inputs: ReportInputs, *, kind: str = "text") -> Paragraph:
    """What a comparison found, in one to three sentences.

    An interval that holds the null value is never read as "no difference": the sentence says what
    the data are compatible with.
    """
    name = outcome_in_sentence(row.outcome, inputs.study)
    if not row.is_estimated:
        return paragraph(
            f"{_capital(name)}: {inputs.case} and {inputs.reference} could not be compared. ",
            row.reason,
            kind=kind,
        )
    quantity = quantity_label(row.model, row.variant)
    caution = (" Caution: ", row.reason) if row.status == "flagged" and row.reason else ()
    contrast = row.contrast.replace(" - ", " minus ")
    if not row.has_interval or row.side == 0:
        return paragraph(
            f"{_capital(name)}: the {quantity} {contrast} was ",
            result_parts(row),
            ".",
            _compatible_with(row),
            caution,
            disagreement(row),
            kind=kind,
        )
    terms = direction(row.outcome)
    return paragraph(
        f"{_capital(name)} was {terms.below if row.side < 0 else terms.above} in {inputs.case} than "
        f"in {inputs.reference}: the {quantity} {contrast} was ",
        result_parts(row),
        ".",
        _weakened(row, inputs),
        caution,
        disagreement(row),
        kind=kind,
    )


def _compatible_with(row: Estimate) -> Sequence[Piece]:
    if not row.has_interval:
        return (" No interval can be given, so it says nothing about a difference.",)
    what = "ratios" if row.unit == "ratio" else "differences"
    return (
        f" The data are compatible with {what} from ",
        row.low(),
        " to ",
        row.high(),
        unit_after(row.unit),
        ", so they neither show nor rule out a difference between the groups.",
    )


def _weakened(row: Estimate, inputs: ReportInputs) -> str:
    """The caution that an adjusted P value above the level of the plan needs."""
    if row.p_adjusted is None or row.p_adjusted < 1 - inputs.plan.ci_level:
        return ""
    return (
        " After adjustment for the other outcomes of its family the P value is above the level of "
        "the plan, so the finding is weaker than the interval alone suggests."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def descriptive_rows(
    maker: CellMaker, inputs: ReportInputs, outcome: str, blanks: int
) -> tuple[Row, ...]:
    """Rows n (missing), mean (SD) and median (IQR) of both groups; `blanks` cells follow."""
    tail = tuple(EMPTY for _ in range(blanks))
    described = []
    if not maker.numbers.where(outcome=outcome, contrast=inputs.groups, model="n"):
        people = tuple(_described_people(maker, inputs, outcome, group) for group in inputs.groups)
        described.append(Row((words("n"), *people, *tail)))
    for label, form, models in (
        ("n (missing)", "n_missing", ("n", "n_missing")),
        ("Mean (SD)", "mean_sd", ("mean", "sd")),
        ("Median (IQR)", "median_iqr", ("median", "q1", "q3")),
    ):
        cells = tuple(maker.composed(form, outcome, group, *models) for group in inputs.groups)
        if any(cell != EMPTY for cell in cells):
            described.append(Row((words(label), *cells, *tail)))
    return tuple(described)


def _described_people(maker: CellMaker, inputs: ReportInputs, outcome: str, group: str) -> Cell:
    """Participants behind the description of a group, as its mean counts them."""
    row = maker.numbers.find(outcome, group, "mean")
    if row is None:
        return EMPTY
    return _count_cell(row, row.n_case if group == inputs.case else row.n_reference)


def mean_table(
    table_id: str,
    caption: str,
    outcomes: Iterable[str],
    inputs: ReportInputs,
    numbers: Numbers,
    *notes: str,
) -> Table:
    """Description and comparison of outcomes on a scale of differences, one block per outcome."""
    maker = CellMaker(numbers)
    columns = (
        Column("measure", "Measure", "text"),
        Column("case", inputs.case),
        Column("reference", inputs.reference),
        Column("difference", f"{inputs.case} minus {inputs.reference} ({inputs.ci_label})"),
        Column("p", "P"),
        Column("p_adjusted", "Adjusted P"),
        Column("participants", "Participants"),
        Column("rows", "Rows"),
    )
    rows: list[Row] = []
    for outcome in outcomes:
        rows.append(heading_row(with_unit(inputs, numbers, outcome), len(columns)))
        rows += descriptive_rows(maker, inputs, outcome, blanks=5)
        for row in _compared(numbers, inputs, outcome):
            comparison = (maker.estimate(row), maker.p(row), maker.p(row, adjusted=True))
            used = (people_cell(row), rows_cell(row))
            rows.append(
                Row((words(model_label(row.model, row.variant)), EMPTY, EMPTY, *comparison, *used))
            )
    general = (*notes, analysed_note(inputs))
    made = Table(table_id, caption, columns, tuple(rows), maker.footnotes.notes(*general))
    return made.without_empty_columns()


def analysed_note(inputs: ReportInputs) -> str:
    """The footnote on the counts beside each analysis."""
    return (
        f"Participants ({inputs.ratio}) and rows: those that the analysis used. A row is a trial, a "
        "leg, or a participant where participant means are compared."
    )


def _compared(numbers: Numbers, inputs: ReportInputs, outcome: str) -> tuple[Estimate, ...]:
    """The comparisons of an outcome: the planned one, the others, the effect size.

    Those of other detectors and rules are as many as all others, and stand among the sensitivity analyses.
    """
    rows = numbers.where(outcome=outcome, contrast=inputs.difference, role=COMPARED_ROLES)
    effect = numbers.where(outcome=outcome, contrast=inputs.difference, model=EFFECT_SIZE)
    others = [row for row in rows if row.model != EFFECT_SIZE and not row.is_of_other_method]
    return (*sorted(others, key=lambda row: row.role == "sensitivity"), *effect)


def ratio_row(maker: CellMaker, label: str, row: Estimate) -> Row:
    """One row of a comparison table: label, estimate, P, adjusted P, participants, rows, censored."""
    return Row(
        (
            words(label),
            maker.estimate(row),
            maker.p(row),
            maker.p(row, adjusted=True),
            people_cell(row),
            rows_cell(row),
            _count_cell(row, row.n_censored),
        )
    )


def people_cell(row: Estimate) -> Cell:
    """Participants of both groups, "21 / 22"; empty when a count is missing."""
    case, reference = row.count(row.n_case), row.count(row.n_reference)
    if case is None or reference is None:
        return _count_cell(row, row.n_case if case is not None else row.n_reference)
    return Cell("pair", (case, reference))


def rows_cell(row: Estimate) -> Cell:
    """Rows that an analysis used; empty when they were not counted."""
    return _count_cell(row, row.n_rows)


def _count_cell(row: Estimate, value: float | None) -> Cell:
    num = row.count(value)
    return EMPTY if num is None else Cell("number", (num,))


def with_unit(inputs: ReportInputs, numbers: Numbers, outcome: str) -> str:
    """The label of an outcome with the unit of its description: "Age, years"."""
    described = numbers.where(outcome=outcome, model=("mean", "median"))
    unit = described[0].unit if described else ""
    return f"{inputs.label(outcome)}{',' if unit else ''}{unit_after(unit)}"
