"""Participants: who was compared, group by group (Table 1 of a paper)."""

from typing import Final

from pipeline.publishing.report.cells import EMPTY, CellMaker, paragraph, words
from pipeline.publishing.report.labels import level_label
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs, absent
from pipeline.publishing.report.report_model import Cell, Column, Ref, Row, Section, Table
from pipeline.publishing.sections.comparisons import descriptive_rows, with_unit
from schemas.columns import column_rules
from schemas.participants import Participants

BALANCE_MODELS: Final = ("standardised_difference",)
EVERYBODY: Final = "participants"
"""Outcome under which the estimates count the people of each group."""

_ORDER: Final = list(column_rules(Participants))


def participants_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """Table of the participants' characteristics."""
    outcomes = participant_outcomes(numbers)
    if not outcomes:
        sentence = paragraph(absent("characteristics of participants"))
        return Section("participants", "Participants", (sentence,))
    text = paragraph(
        "Characteristics of the participants by group are in ",
        Ref("participants"),
        ". Groups are described, not tested: a standardised difference says how far apart they are "
        "whatever their size.",
    )
    return Section("participants", "Participants", (text, _table(outcomes, inputs, numbers)))


def participant_outcomes(numbers: Numbers) -> tuple[str, ...]:
    """The outcomes that are columns of the participants table, in its order."""
    found = [
        outcome
        for outcome in numbers.outcomes()
        if outcome.split("/")[0] in _ORDER and numbers.where(outcome=outcome, role="descriptive")
    ]
    return tuple(sorted(found, key=lambda name: _ORDER.index(name.split("/")[0])))


def _table(outcomes: tuple[str, ...], inputs: ReportInputs, numbers: Numbers) -> Table:
    maker = CellMaker(numbers)
    columns = (
        Column("characteristic", "Characteristic", "text"),
        Column("case", inputs.case),
        Column("reference", inputs.reference),
        Column("balance", "Standardised difference"),
    )
    people = tuple(maker.statistic(EVERYBODY, group, "n") for group in inputs.groups)
    rows = (
        [Row((words("Participants, n"), *people, EMPTY), "heading")] if EMPTY not in people else []
    )
    for outcome in outcomes:
        balance = _balance(maker, inputs, outcome)
        shares = tuple(
            maker.composed("count_share", outcome, group, "n", "share") for group in inputs.groups
        )
        if "/" in outcome:
            label = f"{level_label(outcome)}, n (%)"
            rows.append(Row((words(label), *shares, balance)))
            continue
        rows.append(
            Row((words(with_unit(inputs, numbers, outcome)), EMPTY, EMPTY, balance), "heading")
        )
        rows += descriptive_rows(maker, inputs, outcome, blanks=1)
    notes = maker.footnotes.notes(
        f"Standardised difference: {inputs.case} minus {inputs.reference} in units of the standard "
        "deviation. IQR: lower to upper quartile.",
    )
    return Table("participants", "Characteristics of the participants", columns, tuple(rows), notes)


def _balance(maker: CellMaker, inputs: ReportInputs, outcome: str) -> Cell:
    rows: tuple[Estimate, ...] = maker.numbers.where(
        outcome=outcome, contrast=inputs.difference, model=BALANCE_MODELS
    )
    return maker.estimate(rows[0]) if rows else EMPTY
