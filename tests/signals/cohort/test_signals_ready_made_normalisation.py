"""Ready-made percentages say what they are of, and only those of an MVIC may be called %MVIC."""

import pandas as pd
import pytest

from pipeline.signals.cohort.ready_made import with_ready_made
from schemas.activation import Activation
from schemas.columns import empty_table
from schemas.normalisation import NORMALISATIONS

PERCENTAGES = ["gmed_pct_mvic", "gmed_peak_pct_mvic"]


def ready_made(**values):
    empty = empty_table(Activation)
    key = {"participant_id": "P1", "visit": "baseline", "task": "t", "leg": "left", "trial": 1}
    row = {"gmed_pct_mvic": 31.0, "gmed_peak_pct_mvic": 50.0, **values, **key}
    return Activation.validate(pd.DataFrame([row], columns=list(empty.columns)))


def combined(given, term):
    method = None if term is None else NORMALISATIONS[term]
    return with_ready_made(empty_table(Activation), given, method).iloc[0]


@pytest.mark.parametrize("term", ["mvc_isometric", "mvc_same_task"])
def test_percentages_of_an_mvic_stay_and_carry_the_declared_term(term):
    row = combined(ready_made(), term)
    assert row[PERCENTAGES].tolist() == [31.0, 50.0]
    assert row["normalisation"] == term
    assert pd.isna(row["gmed_pct_reference"])


@pytest.mark.parametrize("term", ["submaximal_task", "task_peak", "task_mean"])
def test_percentages_of_anything_else_move_to_where_nothing_compares_them(term):
    row = combined(ready_made(), term)
    assert row[PERCENTAGES].isna().all()
    assert row["gmed_pct_reference"] == 31.0
    assert row["normalisation"] == term


def test_a_row_may_say_itself_what_it_is_divided_by():
    row = combined(ready_made(normalisation="task_peak"), "mvc_isometric")
    assert pd.isna(row["gmed_pct_mvic"])
    assert (row["gmed_pct_reference"], row["normalisation"]) == (31.0, "task_peak")


def test_undeclared_percentages_are_kept_as_they_were_given():
    row = combined(ready_made(), None)
    assert row["gmed_pct_mvic"] == 31.0
    assert pd.isna(row["normalisation"])


def test_microvolts_need_no_term():
    given = ready_made(gmed_rms_uv=20.0).assign(gmed_pct_mvic=float("nan"))
    assert pd.isna(combined(given, "mvc_isometric")["normalisation"])
