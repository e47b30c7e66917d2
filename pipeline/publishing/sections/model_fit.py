"""Does the model fit? The verdict on each planned model first, then what was looked at, then the plots."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from pipeline.publishing.figures.model_fit import model_fit
from pipeline.publishing.report.cells import EMPTY, heading_row, number, paragraph, words
from pipeline.publishing.report.labels import model_label, outcome_in_sentence
from pipeline.publishing.report.number_format import Num, decimals_for
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import (
    Block,
    Cell,
    Column,
    Footnote,
    Paragraph,
    Ref,
    Row,
    Section,
    Table,
)
from schemas.diagnostics import DIAGNOSTICS, LOOK_AT, NO_SIGN, NOT_ESTIMABLE
from schemas.terms import CONFIRMATORY_ROLES

TITLE: Final = "Does the model fit?"
TABLE_ID: Final = "model_fit"
_SOURCE: Final = "diagnostics"
_NOTE: Final = (
    "Look at: beyond the threshold of the row. Where a model is right this happens "
    "in a few of a hundred cohorts, so that the plot and the other analyses decide, not the P value alone."
)
_DECIMALS: Final = {"W": 3, "SE": 2, "F": 2, "chi-squared": 2, "distance": 2, "trials": 1}
_THRESHOLDS: Final = (
    (" and value above", "p_and_value_above"),
    ("p below", "p_below"),
    ("value above", "value_above"),
    ("value below", "value_below"),
)
"""Words in the rule of a diagnostic (schema ModelDiagnostics) -> form of the cell that names its threshold."""
_VERDICTS: Final = {NO_SIGN: "No sign", LOOK_AT: "Look at", NOT_ESTIMABLE: "Not possible"}


def model_fit_section(inputs: ReportInputs) -> Section:
    """Sentences on the planned models, the table of their diagnostics, a figure per primary one."""
    planned = [group for _, group in _by_model(inputs, CONFIRMATORY_ROLES)]
    if not planned:
        text = paragraph("No planned model could be fitted, so that there is no fit to look at.")
        return Section("model-fit", TITLE, (text,))
    blocks: list[Block] = [
        paragraph(
            "A model gives a trustworthy answer when the data are as it assumes. What was looked at stands "
            "in ",
            Ref(TABLE_ID),
            ".",
        )
    ]
    blocks += [_verdict(group, inputs) for group in planned]
    blocks += list(_of_sensitivity(inputs))
    blocks.append(_table(planned, inputs))
    for group in planned:
        if group["role"].iloc[0] == "primary":
            blocks += _figure(group, inputs)
    return Section("model-fit", TITLE, tuple(blocks))


def _by_model(inputs: ReportInputs, roles: tuple[str, ...]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Diagnostics of one fitted model each, primary ones first, in the order in which they were fitted."""
    found = inputs.diagnostics
    for role in roles:
        of_role = found[found["role"] == role]
        for estimate_id in of_role["estimate_id"].unique():
            yield str(estimate_id), of_role[of_role["estimate_id"] == estimate_id]


def _verdict(group: pd.DataFrame, inputs: ReportInputs) -> Paragraph:
    """One sentence per planned model; with what is in doubt, and which analyses do not rest on it."""
    name = outcome_in_sentence(group["outcome"].iloc[0], inputs.study)
    model = _model(group)
    start = f"{_capital(name)} ({model[:1].lower()}{model[1:]}): "
    against = group[group["verdict"] == LOOK_AT]
    if against.empty:
        lost = (group["verdict"] == NOT_ESTIMABLE).sum()
        if lost == len(group):
            return paragraph(f"{start}the fit could not be judged.", kind="lead")
        said = "no sign against the model"
        return paragraph(
            f"{start}{said}{', as far as it could be judged' if lost else ''}.", kind="lead"
        )
    sentences = _capital("; ".join(_inside(text) for text in against["sentence"]))
    answers = dict.fromkeys(name for names in against["answered_by"] for name in names.split())
    answered = (
        (
            " See beside it, in ",
            Ref("sensitivity"),
            f", what does not rest on this: {'; '.join(model_label(name) for name in answers)}.",
        )
        if answers
        else (" No other analysis of the plan answers this.",)
    )
    return paragraph(f"{start}look at the fit. {sentences}.", answered, kind="lead")


