"""ICC, SEM, MDC and limits of agreement against R, and what they must be when data are moved."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.agreement.bland_altman import limits_of_agreement
from pipeline.statistics.models.agreement.icc import icc_family, measurement_error
from pipeline.statistics.models.agreement.repeated_values import RepeatedValues

TABLES = {
    "gmed_dom": ("activation", "gmed_pct_mvic"),
    "strength_dom": ("strength", "abd_strength_n_kg"),
    "loghold_dom_naive": ("hold_times", "log_hold"),
}
R_NAMES = {
    "ICC1": "icc_1_1",
    "ICC2": "icc_2_1",
    "ICC3": "icc_3_1",
    "ICC1k": "icc_1_k",
    "ICC2k": "icc_2_k",
    "ICC3k": "icc_3_k",
}


@pytest.fixture(scope="session")
def trials(tables):
    """Trials of the dominant leg (eyes open), a row per participant, as R made them."""
    dominant = tables["participants"].set_index("participant_id")["dominant_leg"]

    def of(name):
        table, column = TABLES[name]
        rows = tables[table]
        if table == "hold_times":
            rows = rows.loc[rows["condition"].eq("eyes_open") & rows["hold_time_s"].notna()]
            rows = rows.assign(log_hold=np.log(rows["hold_time_s"]))
        rows = rows.loc[rows["leg"].eq(rows["participant_id"].map(dominant))]
        return RepeatedValues.of(rows, column, "participant_id", "trial")

    return of


@pytest.mark.parametrize("name", TABLES)
def test_the_six_coefficients_are_r_psych(trials, golden, tolerances, name):
    block, rtol = golden["icc"][name], tolerances["ICC"]
    found = icc_family(trials(name))
    assert (found.n, found.k) == (block["n"], block["k"])
    keys = {"icc": "icc", "f": "F", "df1": "df1", "df2": "df2", "p": "p"}
    for r_name, ours in R_NAMES.items():
        one = getattr(found, ours)
        for field, key in (keys | {"ci_low": "lo", "ci_high": "hi"}).items():
            assert getattr(one, field) == pytest.approx(block[r_name][key], rel=rtol, abs=0), r_name


@pytest.mark.parametrize("name", TABLES)
def test_measurement_error_is_r(trials, golden, tolerances, name):
    block, rtol = golden["icc"][name], tolerances["SEM"]
    found = measurement_error(trials(name))
    keys = {
        "sem_consistency": "sem_consistency",
        "sem_agreement": "sem_agreement",
        "sem_from_sd": "sem_sd_icc31",
        "mdc_consistency": "mdc95_consistency",
        "mdc_agreement": "mdc95_agreement",
    }
    for field, key in keys.items():
        assert getattr(found, field) == pytest.approx(block[key], rel=rtol, abs=0), field
    assert found.ci_low < found.sem_consistency < found.ci_high


def test_limits_of_agreement_are_r(trials, golden):
    block = golden["bland_altman_gmed_t1_t2"]
    first, second, _ = trials("gmed_dom").cells.T
    found = limits_of_agreement(first, second)
    assert found.n == block["n"]
    assert (found.bias.estimate, found.sd) == pytest.approx(
        (block["bias"], block["sd"]), rel=1e-9, abs=0
    )
    assert (found.low, found.high) == pytest.approx(tuple(block["loa"]), rel=1e-12, abs=0)
    interval = (found.bias.ci_low, found.bias.ci_high)
    assert interval == pytest.approx(tuple(block["bias_ci"]), rel=1e-9, abs=0)
    assert found.limit_se == pytest.approx(block["loa_se"], rel=1e-12, abs=0)
    assert found.low_ci[0] < found.low < found.low_ci[1] < found.high_ci[0]


def test_the_example_of_shrout_and_fleiss():
    ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    found = icc_family(RepeatedValues(np.array(ratings, dtype=float)))
    printed = {"1_1": 0.17, "2_1": 0.29, "3_1": 0.71, "1_k": 0.44, "2_k": 0.62, "3_k": 0.91}
    for name, value in printed.items():
        assert round(getattr(found, f"icc_{name}").icc, 2) == value


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 5.0, 1e4]))
def test_order_units_and_zero_point_do_not_matter(seed, scale):
    rng = np.random.default_rng(seed)
    x = rng.normal(30, 5, (12, 1)) + rng.normal(0, 3, (12, 3)) + [0, 1, 2]
    moved = scale * x[rng.permutation(12)][:, rng.permutation(3)] + 7 * scale
    for name in R_NAMES.values():
        one, other = (getattr(icc_family(RepeatedValues(t)), name) for t in (x, moved))
        assert (other.icc, other.ci_low) == pytest.approx((one.icc, one.ci_low), rel=1e-6, abs=1e-9)
    sem, moved_sem = (measurement_error(RepeatedValues(t)) for t in (x, moved))
    assert moved_sem.mdc_agreement == pytest.approx(scale * sem.mdc_agreement, rel=1e-6, abs=0)
    a, b = (limits_of_agreement(*t) for t in ((x[:, 0], x[:, 1]), (x[:, 1], x[:, 0])))
    assert (b.low, b.high_ci[1]) == pytest.approx((-a.high, -a.low_ci[0]))
    assert a.slope.statistic == pytest.approx(-b.slope.statistic, rel=1e-6, abs=0)


def test_a_shift_of_one_rater_lowers_agreement_and_not_consistency():
    rng = np.random.default_rng(8)
    x = rng.normal(30, 5, (20, 1)) + rng.normal(0, 2, (20, 3))
    before, after = (icc_family(RepeatedValues(x + shift)) for shift in ([0, 0, 0], [0, 0, 9]))
    assert after.icc_3_1.icc == pytest.approx(before.icc_3_1.icc)
    assert after.icc_2_1.icc < before.icc_2_1.icc - 0.2
    assert measurement_error(RepeatedValues(np.add(x, [0, 0, 9]))).mdc_agreement > 10


def test_a_table_is_made_of_complete_rows_and_says_how_many_it_left_out():
    rows = pd.DataFrame(
        {
            "who": ["b", "b", "a", "a", "c", "d", "d"],
            "trial": [2, 1, 1, 2, 1, 1, 2],
            "value": [4.0, 3, 1, 2, 9, np.nan, 5],
        }
    )
    table = RepeatedValues.of(rows, "value", "who", "trial")
    assert (table.cells.tolist(), table.n_left_out) == ([[1, 2], [3, 4]], 2)
    with pytest.raises(ValueError, match="several rows of one trial"):
        RepeatedValues.of(rows.assign(trial=1), "value", "who", "trial")
    with pytest.raises(NotEstimableError, match="one value; at least two"):
        RepeatedValues.of(rows[rows["trial"] == 1], "value", "who", "trial")
    with pytest.raises(NotEstimableError, match="with all values is 0"):
        RepeatedValues.of(rows.iloc[[4, 6]], "value", "who", "trial")
    with pytest.raises(ValueError, match="without missing"):
        RepeatedValues(np.array([[1.0, np.nan], [2, 3]]))


def test_measurements_without_error_say_so():
    same = RepeatedValues(np.array([[0.3, 0.1 + 0.2], [2.0, 2.0], [5.0, 5.0]]))
    for function in (icc_family, measurement_error):
        with pytest.raises(NotEstimableError, match="no error to estimate"):
            function(same)
        with pytest.raises(NotEstimableError, match="no error to estimate"):
            function(RepeatedValues(np.add(same.cells, [0, 4])))
    with pytest.raises(NotEstimableError, match="same amount in all"):
        limits_of_agreement([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    with pytest.raises(NotEstimableError, match="At least two"):
        limits_of_agreement([1.0], [2.0])
    with pytest.raises(ValueError, match="two values"):
        limits_of_agreement([1.0, np.nan], [2.0, 3.0])
    assert limits_of_agreement([1.0, 2.0], [2.0, 5.0]).slope is None
