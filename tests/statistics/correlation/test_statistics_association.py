"""Correlations against R."""

import numpy as np
import pytest

from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.models.correlation.association import pearson, spearman


@pytest.mark.parametrize(
    ("score", "key"), [("vas_mm", "lbp_gmed_vas"), ("odi_pct", "lbp_gmed_odi")]
)
def test_correlations_are_r_cor_test(derived, golden, tolerances, score, key):
    pairs = derived.loc[derived["group"] == "LBP", ["gmed", score]].dropna().to_numpy(float)
    expected, rtol = golden["cor"][key], tolerances["correlation"]
    r, rho = pearson(*pairs.T), spearman(*pairs.T)
    assert (r.n, r.r, r.p) == pytest.approx((expected["n"], expected["r"], expected["p"]), rel=rtol)
    assert [r.ci_low, r.ci_high] == pytest.approx(expected["ci"], rel=rtol)
    assert (rho.r, rho.p) == pytest.approx((expected["rho"], expected["rho_p"]), rel=rtol)
    width = np.arctanh(rho.ci_high) - np.arctanh(rho.ci_low)
    bonett_wright = 2 * 1.959963984540054 * np.sqrt((1 + rho.r**2 / 2) / (rho.n - 3))
    assert width == pytest.approx(bonett_wright, rel=1e-9)


def test_correlations_that_cannot_be_say_why():
    with pytest.raises(NotEstimableError, match="at least 4"):
        pearson(np.arange(3.0), np.array([1.0, 5, 2]))
    with pytest.raises(NotEstimableError, match="same value"):
        spearman(np.ones(6), np.arange(6.0))
    with pytest.raises(NotEstimableError, match="exactly"):
        pearson(np.arange(6.0), np.arange(6.0))
