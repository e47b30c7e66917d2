"""CR2 of mixed models by dense matrices, what must not change it, and its error rates in matched cohorts."""

import numpy as np
import pandas as pd
import pytest
from scipy import linalg

from pipeline.statistics.diagnostics.of_measured_models import mixed_residuals
from pipeline.statistics.estimates.clusters import Clusters
from pipeline.statistics.estimates.p_values import infer
from pipeline.statistics.models.mixed import guarded_fit
from pipeline.statistics.models.mixed.guarded_fit import fit_guarded
from pipeline.statistics.models.mixed.robust_errors import FEWEST_CLUSTERS, FEWEST_OF_A_GROUP


def cohort(rng, groups, pairs=0, case_sd=1.0, missing=0.0):
    """Two legs of three trials. groups: (cases, controls); the first `pairs` of both are matched."""
    n = sum(groups)
    is_case = np.arange(n) < groups[0]
    within = np.where(is_case, np.arange(n), np.arange(n) - groups[0])
    spread = np.where(is_case, case_sd, 1.0)
    of_pair = rng.normal(0, 0.45, max(pairs, 1))
    level = rng.normal(0, 0.30, n) * spread
    level += np.where(within < pairs, of_pair[np.minimum(within, max(pairs, 1) - 1)], 0.0)
    legs = rng.normal(0, 0.20, (n, 2)) * spread[:, None]
    values = level[:, None, None] + legs[:, :, None]
    values = values + rng.normal(0, 0.35, (n, 2, 3)) * spread[:, None, None]
    person = np.repeat(np.arange(n), 6)
    rows = pd.DataFrame(
        {
            "participant_id": [f"P{at:03d}" for at in person],
            "group": np.where(is_case, "LBP", "control")[person],
            "pair_id": pd.Series(
                [f"S{within[at]:02d}" if within[at] < pairs else None for at in person],
                dtype=object,
            ),
            "leg": np.tile(np.repeat(["left", "right"], 3), n),
            "dom": np.tile(np.repeat([0.0, 1.0], 3), n),
            "age_years": rng.normal(40, 10, n)[person],
            "value": values.ravel(),
        }
    )
    return rows[rng.random(len(rows)) >= missing].reset_index(drop=True)


def fitted(rows, terms=("age_years", "dom"), **options):
    group = (rows["group"] == "LBP").astype(float)
    exog = pd.DataFrame({"const": 1.0, "group": group}).assign(**{t: rows[t] for t in terms})
    people = rows["participant_id"]
    sets = Clusters.of(rows, rows["group"]).in_model
    options = {"refit": False, **options}
    return exog, fit_guarded(
        rows["value"], exog, people, people + " " + rows["leg"], sets=sets, **options
    )


def dense(rows, exog, fit):
    """Standard errors and degrees of freedom of CR2 from n x n matrices, and the rows' covariance."""
    x, y, n = exog.to_numpy(float), rows["value"].to_numpy(float), len(rows)
    people = rows["participant_id"]
    clusters = Clusters.of(rows, rows["group"]).codes
    levels = {"set": clusters, "participant": people, "leg": people + rows["leg"]}
    cov = fit.variances["residual"] * np.eye(n)
    for name in fit.factors:
        codes = levels[name].to_numpy()
        cov += fit.variances[name] * (codes[:, None] == codes)
    white = np.linalg.inv(np.linalg.cholesky(cov))
    wx, wy = white @ x, white @ y
    inverse = np.linalg.inv(wx.T @ wx)
    left = np.eye(n) - wx @ inverse @ wx.T
    found = clusters.to_numpy()
    influence = []
    for code in pd.unique(found):
        own = np.flatnonzero(found == code)
        root = linalg.fractional_matrix_power(left[np.ix_(own, own)], -0.5).real
        influence.append(inverse @ wx[own].T @ root @ left[own])
    beta = np.array([part @ wy for part in influence])  # (clusters, k): corrected residuals' pull
    se = np.sqrt((beta**2).sum(axis=0))
    df = []
    for term in range(x.shape[1]):
        pulls = np.array([part[term] for part in influence])
        q = pulls @ pulls.T
        df.append(np.trace(q) ** 2 / np.trace(q @ q))
    return se, np.array(df), cov


@pytest.mark.parametrize(
    ("groups", "pairs", "missing"),
    [((7, 7), 0, 0.0), ((6, 9), 0, 0.2), ((11, 11), 11, 0.0), ((13, 10), 8, 0.2)],
)
def test_cr2_is_that_of_dense_matrices(groups, pairs, missing):
    rows = cohort(np.random.default_rng(5), groups, pairs, missing=missing)
    exog, fit = fitted(rows)
    se, df, _ = dense(rows, exog, fit)
    assert fit.errors == "cr2" and ("set" in fit.factors) == (pairs > 0)
    np.testing.assert_allclose(fit.coefficients["se"], se, rtol=1e-8)
    np.testing.assert_allclose(fit.coefficients["df"], df, rtol=1e-8)


