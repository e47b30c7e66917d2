"""A picture of a recording: well-formed, small, complete, and nothing in it can run."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publishing.signal_pages.picture_layout import PictureView, Scale, scale_of, tick_text
from pipeline.publishing.signal_pages.picture_marks import free_stretch
from pipeline.publishing.signal_pages.picture_shapes import band_path, line_path
from pipeline.publishing.signal_pages.recording_picture import recording_svg

SVG = "{http://www.w3.org/2000/svg}"
sizes, seeds = st.integers(2, 200), st.integers(0, 2**32 - 1)


def _heights(size, seed):
    """Whole heights with stretches that are missing, and how much higher the highest sample is."""
    rng = np.random.default_rng(seed)
    values = rng.integers(-90, 91, size).astype(float)
    values[rng.random(size) < rng.choice([0.0, 0.1, 0.9])] = np.nan
    return values, rng.integers(0, 91, size) * rng.integers(0, 2, size)


def _drawn(path):
    """Every corner of a path of M, h, v and l, as (x, y)."""
    x = y = 0.0
    corners = []
    for command, numbers in re.findall(r"([MhvlHVz])([^MhvlHVz]*)", path):
        values = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", numbers)]
        if command == "M":
            x, y = values
        elif command == "h":
            x += values[0]
        elif command == "v":
            y += values[0]
        else:
            x, y = x + values[0], y + values[1]
        corners.append((x, y))
    return corners


@settings(deadline=None)
@given(size=sizes, seed=seeds)
def test_a_band_reaches_the_lowest_and_highest_value_of_every_column(size, seed):
    low, rise = _heights(size, seed)
    high = low + rise
    corners = _drawn(band_path(low, high, Scale(0, size, 0, size), Scale(-180, 180, 180, -180)))
    by_column = {}
    for x, y in corners:
        by_column.setdefault(int(x), []).append(-y)
    for column in range(size):
        if np.isnan(low[column]):
            assert column not in by_column
        else:
            assert min(by_column[column]) == low[column]
            assert max(by_column[column]) == high[column]


@settings(deadline=None)
@given(size=sizes, seed=seeds)
def test_a_line_stays_within_one_unit_of_its_values(size, seed):
    values, _ = _heights(size, seed)
    corners = _drawn(line_path(values, Scale(0, size, 0, size), Scale(-180, 180, 180, -180)))
    there = np.flatnonzero(np.isfinite(values))
    assert bool(corners) == bool(there.size)
    for x, y in corners:
        column = min(int(x), size - 1)
        near = values[max(column - 1, 0) : column + 1]
        assert np.nanmin(np.abs(near + y)) <= 1


def test_a_tap_of_one_column_stays_in_a_line_of_every_other_column():
    values = np.zeros(600)
    values[301] = 60.0
    corners = _drawn(line_path(values, Scale(0, 600, 0, 600), Scale(0, 100, 100, 0), every=2))
    assert min(y for _, y in corners) == 40


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (-3, 4), (-350, 350), (2490, 2510), (-2e8, 2e8), (0, 1e-3), (0.0763, 0.0764), (0, 0)],
)
def test_ticks_are_few_round_and_inside(low, high):
    scale = scale_of([np.array([low, high], float)], 100, 0, least=1e-4)
    ticks = scale.ticks(5)
    assert 1 <= len(ticks) <= 5
    assert all(scale.holds(tick) for tick in ticks)
    assert all(len(tick_text(tick)) <= 9 for tick in ticks)


def _views(rows):
    return {row["view"]: PictureView.of(row) for row in rows}


@pytest.fixture(scope="module")
def picture(made):
    row = made.signals_row()
    return recording_svg(row, _views(made.trace_rows(made.key())), is_alone=True)


def _texts(svg):
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_a_picture_is_well_formed_and_small(picture):
    root = ET.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    assert len(picture.encode()) <= 12_000
    assert {child.tag for child in root.iter()} <= {
        f"{SVG}{n}" for n in ("svg", "style", "path", "text")
    }


def test_a_picture_names_units_events_windows_and_onset(picture):
    texts = _texts(picture)
    for words in (
        "raw EMG, µV", "envelope, µV", "force, N", "lift-off", "touch-down", "rest 1.5 s",
        "stance, measured 6.0 s", "onset", "onset −80 ms (−95 to −69)", "lifted foot", "stance foot",
        "seconds from the start of the file", "ms from lift-off",
    ):  # fmt: skip
        assert words in texts


def test_a_picture_says_in_words_what_it_shows(picture):
    label = ET.fromstring(picture).get("aria-label")
    assert label == (
        "Raw EMG, envelope and force of 001, left leg, stance trial 1. Lift-off at 3.00 s, touch-down "
        "at 9.00 s, onset at 2.92 s. Signal quality: good."
    )


def test_a_touch_that_is_not_the_end_is_called_first_touch(made):
    row = made.signals_row(reload_s=9.5)
    texts = _texts(recording_svg(row, _views(made.trace_rows(made.key())), is_alone=True))
    assert {"first touch", "loaded for good"} <= set(texts)
    assert "touch-down" not in texts


def test_the_same_table_gives_the_same_picture(made, picture):
    again = recording_svg(made.signals_row(), _views(made.trace_rows(made.key())), is_alone=True)
    assert again == picture


def test_without_force_there_is_no_strip_for_it_and_an_mvic_has_no_view_of_lift_off(made):
    key = made.key(role="mvic")
    row = made.signals_row(role="mvic", window_from="file", peak_start_s=4.2, peak_end_s=4.7)
    svg = recording_svg(row, _views(made.trace_rows(key, has_force=False)), is_alone=True)
    texts = _texts(svg)
    assert "force, N" not in texts
    assert "ms from lift-off" not in texts
    assert "measured 6.0 s" in texts
    assert '<path class="peak"' in svg
    assert "highest 0.5 s" in texts


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ([], (0, 100)),
        ([(20, 30)], (30, 100)),
        ([(70, 80)], (0, 70)),
        ([(-10, 10), (60, 200)], (10, 60)),
        ([(200, 300)], (0, 100)),
    ],
)
def test_words_of_a_bar_stand_where_no_other_bar_is(taken, free):
    assert free_stretch(0, 100, taken) == free


def test_a_dead_channel_and_one_without_samples_are_drawn(made):
    for steps in (np.zeros(600, np.int16), np.full(600, made.missing, np.int16)):
        rows = made.trace_rows(made.key(), raw_low=steps)
        rows[0]["raw_high"] = steps
        svg = recording_svg(made.signals_row(), _views(rows), is_alone=True)
        assert "NaN" not in svg
        assert "nan" not in svg
        ET.fromstring(svg)


def test_texts_of_the_table_stay_texts(made):
    evil = '"><script>alert(1)</script>&\u202e'
    row = made.signals_row(participant_id=evil)
    svg = recording_svg(row, _views(made.trace_rows(made.key())), heading=(evil,), is_alone=True)
    assert "<script" not in svg
    assert "\u202e" not in svg
    assert evil[:-1] in ET.fromstring(svg).get("aria-label")


def test_events_outside_the_view_are_not_drawn(made):
    row = made.signals_row(onset_s=12.0, onset_low_s=11.0, onset_high_s=13.0, touchdown_s=15.0)
    texts = _texts(recording_svg(row, _views(made.trace_rows(made.key())), is_alone=True))
    assert "touch-down" not in texts
    assert not [text for text in texts if text.startswith("onset")]