def _of_sensitivity(inputs: ReportInputs) -> Iterator[Paragraph]:
    """Which sensitivity models are in doubt themselves, in one sentence."""
    doubted = [
        f"{_model(group)} of {outcome_in_sentence(group['outcome'].iloc[0], inputs.study)} "
        f"({'; '.join(DIAGNOSTICS[name].label.lower() for name in against['diagnostic'])})"
        for _, group in _by_model(inputs, ("sensitivity",))
        if not (against := group[group["verdict"] == LOOK_AT]).empty
    ]
    if doubted:
        yield paragraph(f"Of the sensitivity models, look at: {', '.join(doubted)}.")


def _table(planned: list[pd.DataFrame], inputs: ReportInputs) -> Table:
    columns = (
        Column("looked_at", "What was looked at", "text"),
        Column("statistic", "Value"),
        Column("statistic_is", "What the value is", "text"),
        Column("p", "P"),
        Column("threshold", "Speaks against the model when", "text"),
        Column("verdict", "Verdict", "text"),
    )
    rows: list[Row] = []
    for group in planned:
        label = f"{inputs.label(group['outcome'].iloc[0])}: {_model(group)}"
        rows.append(heading_row(label, len(columns)))
        for found in group.to_dict("records"):
            rows.append(
                Row(
                    (
                        words(found["looked_at"]),
                        _value(found["statistic"], found["unit"]),
                        words(found["statistic_is"]),
                        _p(found["p"]),
                        _threshold(found),
                        words(
                            found["sentence"]
                            if found["verdict"] == NOT_ESTIMABLE
                            else _VERDICTS[found["verdict"]]
                        ),
                    )
                )
            )
    notes = (Footnote("", _NOTE),)
    return Table(TABLE_ID, "How the planned models fit", columns, tuple(rows), notes)


def _value(value: float, unit: str) -> Cell:
    if pd.isna(value):
        return EMPTY
    if unit == "proportion":
        return number(Num(float(value), "percent", 0, _SOURCE))
    return number(Num(float(value), "decimal", _DECIMALS.get(unit, decimals_for(unit)), _SOURCE))


def _p(value: float) -> Cell:
    return EMPTY if pd.isna(value) else number(Num(float(value), "p", 0, _SOURCE))


def _threshold(found: Mapping[Hashable, Any]) -> Cell:
    """When the diagnostic speaks against the model."""
    value = found["threshold"]
    if pd.isna(value):
        return EMPTY
    form = next(form for said, form in _THRESHOLDS if said in found["threshold_rule"])
    if form == "p_below":
        return Cell(form, (Num(float(value), "p", 0, _SOURCE),))
    unit = str(found["unit"])
    if unit == "proportion":
        return Cell(form, (Num(float(value), "percent", 0, _SOURCE),))
    decimals = _DECIMALS.get(unit, decimals_for(unit))
    return Cell(form, (Num(float(value), "decimal", decimals, _SOURCE),))


def _figure(group: pd.DataFrame, inputs: ReportInputs) -> list[Block]:
    points = inputs.diagnostic_points
    points = points[points["estimate_id"] == group["estimate_id"].iloc[0]]
    doubted = frozenset(group.loc[group["verdict"] == LOOK_AT, "diagnostic"])
    outcome = str(group["outcome"].iloc[0])
    figure_id = f"{TABLE_ID}_{outcome.replace('/', '_').replace('~', '_')}"
    drawn = model_fit(points, doubted, inputs.label(outcome), figure_id)
    return [] if drawn is None else [drawn]


def _model(group: pd.DataFrame) -> str:
    return model_label(str(group["model"].iloc[0]))


def _inside(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