@pytest.mark.parametrize("pairs", [0, 9])
def test_order_names_sides_and_units_do_not_change_it(pairs):
    rng = np.random.default_rng(6)
    rows = cohort(rng, (11, 12), pairs, missing=0.1)
    first = fitted(rows)[1].coefficients.loc["group"]
    names = rows["participant_id"].unique()
    renamed = dict(zip(names, rng.permutation(names), strict=True))
    moved = rows.assign(participant_id=rows["participant_id"].map(renamed))
    again = fitted(moved.sample(frac=1, random_state=1).reset_index(drop=True))[1]
    np.testing.assert_allclose(again.coefficients.loc["group"], first, rtol=1e-7)
    other = rows.assign(group=np.where(rows["group"] == "LBP", "control", "LBP"))
    swapped = fitted(other)[1].coefficients.loc["group"]
    np.testing.assert_allclose(swapped * [-1, 1, 1], first, rtol=1e-7)
    units = rows.assign(value=1e3 * rows["value"] + 7, age_years=12e3 * rows["age_years"])
    scaled = fitted(units)[1].coefficients.loc["group"]
    np.testing.assert_allclose(scaled / [1e3, 1e3, 1], first, rtol=1e-6)


def test_a_set_has_an_intercept_that_mixedlm_confirms():
    rows = cohort(np.random.default_rng(7), (14, 12), 12)
    fit = fitted(rows, refit=True)[1]
    assert fit.factors == ("set", "participant", "leg")
    assert list(fit.variances.index) == ["residual", "set", "participant", "leg"]
    assert fit.formula("value", "group").endswith(
        "(1 | pair_id) + (1 | participant) + (1 | participant:leg)"
    )
    assert fit.confirmed_by.route == "statsmodels_mixedlm" and not fit.on_boundary


def test_where_mixedlm_fails_on_sets_the_sums_confirm(monkeypatch):
    rows = cohort(np.random.default_rng(7), (14, 12), 12)

    def fails(_):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(guarded_fit, "_mixedlm", fails)
    fit = fitted(rows, refit=True)[1]
    assert (fit.model, fit.confirmed_by.route) == ("mixed_model", "likelihood_by_sums")


def test_one_row_each_in_sets_has_the_set_alone():
    rows = cohort(np.random.default_rng(8), (12, 12), 12).drop_duplicates("participant_id")
    fit = fitted(rows.reset_index(drop=True), terms=("age_years",))[1]
    assert (fit.model, fit.factors) == ("mixed_model", ("set",))


def test_few_clusters_or_a_group_of_two_keep_kenward_roger():
    few = fitted(cohort(np.random.default_rng(9), (9, 9), FEWEST_CLUSTERS - 1), terms=())[1]
    two = fitted(cohort(np.random.default_rng(9), (FEWEST_OF_A_GROUP - 1, 20)), terms=())[1]
    for fit in (few, two):
        assert fit.errors == "kenward_roger"
        pd.testing.assert_frame_equal(fit.coefficients, fit.kenward_roger)
    assert fitted(cohort(np.random.default_rng(9), (10, 10), 10), terms=())[1].errors == "cr2"


def test_changes_without_a_participant_of_a_set_are_generalised_least_squares():
    rows = cohort(np.random.default_rng(10), (11, 10), 9, missing=0.1)
    exog, fit = fitted(rows)
    people = rows["participant_id"]
    sets = Clusters.of(rows, rows["group"]).codes
    found = mixed_residuals(fit.results, rows["value"], exog, people, rows["leg"], sets=sets)
    cov, x, y = dense(rows, exog, fit)[2], exog.to_numpy(float), rows["value"].to_numpy(float)

    def gls(kept):
        inverse = np.linalg.inv(cov[np.ix_(kept, kept)])
        return np.linalg.solve(x[kept].T @ inverse @ x[kept], x[kept].T @ inverse @ y[kept])

    everyone = gls(np.arange(len(rows)))
    for code in range(found.codes.max() + 1):
        change = gls(np.flatnonzero(found.codes != code)) - everyone
        np.testing.assert_allclose(found.changes[code], change, rtol=1e-6, atol=1e-9)
    between = cov - fit.variances["residual"] * np.eye(len(rows))
    predicted = x @ everyone + between @ np.linalg.inv(cov) @ (y - x @ everyone)
    np.testing.assert_allclose(found.fitted, predicted, rtol=1e-6, atol=1e-9)


def rejected(n_cohorts, seed, *args, **options):
    """Share of null cohorts with P < 0.05."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(n_cohorts):
        rows = cohort(rng, *args, **options)
        estimate, se, df = fitted(rows, terms=("dom",))[1].coefficients.loc["group"]
        found.append(infer(estimate, se, df=df, ci_level=0.95).p < 0.05)
    return float(np.mean(found))


def test_pairs_reject_about_as_often_as_they_may():
    assert 0.01 <= rejected(100, 11, (20, 20), 20) <= 0.11


@pytest.mark.slow
def test_twenty_pairs_reject_a_true_null_in_3_to_7_percent():
    assert 0.03 <= rejected(1000, 12, (20, 20), 20) <= 0.07


@pytest.mark.slow
def test_a_small_group_of_twice_the_spread_rejects_in_at_most_8_percent():
    assert rejected(1000, 13, (12, 36), case_sd=2.0) <= 0.08
