"""Does the model fit: the verdict comes first, in words, and names what does not rest on what is in doubt."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.publishing.build import build_report
from pipeline.publishing.figures.model_fit import model_fit
from pipeline.publishing.release_files import release_files
from schemas.diagnostics import DiagnosticPoints

GMED = "gmed_pct_mvic:mixed_nested:adjusted"


def points_of(*names, n=30):
    x = np.linspace(-2, 2, n)
    frames = [
        pd.DataFrame(
            {
                "estimate_id": GMED,
                "outcome": "gmed_pct_mvic",
                "model": "mixed_nested",
                "diagnostic": name,
                "participant_id": [f"P{at:02d}" for at in range(n)],
                "x": x,
                "y": x**3 / 4,
                "expected_low": x - 0.5,
                "expected_high": x + 0.5,
            }
        )
        for name in names
    ]
    return DiagnosticPoints.validate(pd.concat(frames, ignore_index=True))


@pytest.fixture(scope="module")
def with_points(light):
    points = points_of("distribution_of_residuals", "influence")
    inputs = replace(light, diagnostic_points=points).cleaned()
    return inputs, build_report(inputs)


def section_of(report):
    return next(one for one in report.sections if one.id == "model-fit")


def test_the_verdict_on_each_planned_model_comes_first(with_points):
    _, report = with_points
    leads = [
        report.text_of(block)
        for block in section_of(report).blocks
        if getattr(block, "kind", "") == "lead"
    ]
    assert leads[0].endswith("no sign against the model.")
    assert "look at the fit. Trials do not vary along a normal curve" in leads[1]
    assert "Brunner-Munzel test, participant means" in leads[1]


def test_sensitivity_models_in_doubt_are_named_and_missing_verdicts_have_their_reason(with_points):
    _, report = with_points
    blocks = section_of(report).blocks
    texts = [report.text_of(block) for block in blocks if hasattr(block, "fragments")]
    assert any("Of the sensitivity models, look at: Regression of participant" in t for t in texts)
    table = next(table for table in report.tables() if table.id == "model_fit")
    verdicts = [row.cells[-1].text for row in table.rows if row.kind == "body"]
    assert verdicts == [
        "No sign",
        "No sign",
        "Look at",
        "The model found no differences between participants.",
    ]


def test_a_figure_per_primary_model_whose_points_stay_in_the_lab(with_points):
    inputs, report = with_points
    figure = next(one for one in report.figures() if one.id == "model_fit_gmed_pct_mvic")
    assert "distribution of trials" in figure.alt
    files = release_files(report, inputs, internal_tables={})
    assert "figures/model_fit_gmed_pct_mvic.svg" in files
    assert "internal/model_fit_gmed_pct_mvic.csv" in files
    assert b"P03" in files["internal/diagnostic_points.csv"]
    shared = [name for name in files if not name.startswith("internal/")]
    assert {"model_diagnostics.csv", "model_diagnostics.parquet"} <= set(shared)
    assert not [name for name in shared if b"P03" in files[name]]


def test_without_points_there_is_no_figure_and_without_models_a_sentence(light):
    assert model_fit(points_of("influence").iloc[:0], frozenset(), "GMed", "x") is None
    report = build_report(replace(light, diagnostics=light.diagnostics.iloc[:0]))
    (text,) = section_of(report).blocks
    assert report.text_of(text).startswith("No planned model could be fitted")
