"""Figures: what is drawn, and what happens at the edges."""

import re

import numpy as np
import pandas as pd
import pytest

from pipeline.publishing.figures.activation_points import activation_points, spread_points
from pipeline.publishing.figures.flow import FlowLane, flow_figure
from pipeline.publishing.figures.forest import forest
from pipeline.publishing.figures.hold_survival import CURVE_COLUMNS, hold_survival
from pipeline.publishing.writers.docx_parts import fitted_size_and_widths, text_width

GROUPS = ("LBP", "control")


def _curves(**columns):
    frame = pd.DataFrame(columns)
    return frame.assign(outcome="hold_time_s/eyes_open")[list(CURVE_COLUMNS)]


@pytest.fixture
def curves():
    return _curves(
        group=["LBP"] * 3 + ["control"] * 2,
        time_s=[0.0, 5.0, 30.0, 0.0, 30.0],
        survival=[1.0, 0.5, 0.5, 1.0, 1.0],
        n_at_risk=[4, 4, 2, 3, 3],
        n_censored=[0, 0, 2, 0, 3],
    )


def test_a_survival_figure_without_dates_or_program_names(curves):
    figure = hold_survival(curves, GROUPS, "Hold time, eyes open", "x")
    assert b"dc:date" not in figure.svg
    assert b"Matplotlib" not in figure.svg.replace(b"matplotlib", b"")
    assert b"Software" not in figure.png
    assert list(figure.data.columns) == list(CURVE_COLUMNS)


def test_a_curve_of_one_group_or_of_one_moment_is_drawn(curves):
    assert hold_survival(curves[curves["group"] == "LBP"], GROUPS, "Hold", "x") is not None
    assert hold_survival(curves[curves["time_s"] == 0.0], GROUPS, "Hold", "x") is not None
    assert hold_survival(curves.iloc[:0], GROUPS, "Hold", "x") is None


def test_a_label_in_another_script_is_drawn_without_a_warning(curves):
    renamed = curves.assign(group=curves["group"].replace({"LBP": "腰痛"}))
    assert hold_survival(renamed, ("腰痛", "control"), "Hold", "x") is not None


def test_every_point_is_in_the_picture_and_in_the_table():
    generator = np.random.default_rng(1)
    points = pd.DataFrame(
        {
            "group": ["LBP"] * 20 + ["control"] * 20,
            "leg": ["left", "right"] * 20,
            "value": generator.normal(30, 5, 40),
        }
    )
    figure = activation_points(
        points, {}, GROUPS, "Activation", "Activation (%MVIC)", "x", ci_label="95% CI"
    )
    assert sorted(figure.data["value"]) == sorted(points["value"])
    assert "participant_id" not in figure.data.columns
    # Each marker is one <use> of a shape; the legend adds one of its own.
    axes = figure.svg.decode().count("<use ")
    assert axes >= len(points)


def test_dots_are_spread_by_rank_and_not_by_chance():
    values = np.arange(30.0)
    places = spread_points(values)
    assert np.array_equal(places, spread_points(values[::-1]))
    assert np.all(np.abs(places) <= 1)
    assert len(np.unique(np.round(places, 6))) == 30


def test_nothing_to_draw_gives_no_figure():
    empty = pd.DataFrame({"group": [], "leg": [], "value": []})
    assert activation_points(empty, {}, GROUPS, "A", "A", "x", ci_label="95% CI") is None
    assert forest([], "caption", "x") is None
    assert flow_figure([], pd.DataFrame(), "caption", "x") is None


def test_long_reasons_and_long_labels_fit_a_flow_figure():
    label = "chronic-low-back-pain-with-radiculopathy"
    lane = FlowLane(label, (("Read", ("9 trials",)), ("Left", ("reason " * 30,)), ("Analysed", ())))
    figure = flow_figure([lane, lane], pd.DataFrame({"n": [1]}), "caption", "x")
    size = re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', figure.svg)
    assert float(size.group(1)) == pytest.approx(6.3 * 72)


def test_columns_are_wide_enough_for_every_word_and_number(report):
    for table in report.tables():
        size_pt, widths = fitted_size_and_widths(table, 17.0, 0.24, (9.5, 9, 8.5, 8, 7.5, 7))
        assert sum(widths) <= 17.0 + 1e-9
        em = size_pt * 2.54 / 72
        for place, column in enumerate(table.columns):
            room = (widths[place] - 0.24) / em
            pieces = column.label.split()
            for row in table.rows:
                if row.is_bare_heading:
                    continue
                cell = row.cells[place]
                pieces += [cell.text] if cell.nums else cell.text.split()
            assert max(text_width(piece) for piece in pieces) <= room, (table.id, column.label)


def test_columns_differ_in_width_by_what_they_hold(report):
    table = next(t for t in report.tables() if t.id == "findings")
    _, widths = fitted_size_and_widths(table, 17.0, 0.24, (9.5,))
    assert widths[2] == max(widths)
