"""Turnbull's curve: Kaplan-Meier without intervals, closed forms with them."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.survival.curves import interval_curve


def test_exact_and_right_censored_times_give_kaplan_meier():
    rng = np.random.default_rng(0)
    times = np.round(rng.exponential(10, 200), 1) + 0.1
    ended = rng.random(200) < 0.7
    known = SurvfuncRight(times, ended)
    curve = interval_curve(times, np.where(ended, times, np.inf))
    finite = curve[np.isfinite(curve["time"])]
    np.testing.assert_allclose(finite["time"], known.surv_times)
    np.testing.assert_allclose(finite["survival"], known.surv_prob, atol=1e-4)


def test_intervals_that_meet_share_their_overlap():
    # (0, 2], (1, 3] and (5, 6]: two thirds lie in (1, 2], a third in (5, 6]
    curve = interval_curve([0.0, 1.0, 5.0], [2.0, 3.0, 6.0]).set_index("time")
    assert curve.loc[2.0, "share"] == pytest.approx(2 / 3, abs=1e-4)
    assert curve.loc[3.0, "share"] == pytest.approx(0.0, abs=1e-4)
    assert curve.loc[6.0, "share"] == pytest.approx(1 / 3, abs=1e-4)


def test_shares_sum_to_one_and_no_rows_say_so():
    curve = interval_curve([-np.inf, 1.0, 2.0, 2.0], [1.5, np.inf, 2.0, np.inf])
    assert curve["share"].sum() == pytest.approx(1.0)
    with pytest.raises(NotEstimableError, match="No trial"):
        interval_curve([], [])
