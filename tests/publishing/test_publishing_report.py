"""What a report says, and what it says when something is missing."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.publishing.build import build_report
from pipeline.publishing.fix_list.write_fix_list import fix_list_html
from pipeline.publishing.sections.methods import cite
from pipeline.publishing.writers.write_docx import write_docx
from pipeline.publishing.writers.write_plain_files import write_html, write_numbers
from pipeline.publishing.writers.write_xlsx import write_xlsx
from schemas.citations import CITATIONS
from schemas.estimates import Estimates
from schemas.intake_results import Findings
from schemas.methods import MethodSentence
from schemas.plan import Plan, PlannedOutcome

pytestmark = pytest.mark.usefixtures("without_pictures")

# Words of programmers, and spellings of missing numbers.
FORBIDDEN = re.compile(
    r"(?<![\w-])(nan|none|null|inf|infinity|dtype|keyerror|valueerror|traceback|exception|schema|"
    r"regex|dataframe|undefined|boolean|string|int|float|lambda|<na>|nat)(?![\w-])",
    re.IGNORECASE,
)


def _text_of_section(report, section_id):
    section = next(s for s in report.sections if s.id == section_id)
    return " ".join(report.text_of(b) for b in section.blocks if hasattr(b, "fragments"))


def _without(inputs, *prefixes, tables=()):
    """Inputs of a cohort that has no values of these outcomes."""
    estimates = inputs.estimates
    gone = estimates["outcome"].str.startswith(prefixes)
    flow = inputs.flow[~inputs.flow["table"].str.split("/").str[0].isin(tables)]
    points = inputs.participant_points
    points = points[~points["outcome"].str.startswith(prefixes)]
    return replace(inputs, estimates=estimates[~gone], flow=flow, participant_points=points)


def _changed(inputs, choose, **values):
    """Inputs with some estimates changed."""
    estimates = inputs.estimates.copy()
    rows = choose(estimates)
    assert rows.any()
    for name, value in values.items():
        estimates.loc[rows, name] = value
    return replace(inputs, estimates=Estimates.validate(estimates))


def _main(outcome):
    return lambda e: (e["outcome"] == outcome) & e["role"].isin(["primary", "secondary"])


def test_sections_stand_in_the_order_of_a_results_section(report):
    assert [s.id for s in report.sections] == [
        "key-results",
        "flow",
        "participants",
        "hold-time",
        "activation",
        "onset",
        "strength",
        "associations",
        "sls-rating",
        "overview",
        "signal-quality",
        "sensitivity",
        "model-fit",
        "data-quality",
        "methods",
        "provenance",
    ]


def test_anchors_and_captions_are_unique_and_every_pointer_leads_somewhere(report, reading):
    page = reading.PageReader(write_html(report))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for tag, a in page.tags if tag == "a"}
    assert targets <= set(ids)
    labels = list(report.labels.values())
    assert len(labels) == len(set(labels)) == len(report.tables()) + len(report.figures())


def test_key_results_open_with_the_sample_and_have_every_planned_outcome(report, inputs):
    section = report.sections[0]
    lines = [report.text_of(block) for block in section.blocks]
    planned = [*inputs.planned("primary"), *inputs.planned("secondary")]
    assert len(lines) == 1 + len(planned)
    for line, outcome in zip(lines[1:], planned, strict=True):
        assert inputs.label(outcome).split(",")[0].lower() in line.lower()
    assert lines[0].startswith("21 participants of the group LBP and 22 of the group control")
    assert lines[1] == (
        "Hold time with eyes open was shorter in LBP than in control: the adjusted time ratio "
        "LBP / control was 0.54 (95% CI 0.40 to 0.73; P < .001; adjusted P < .001)."
    )
    assert lines[2].startswith(
        "Gluteus medius activation was higher in LBP than in control: the adjusted difference LBP "
        "minus control was 4.9 %MVIC (95% CI 0.4 to 9.5; P = .04; adjusted P = .07)."
    )
    assert "the P value is above the level of the plan" in lines[2]


def test_an_interval_over_the_null_is_never_read_as_no_difference(report, reading):
    text = _text_of_section(report, "onset")
    assert "was −12 ms (95% CI −41 to 16; P = .39; adjusted P = .77)." in text
    assert "compatible with differences from −41 to 16 ms" in text
    assert "neither show nor rule out a difference" in text
    for words in ("no difference between", "no significant", "not significant", "did not differ"):
        assert words not in reading.PageReader(write_html(report)).text.lower()


@pytest.mark.parametrize(
    ("low", "high", "word"), [(1.1, 1.9, "longer"), (0.4, 0.9, "shorter"), (0.8, 1.2, "compatible")]
)
def test_the_direction_of_a_ratio_follows_its_interval(light, low, high, word):
    changed = _changed(
        light, _main("hold_time_s/eyes_open"), estimate=(low + high) / 2, ci_low=low, ci_high=high
    )
    line = _text_of_section(build_report(changed), "key-results")
    first = line.split("Gluteus")[0]
    assert word in first
    assert not {"longer", "shorter", "compatible"} - {word} & set(re.findall(r"\w+", first))


@pytest.mark.parametrize(("low", "high", "word"), [(-50, -5, "earlier"), (5, 50, "later")])
def test_an_onset_is_earlier_or_later(light, low, high, word):
    changed = _changed(
        light, _main("onset_ms"), estimate=(low + high) / 2, ci_low=low, ci_high=high
    )
    assert f"onset was {word} in LBP" in _text_of_section(build_report(changed), "onset")


def test_a_simulated_study_says_so_on_the_first_page_of_every_format(
    simulated_report, report, reading
):
    words = "The data of this report are simulated"
    page = reading.PageReader(write_html(simulated_report)).running_text
    assert words in page
    assert page.index(words) < page.index("Key results")
    assert words in reading.docx_text(write_docx(simulated_report))
    assert words not in reading.PageReader(write_html(report)).running_text


def test_verdict_and_default_plan_stand_in_the_header(report, light, reading):
    page = reading.PageReader(write_html(report)).running_text
    header = page[: page.index("Contents")]
    assert "draft" in header
    assert "The analysis plan is the default one" in header
    own = build_report(replace(light, plan_is_default=False, verdict="final"))
    header = reading.PageReader(write_html(own)).running_text.split("Contents")[0]
    assert "final" in header
    assert "default" not in header


@pytest.mark.parametrize(
    ("prefixes", "tables", "section", "what"),
    [
        (("strength",), ("strength",), "strength", "hip abductor strength"),
        (("sls_test",), ("clinical_test",), "sls-rating", "observer ratings"),
        (("gmed", "mvic", "onset"), ("activation",), "activation", "gluteus medius activation"),
        (("gmed", "mvic", "onset"), ("activation",), "onset", "gluteus medius onset"),
        (("hold_time_s",), ("hold_times",), "hold-time", "hold time"),
    ],
)
def test_a_section_without_data_says_so_in_one_sentence(light, prefixes, tables, section, what):
    report = build_report(_without(light, *prefixes, tables=tables))
    found = next(s for s in report.sections if s.id == section)
    assert len(found.blocks) == 1
    assert report.text_of(found.blocks[0]) == (
        f"No data on {what} were part of the tables handed in, so there are no results to show."
    )


def test_planned_outcomes_without_rows_count_as_not_handed_in(light, invented):
    """The analysis names planned outcomes that a cohort lacks; the report treats them as absent."""
    bare = _without(light, "strength", tables=("strength",))
    row = invented.estimate(
        "strength",
        "LBP - control",
        "mixed_nested:adjusted",
        "",
        None,
        role="secondary",
        n_case=0,
        n_reference=0,
        n_rows=0,
        status="not_estimable",
        note="The cohort has no values of this outcome.",
    )
    estimates = Estimates.validate(pd.DataFrame([*bare.estimates.to_dict("records"), row]))
    report = build_report(replace(bare, estimates=estimates))
    assert "No data on hip abductor strength" in _text_of_section(report, "strength")
    assert "strength" not in _text_of_section(report, "key-results")


def test_one_condition_that_is_missing_is_named(light, invented):
    bare = _without(light, "hold_time_s/eyes_closed")
    row = invented.estimate(
        "hold_time_s/eyes_closed",
        "LBP / control",
        "censored_lognormal:adjusted",
        "ratio",
        None,
        role="secondary",
        n_rows=0,
        status="not_estimable",
        note="The cohort has no values.",
    )
    estimates = Estimates.validate(pd.DataFrame([*bare.estimates.to_dict("records"), row]))
    text = _text_of_section(build_report(replace(bare, estimates=estimates)), "hold-time")
    assert "No data on hold time with eyes closed were part" in text
    assert "Hold time with eyes open was shorter" in text


def test_what_cannot_be_estimated_is_said_in_words(light, reading):
    reason = "96% of the trials were held to the ceiling, more than the plan allows"
    numbers = dict.fromkeys(
        ["estimate", "se", "ci_low", "ci_high", "statistic", "df", "p", "p_adjusted"], np.nan
    )
    changed = _changed(
        light,
        lambda e: e["outcome"].eq("hold_time_s/eyes_open") & e["unit"].eq("ratio"),
        status="not_estimable",
        note=reason,
        **numbers,
    )
    report = build_report(changed)
    key = _text_of_section(report, "key-results")
    assert f"Hold time with eyes open: LBP and control could not be compared. {reason}." in key
    table = next(t for t in report.tables() if t.id == "hold_time_ratios")
    assert table.rows[1].cells[1].text == "not estimable"
    assert reason + "." in [note.text for note in table.footnotes]
    book = reading.workbook(write_xlsx(report))
    assert f"not estimable: {reason}." in {c.value for row in book["hold_time_ratios"] for c in row}
    overview = _text_of_section(report, "overview")
    assert f"Not drawn: Hold time, eyes open. {reason}." in overview


def test_a_report_of_which_nothing_could_be_estimated_still_stands(inputs, reading):
    lost = ["estimate", "se", "ci_low", "ci_high", "statistic", "df", "p", "p_adjusted"]
    changed = _changed(
        inputs,
        lambda e: e["outcome"].notna(),
        status="not_estimable",
        note="",
        **dict.fromkeys(lost, np.nan),
    )
    changed = replace(
        changed,
        curves=inputs.curves.iloc[:0],
        participant_points=inputs.participant_points.iloc[:0],
        flow=inputs.flow.iloc[:0],
        findings=inputs.findings.iloc[:0],
        signal_summary=None,
        steps=(),
        software={},
    )
    report = build_report(changed)
    assert report.figures() == ()
    text = reading.PageReader(write_html(report)).text
    assert "The analysis recorded no reason." in text
    _no_forbidden_words(text)
    write_docx(report)
    write_xlsx(report)
    write_numbers(report)


def test_infinite_numbers_are_treated_as_missing(light, reading):
    estimates = light.estimates.copy()
    chosen = _main("strength")(estimates)
    estimates.loc[chosen, ["estimate", "ci_high"]] = np.inf
    report = build_report(replace(light, estimates=estimates))
    text = reading.PageReader(write_html(report)).text
    _no_forbidden_words(text)
    assert "could not be compared" in _text_of_section(report, "strength")


def test_a_flagged_result_carries_its_caution(light):
    caution = "The mixed model did not pass its check."
    changed = _changed(light, _main("strength"), status="flagged", note=caution)
    report = build_report(changed)
    assert f"Caution: {caution}" in _text_of_section(report, "strength")
    table = next(t for t in report.tables() if t.id == "strength")
    assert caution in [note.text for note in table.footnotes]


def _no_forbidden_words(text):
    assert FORBIDDEN.findall(text) == []


def test_no_programmers_words_reach_a_reader(report, inputs, reading):
    _no_forbidden_words(reading.PageReader(write_html(report)).text)
    _no_forbidden_words(reading.docx_text(write_docx(report)))
    page = fix_list_html(inputs.findings, inputs.cohort)
    _no_forbidden_words(reading.PageReader(page).text)


def test_minus_signs_are_never_mixed(report, reading):
    text = reading.PageReader(write_html(report)).text
    assert "−" in text
    assert not re.search(r"(?<![\w.])-\d", text)


def test_pictures_and_tables_are_accessible(report, reading):
    page = reading.PageReader(write_html(report))
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == len(report.figures()) == 5
    assert all(len(attributes["alt"]) > 20 for attributes in pictures)
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert all(attributes.get("scope") in {"col", "row", "rowgroup"} for attributes in heads)
    captions = [tag for tag, _ in page.tags if tag == "caption"]
    assert len(captions) == len(report.tables())


def test_word_tables_repeat_their_heading_and_keep_rows_whole(report):
    import io
    import zipfile

    content = write_docx(report)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    rows = sum(len(table.rows) + 1 for table in report.tables())
    assert xml.count("<w:tblHeader/>") == len(report.tables())
    assert xml.count("<w:cantSplit/>") == rows
    assert xml.count(" SEQ Table ") == len(report.tables())
    assert xml.count(" SEQ Figure ") == len(report.figures())
    alts = re.findall(r'<wp:docPr [^>]*descr="([^"]+)"', xml)
    assert alts == [figure.alt for figure in report.figures()]


def test_the_checks_that_found_nothing_are_reported_as_such(light):
    report = build_report(
        replace(light, findings=pd.DataFrame(columns=list(Findings.to_schema().columns)))
    )
    assert "found nothing to report" in _text_of_section(report, "data-quality")


def test_a_citation_without_an_entry_is_a_bug(light):
    step = replace(light.steps[0], citations=("nobody1900",))
    with pytest.raises(KeyError):
        build_report(replace(light, steps=(step,)))


def _rows(report, table_id):
    table = next(t for t in report.tables() if t.id == table_id)
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_rows_of_the_main_tables(report):
    """Spelled out, so that swapped groups, interval ends or P values show."""
    assert [
        "Adjusted time ratio",
        "0.54 (0.40 to 0.73)",
        "< .001",
        "< .001",
        "21 / 22",
        "255",
        "118",
    ] in _rows(report, "hold_time_ratios")
    assert ["Hold time, eyes open", "LBP", "21", "124", "27%", "1%", "17.5"] in _rows(
        report, "hold_time"
    )
    assert ["", "control", "22", "131", "51%", "1%", "not estimable"] in _rows(report, "hold_time")
    activation = _rows(report, "activation")
    blanks = [""] * 5
    assert ["Mean (SD)", "31.2 (8.8)", "26.3 (7.4)", *blanks] in activation
    medians = ["198.0 (160.1 to 243.9)", "239.0 (196.0 to 288.1)"]
    assert ["Median (IQR)", *medians, *blanks] in activation
    counts = ["21 / 22", "243"]
    assert ["Adjusted difference", "", "", "4.9 (0.4 to 9.5)", ".04", ".07", *counts] in activation
    assert ["Hedges g", "", "", "0.64 (0.03 to 1.24)", "", "", *counts] in activation
    people = _rows(report, "participants")
    assert ["n (missing)", "21 (0)", "22 (1)", ""] in people
    assert ["Age, years", "", "", "0.11"] in people
    assert ["Female, n (%)", "12 (57%)", "13 (59%)", ""] in people
    assert ["No pain, n (%)", "0 (0%)", "22 (100%)", ""] in people
    assert ["Sensitivity", "57% (37% to 76%)", "21 / 22"] in _rows(report, "sls_rating")
    assert ["Read", "252 (21)", "264 (22)", ""] in _rows(report, "flow_counts")
    assert ["Rejected", "4", "2"] in _rows(report, "signal_quality")
    assert ["SET ASIDE", "HOLD-01", "A hold above the ceiling", "2"] in _rows(report, "findings")


def test_every_sensitivity_row_is_in_its_table(report, inputs):
    planned = inputs.estimates[inputs.estimates["role"] == "sensitivity"]
    table = next(t for t in report.tables() if t.id == "sensitivity")
    printed = {num.source for row in table.rows for cell in row.cells for num in cell.nums}
    assert set(planned["estimate_id"]) <= printed


def test_coefficients_and_spreads_of_a_model_are_not_taken_for_results(report, inputs):
    """They share outcome, contrast and model with the result; only the role tells them apart."""
    inner = inputs.estimates[
        inputs.estimates["unit"].eq("log") | inputs.estimates["contrast"].str.startswith("between")
    ]
    assert len(inner)
    assert not set(inner["estimate_id"]) & set(report.used_ids())


def test_a_work_that_a_sentence_names_itself_is_not_cited_twice():
    short = CITATIONS["seabold2010"].short
    named = MethodSentence(
        "statistics", f"Models are those of statsmodels ({short}).", ("seabold2010",)
    )
    assert cite(named) == named.text
    plain = MethodSentence("statistics", "Models are those of statsmodels.", ("seabold2010",))
    assert cite(plain) == named.text


def test_the_report_shows_the_plan_as_it_was_given(inputs):
    planned = PlannedOutcome(
        role="primary", family="F7", model="censored_weibull", estimand="Ratio of times."
    )
    plan = Plan(outcomes={"hold_time_s/eyes_open": planned}, families={"F7": "bh"})
    (table,) = [t for t in build_report(replace(inputs, plan=plan)).tables() if t.id == "plan"]
    row, correlated = [tuple(cell.text for cell in row.cells) for row in table.rows]
    assert row[1:] == (
        "primary",
        "Weibull censored regression",
        "Ratio of times.",
        "F7 (Benjamini-Hochberg)",
    )
    assert correlated == (
        "Correlations within LBP",
        "exploratory",
        "Spearman",
        "",
        "F3 (Benjamini-Hochberg)",
    )
