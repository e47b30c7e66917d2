"""The report shows EMG results with and without trials whose signal has a remark."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.publishing.build import build_report
from schemas.models import WITHOUT_WARNED

pytestmark = pytest.mark.usefixtures("without_pictures")

OUTCOMES = ("gmed_pct_mvic", "onset_ms")


def _with_rows(light, **changes):
    """Inputs in which the main result of both outcomes is repeated without warned trials."""
    main = light.estimates[
        light.estimates["outcome"].isin(OUTCOMES)
        & light.estimates["role"].isin(["primary", "secondary", "exploratory"])
        & light.estimates["contrast"].eq("LBP - control")
    ].drop_duplicates("outcome")
    assert len(main)
    rows = main.assign(
        estimate_id=main["outcome"] + ":difference:without_warned",
        variant=WITHOUT_WARNED,
        role="sensitivity",
        family="",
        p_adjusted=float("nan"),
        **changes,
    )
    return replace(light, estimates=pd.concat([light.estimates, rows], ignore_index=True))


def _section_text(inputs, section_id):
    report = build_report(inputs)
    section = next(one for one in report.sections if one.id == section_id)
    return report, " ".join(
        report.text_of(block) for block in section.blocks if hasattr(block, "fragments")
    )


@pytest.mark.parametrize("section", ["activation", "onset"])
def test_a_sentence_gives_the_result_without_them(light, section):
    inputs = _with_rows(light, estimate=-7.25, ci_low=-9.5, ci_high=-5.0, status="ok", note="")
    report, text = _section_text(inputs, section)
    assert "Without the trials that have a remark on their signal, the adjusted" in text
    value = "−7.3 %MVIC" if section == "activation" else "−7 ms"
    assert f"LBP minus control was {value}" in text
    assert f"{report.labels['sensitivity']} shows it beside the main result" in text


def test_both_stand_side_by_side_in_the_table(light):
    report = build_report(_with_rows(light, status="ok", note="Left out: 3 of 40 trials."))
    table = next(one for one in report.tables() if one.id == "sensitivity")
    labels = [row.cells[0].text for row in table.rows]
    place = next(n for n, label in enumerate(labels) if label.endswith(WITHOUT_WARNED))
    heading = max(n for n in range(place) if table.rows[n].kind == "heading")
    assert labels[heading + 1].startswith("Main result: ")
    assert any("Left out: 3 of 40 trials." in note.text for note in table.footnotes)


def test_no_comparison_without_them_is_said_with_its_reason(light):
    empty = dict.fromkeys(("estimate", "se", "ci_low", "ci_high", "p"), float("nan"))
    reason = "Every trial has a remark on its signal, so that none is left."
    _, text = _section_text(
        _with_rows(light, **empty, status="not_estimable", note=reason), "activation"
    )
    assert f"there is no comparison. {reason}" in text


def test_the_report_says_that_no_trial_has_a_remark(light):
    assert light.signal_summary is not None
    _, text = _section_text(light, "activation")
    assert "No trial with a value has a remark on its signal" in text


def test_nothing_is_said_where_no_signal_was_judged(light):
    _, text = _section_text(replace(light, signal_summary=None), "activation")
    assert "remark on" not in text
