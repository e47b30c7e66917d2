"""What reviewers of the report tripped over: headings, captions and sentences that misled them."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.publishing.build import build_report
from pipeline.publishing.writers.write_docx import write_docx
from pipeline.publishing.writers.write_plain_files import write_html, write_methods
from pipeline.publishing.writers.write_xlsx import write_xlsx
from schemas.estimates import Estimates
from schemas.intake_results import Flow
from schemas.methods import MethodSentence
from schemas.tables import COHORT_TABLES

pytestmark = pytest.mark.usefixtures("without_pictures")

EYES_OPEN = "hold_time_s/eyes_open"


def _table(report, table_id):
    return next(t for t in report.tables() if t.id == table_id)


def _figure(report, figure_id):
    return next(f for f in report.figures() if f.id == figure_id)


def _row(table, label):
    return next(row for row in table.rows if row.cells[0].text == label)


def _text(report, section_id):
    section = next(s for s in report.sections if s.id == section_id)
    return " ".join(report.text_of(b) for b in section.blocks if hasattr(b, "fragments"))


def _with_rows(inputs, *rows):
    records = [*inputs.estimates.to_dict("records"), *rows]
    return replace(inputs, estimates=Estimates.validate(pd.DataFrame(records)))


def _main(estimates, outcome):
    return estimates["outcome"].eq(outcome) & estimates["role"].isin(["primary", "secondary"])


def _flow(inputs, *rows):
    frame = pd.DataFrame(rows, columns=list(Flow.to_schema().columns))
    return replace(inputs, flow=Flow.validate(pd.concat([inputs.flow, frame], ignore_index=True)))


def test_censored_trials_are_not_called_trials_at_the_ceiling(report):
    compared = _table(report, "hold_time_ratios")
    assert [c.label for c in compared.columns][-2:] == ["Trials", "Censored"]
    notes = [note.text for note in compared.footnotes]
    assert "Censored: held to the ceiling, known only within bounds, or 0 s." in notes
    labels = [c.label for c in _table(report, "hold_time").columns]
    assert labels[4:] == ["At ceiling", "Unable", "Median, s"]


def test_no_note_on_censoring_where_it_was_not_counted(light):
    bare = replace(light, estimates=light.estimates.assign(n_censored=float("nan")))
    compared = _table(build_report(bare), "hold_time_ratios")
    assert "Censored" not in [c.label for c in compared.columns]
    assert not any("Censored" in note.text for note in compared.footnotes)


def test_holds_known_within_bounds_have_a_column_when_they_were_counted(light, invented):
    rows = [
        invented.estimate(EYES_OPEN, group, "share_within_bounds", "proportion", share)
        for group, share in ((invented.CASE, 0.0312), (invented.REFERENCE, 0.0))
    ]
    described = _table(build_report(_with_rows(light, *rows)), "hold_time")
    place = [c.label for c in described.columns].index("Within bounds")
    assert [row.cells[place].text for row in described.rows[:2]] == ["3%", "0%"]
    assert described.footnotes[0].text.startswith("At ceiling, unable, within bounds: share")


@pytest.mark.pictures
def test_a_small_time_ratio_shows_two_digits_of_value_and_interval_in_every_format(light, reading):
    estimates = light.estimates.copy()
    chosen = _main(estimates, EYES_OPEN)
    estimates.loc[chosen, ["estimate", "ci_low", "ci_high"]] = [0.0191, 0.00752, 0.0411]
    report = build_report(replace(light, estimates=estimates))
    printed = _row(_table(report, "hold_time_ratios"), "Adjusted time ratio").cells[1].text
    assert printed == "0.0191 (0.0075 to 0.0411)"
    assert "was 0.0191 (95% CI 0.0075 to 0.0411;" in _text(report, "key-results")
    assert printed in reading.docx_text(write_docx(report))
    book = reading.workbook(write_xlsx(report))
    shown = {reading.as_excel_shows(c) for row in book["hold_time_ratios"] for c in row}
    assert {"0.0191", "0.0075", "0.0411"} <= shown
    assert "0.0191 (0.0075 to 0.0411)" in reading.PageReader(write_html(report)).running_text


def test_the_overview_says_what_is_adjusted_and_what_is_not(report):
    forest = _figure(report, "forest")
    panels = list(dict.fromkeys(forest.data["panel"]))
    assert panels == ["Time ratios", "Standardised mean differences (Hedges g, unadjusted)"]
    assert "Time ratios are adjusted." in forest.caption
    assert "Hedges g of participant means, unadjusted" in forest.caption
    assert "adjusted differences in their own units stand in the tables" in forest.caption


def test_the_overview_does_not_call_an_unadjusted_ratio_adjusted(light):
    estimates = light.estimates.copy()
    chosen = estimates["variant"].eq("adjusted") & estimates["unit"].eq("ratio")
    estimates.loc[chosen, "variant"] = "unadjusted"
    estimates = estimates[~estimates["role"].eq("sensitivity")]
    forest = _figure(build_report(replace(light, estimates=estimates)), "forest")
    assert "Time ratios are unadjusted." in forest.caption


@pytest.mark.parametrize("table_id", ["activation", "onset", "strength", "sensitivity"])
def test_every_analysis_shows_the_participants_and_rows_it_used(light, table_id):
    estimates = light.estimates.copy()
    fewer = estimates["model"].isin(["welch", "rmst"])
    estimates.loc[fewer, ["n_case", "n_reference", "n_rows"]] = [19.0, 20.0, 39.0]
    table = _table(build_report(replace(light, estimates=estimates)), table_id)
    assert [c.label for c in table.columns][-2:] == ["Participants", "Rows"]
    welch = [row for row in table.rows if "Welch" in row.cells[0].text]
    assert welch
    assert {tuple(c.text for c in row.cells[-2:]) for row in welch} == {("19 / 20", "39")}
    others = {tuple(c.text for c in r.cells[-2:]) for r in table.rows if r not in welch}
    assert ("21 / 22", "243") in others
    assert any("LBP / control" in note.text for note in table.footnotes)


def test_methods_spell_out_the_abbreviations_that_they_use_and_no_others(light):
    steps = (
        MethodSentence("statistics", "GMed activation (%MVIC) and Pain (VAS) were compared."),
        MethodSentence("statistics", "SciPy computed them."),
    )
    report = build_report(replace(light, steps=steps))
    line = (
        "Abbreviations. GMed: gluteus medius; MVIC: maximal voluntary isometric contraction; "
        "VAS: visual analogue scale."
    )
    assert line in _text(report, "methods")
    assert line in write_methods(report).decode()
    bare = build_report(replace(light, steps=(MethodSentence("intake", "Tables were read."),)))
    assert "Abbreviations" not in _text(bare, "methods")
    assert "Abbreviations" not in write_methods(bare).decode()


def test_the_report_leaves_the_sample_size_to_the_authors_and_the_methods_text_is_silent(light):
    report = build_report(light)
    assert "Stance does not know how the size of the sample was planned." in _text(
        report, "methods"
    )
    assert "size of the sample" not in write_methods(report).decode()


def test_tables_that_were_not_handed_in_are_named_once(light):
    assert "Not handed in: training log." in _text(build_report(light), "flow")
    fewer = light.flow[light.flow["table"].ne("recordings")]
    text = _text(build_report(replace(light, flow=fewer)), "flow")
    assert "Not handed in: recordings, training log." in text


def test_activation_that_was_computed_is_not_taken_for_a_table_nobody_has(light):
    computed = light.flow["table"].eq("activation") & light.flow["stage"].eq("read")
    text = _text(build_report(replace(light, flow=light.flow[~computed])), "flow")
    assert "Not handed in: activation (computed from the recordings), training log." in text


def test_a_training_log_that_was_handed_in_is_counted(light):
    report = build_report(_flow(light, [1, "read", "training_log", "LBP", "", 40, 12]))
    assert "Not handed in" not in _text(report, "flow")
    labels = [row.cells[0].text for row in _table(report, "flow_counts").rows]
    assert "Training log" in labels
    assert set(COHORT_TABLES) >= {"training_log"}


@pytest.mark.parametrize(("n", "words"), [(1, "led to 1 finding: "), (2, "led to 2 findings: ")])
def test_one_finding_is_singular(light, n, words):
    report = build_report(replace(light, findings=light.findings.iloc[:n]))
    assert words in _text(report, "data-quality")


def test_one_participant_is_singular(light):
    flow = light.flow.copy()
    rows = flow["table"].eq("participants") & flow["stage"].eq("analysed") & flow["group"].eq("LBP")
    flow.loc[rows, ["n_rows", "n_participants"]] = 1
    report = build_report(replace(light, flow=flow))
    assert _text(report, "key-results").startswith("1 participant of the group LBP and 22 of")


def test_rows_of_a_participant_set_aside_do_not_read_doubled(light):
    changed = _flow(light, [2, "set_aside", "strength", "LBP", "participant set aside", 6, 1])
    report = build_report(changed)
    wanted = "Set aside: The participant's own row was set aside"
    for table_id in ("flow_counts", "left_out"):
        assert wanted in [row.cells[0].text for row in _table(report, table_id).rows]
    assert "participant set aside" not in write_html(report)


@pytest.mark.pictures
def test_the_activation_figure_draws_the_interval_of_the_mean_and_says_so(inputs):
    """The level is that of the plan."""
    plain = _figure(build_report(inputs), "activation_points")
    assert "CI" not in plain.caption
    estimates = inputs.estimates.copy()
    mean = estimates["outcome"].eq("gmed_pct_mvic") & estimates["model"].eq("mean")
    estimates.loc[mean, "ci_low"] = estimates.loc[mean, "estimate"] - 3.0
    estimates.loc[mean, "ci_high"] = estimates.loc[mean, "estimate"] + 3.0
    plan = inputs.plan.model_copy(update={"ci_level": 0.9})
    drawn = build_report(replace(inputs, estimates=estimates, plan=plan))
    figure = _figure(drawn, "activation_points")
    assert figure.caption.endswith(
        "Black diamond and bar: the group's mean over both legs with its 90% CI."
    )
    means = figure.data[figure.data["what"] == "mean"]
    assert (means["ci_high"] - means["ci_low"]).round(6).tolist() == [6.0, 6.0]
    assert figure.svg != plain.svg


def test_the_caution_on_a_primary_result_stands_beside_the_key_result(light):
    caution = "Only 9 clusters in the smaller group."
    estimates = light.estimates.copy()
    estimates.loc[_main(estimates, EYES_OPEN), ["status", "note"]] = ["flagged", caution]
    section = build_report(replace(light, estimates=estimates)).sections[0]
    report = build_report(replace(light, estimates=estimates))
    line = next(
        report.text_of(b) for b in section.blocks if "Hold time with eyes open" in report.text_of(b)
    )
    assert line.endswith(f"Caution: {caution}")


def test_sensitivity_to_the_shortest_timed_hold_is_named_and_keeps_its_note(light, invented):
    note = "0 s counted as shorter than 0.05 s."
    rows = [
        invented.estimate(
            EYES_OPEN,
            invented.RATIO,
            f"censored_lognormal:holds too short to time counted as shorter than {how} the setting",
            "ratio",
            0.55,
            role="sensitivity",
            ci_low=0.4,
            ci_high=0.75,
            ci_level=0.95,
            note=note,
        )
        for how in ("half", "twice")
    ]
    report = build_report(_with_rows(light, *rows))
    for table_id in ("sensitivity", "hold_time_ratios"):
        table = _table(report, table_id)
        for word in ("half", "twice"):
            row = _row(table, f"holds too short to time counted as shorter than {word} the setting")
            assert any(cell.reason == note for cell in row.cells)
        assert note in [n.text for n in table.footnotes]


def test_a_mean_of_capped_holds_is_called_a_restricted_mean(report):
    labels = [row.cells[0].text for row in _table(report, "sensitivity").rows]
    assert "Restricted mean, Welch test of participant means" in labels
    assert "Welch test, participant means" in labels
