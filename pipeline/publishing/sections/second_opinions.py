"""Second opinions: each comparison beside the same number by another route; disagreements first."""

from typing import Final

from pipeline.publishing.report.cells import Piece, number, paragraph, words
from pipeline.publishing.report.labels import model_label
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Column, Notice, Ref, Row, Table
from schemas.estimates import DISAGREES

TABLE_ID: Final = "second_opinions"


def disagreement(row: Estimate) -> tuple[Piece, ...]:
    """Both numbers of a comparison whose second route disagrees, as a sentence; empty otherwise."""
    if row.second_opinion != DISAGREES:
        return ()
    second = row.second_value()
    if second is None:
        return (" The second computation gave no finite number.",)
    return (
        f" {row.scale[:1].upper()}{row.scale[1:]}, the first computation gave ",
        row.modelled_value(),
        " and the second one ",
        second,
        "; until the reason is found, neither should be cited.",
    )


def disagreement_notice(inputs: ReportInputs, numbers: Numbers) -> Notice | None:
    """The caution of the first page when a second route disagrees, naming the outcomes."""
    rows = [row for row in numbers.rows if row.second_opinion == DISAGREES]
    if not rows:
        return None
    named = dict.fromkeys(f"{inputs.label(row.outcome)} ({_analysis(row)})" for row in rows)
    return Notice(
        "A second computation by another route does not agree with the published number of: "
        f"{'; '.join(named)}. See the table of second computations.",
        kind="caution",
    )


def second_opinion_blocks(inputs: ReportInputs, numbers: Numbers) -> list[Block]:
    """What the second computations found, and the table of all of them; empty when there are none."""
    rows = [
        row
        for row in numbers.rows
        if row.second_opinion
        and row.is_estimated
        and (row.second_opinion == DISAGREES or not row.is_of_other_method)
    ]
    if not rows:
        return []
    rows.sort(key=lambda row: row.second_opinion != DISAGREES)
    lost = rows[0].second_opinion == DISAGREES
    said = (
        "Not all of them agree; the table begins with those that do not."
        if lost
        else "All of them agree within the tolerance of their route."
    )
    text = paragraph(
        "Comparisons were computed a second time where there is a route that shares no code with "
        "the first (",
        Ref(TABLE_ID),
        f"). {said}",
        _name_unsupported(inputs, numbers),
    )
    return [text, _table(rows, inputs)]


def _name_unsupported(inputs: ReportInputs, numbers: Numbers) -> str:
    """Names the primary results that stand on one computation, or ""."""
    rows = [
        row
        for row in numbers.where(role="primary")
        if row.is_estimated and not row.second_opinion and row.contrast in inputs.contrasts
    ]
    if not rows:
        return ""
    named = "; ".join(f"{inputs.label(row.outcome)} ({_analysis(row)})" for row in rows)
    return f" These primary results stand on one computation: {named}."


def _table(rows: list[Estimate], inputs: ReportInputs) -> Table:
    columns = (
        Column("outcome", "Outcome", "text"),
        Column("analysis", "Analysis", "text"),
        Column("scale", "Scale", "text"),
        Column("first", "First computation"),
        Column("second", "Second computation"),
        Column("route", "Second route", "text"),
        Column("opinion", "Opinion", "text"),
    )
    made = tuple(
        Row(
            (
                words(inputs.label(row.outcome)),
                words(_analysis(row)),
                words(row.scale),
                number(row.modelled_value()),
                number(row.second_value()),
                words(row.second_route),
                words(row.second_opinion),
            )
        )
        for row in rows
    )
    return Table(TABLE_ID, "Comparisons computed a second time", columns, made)


def _analysis(row: Estimate) -> str:
    return model_label(row.model, row.variant)
