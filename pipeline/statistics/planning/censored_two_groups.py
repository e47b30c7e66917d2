"""The primary model of hold time for many simulated cohorts of two groups at once.

The same estimator as `CensoredNormal.fit_clustered` with a constant and the group. All trials stop
at one ceiling, so that a cohort enters the likelihood by four sums per group and the cluster-robust
errors by four per participant; thousands of cohorts are then solved together.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from pipeline.statistics.estimates.arrays import Flags, Floats
from pipeline.statistics.models.censored.expected_information import expected_information
from pipeline.statistics.models.censored.likelihood import NORMAL

_N_PARAMS = 3
"""Two means and a spread."""
_MOST_STEPS = 60
_SETTLED = 1e-12
"""Newton's decrement, in units of the log-likelihood, below which a cohort is solved."""
_MOST_HALVINGS = 30
_SMALLEST_LEFT = 1e-6
"""Of a direction that one participant alone determines."""
_LOG_ROOT_2_PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class CohortSums:
    """What a cohort says about the model. Index 0 is the reference group, 1 the case group.

    All of shape (n_cohorts, 2, n_per_group), by participant: n_ended: trials that ended before the
    ceiling; total, total_of_squares: of their log times; n_held: trials held to the ceiling.
    ln_ceiling: logarithm of the ceiling in the unit of the times.
    """

    n_ended: Floats
    total: Floats
    total_of_squares: Floats
    n_held: Floats
    ln_ceiling: float

    @staticmethod
    def of(ln_times: Floats, ln_ceiling: float) -> "CohortSums":
        """Sums of log times without ceiling, shape (n_cohorts, 2, n_per_group, n_trials)."""
        ended = ln_times < ln_ceiling
        values = np.where(ended, ln_times, 0.0)
        n_ended = ended.sum(axis=-1).astype(float)
        return CohortSums(
            n_ended,
            values.sum(axis=-1),
            np.einsum("...t,...t->...", values, values),
            ln_times.shape[-1] - n_ended,
            ln_ceiling,
        )

    def chosen(self, cohorts: Flags) -> "CohortSums":
        """The sums of some cohorts."""
        return CohortSums(
            self.n_ended[cohorts],
            self.total[cohorts],
            self.total_of_squares[cohorts],
            self.n_held[cohorts],
            self.ln_ceiling,
        )

    def by_group(self) -> tuple[Floats, Floats, Floats, Floats]:
        """n_ended, total, total_of_squares and n_held, each of shape (n_cohorts, 2)."""
        return (
            self.n_ended.sum(axis=-1),
            self.total.sum(axis=-1),
            self.total_of_squares.sum(axis=-1),
            self.n_held.sum(axis=-1),
        )


@dataclass(frozen=True)
class LogRatios:
    """The group's coefficient of every cohort, shape (n_cohorts,), NaN where there is no solution.

    log_ratio: case minus reference. se: CR2, participants as clusters. df: Satterthwaite's.
    """

    log_ratio: Floats
    se: Floats
    df: Floats


def fit_log_ratios(sums: CohortSums) -> LogRatios:
    """Maximum likelihood of every cohort, with the small-sample errors of the primary model (CR2).

    All participants of a group have the same expected information, so that the correction is one matrix
    for each group and cohort. Source: as of `ClusterScores`.
    """
    n_cohorts, _, n_per_group = sums.n_ended.shape
    point = _maxima(sums)
    information = _information(sums, point)
    solved = np.isfinite(point).all(axis=1) & (
        np.linalg.det(np.where(np.isfinite(information), information, 0.0)) > 0
    )
    log_ratio, se, df = (np.full(n_cohorts, np.nan) for _ in range(3))
    at, theta = point[solved], point[solved, 2]
    scores = _participant_scores(sums, point)[solved].reshape(-1, 2, n_per_group, _N_PARAMS)
    own = _expected_of_participant(sums, at)
    expected = n_per_group * own.sum(axis=1)
    root_values, vectors = np.linalg.eigh(expected)
    inverse_root = (vectors / np.sqrt(root_values)[:, None, :]) @ vectors.transpose(0, 2, 1)
    root = (vectors * np.sqrt(root_values)[:, None, :]) @ vectors.transpose(0, 2, 1)
    pull, basis = np.linalg.eigh(inverse_root[:, None] @ own @ inverse_root[:, None])
    left = 1 / np.sqrt(np.maximum(1 - pull, _SMALLEST_LEFT))
    half = (basis * left[..., None, :]) @ basis.swapaxes(-1, -2)
    correction = root[:, None] @ half @ inverse_root[:, None]
    gap = (at[:, 1] - at[:, 0]) / theta
    gradient = np.stack([-1 / theta, 1 / theta, -gap / theta], axis=1)
    a = np.linalg.solve(information[solved], gradient[:, :, None])[:, :, 0]
    w = np.einsum("ckqp,cq->ckp", correction, a)
    variance = (np.einsum("ckgp,ckp->ckg", scores, w) ** 2).sum(axis=(1, 2))
    r = np.einsum("ckpq,ckq->ckp", own, w)
    b = np.linalg.solve(expected[:, None], r[..., None])[..., 0]
    d = np.einsum("ckp,ckp->ck", w, r)
    cross = np.einsum("ckp,clp->ckl", r, b)
    between = np.einsum("ckp,cpq,clq->ckl", b, expected, b) - cross - cross.swapaxes(1, 2)
    alike = np.einsum("ckk->ck", between)
    trace = n_per_group * (d + alike).sum(axis=1)
    squares = n_per_group * ((d + alike) ** 2).sum(axis=1)
    squares += n_per_group * (n_per_group - 1) * (alike**2).sum(axis=1)
    squares += 2 * n_per_group**2 * between[:, 0, 1] ** 2
    with_end = (sums.n_ended[solved] > 0).sum(axis=(1, 2)) - 1
    log_ratio[solved], se[solved] = gap, np.sqrt(variance)
    df[solved] = np.minimum(trace**2 / squares, np.maximum(with_end, 1))
    return LogRatios(log_ratio, se, df)


def _expected_of_participant(sums: CohortSums, point: Floats) -> Floats:
    """Expected information of one participant of each group, (n_cohorts, 2, 3, 3), in the parameters of a point."""
    n_trials = float((sums.n_ended + sums.n_held).flat[0])
    gamma, theta = point[:, :2], point[:, 2:]
    found = expected_information(NORMAL, (theta * sums.ln_ceiling - gamma).ravel())
    of_value, of_both, of_spread = (
        n_trials * part.reshape(gamma.shape)
        for part in (found.of_value, found.of_both, found.of_spread)
    )
    out = np.zeros((len(point), 2, _N_PARAMS, _N_PARAMS))
    # mean = gamma / theta and ln sigma = -ln theta, in units of sigma.
    in_theta = -gamma / theta
    for group in (0, 1):
        value, both, spread = of_value[:, group], of_both[:, group], of_spread[:, group]
        by_theta, log_theta = in_theta[:, group], -1 / theta[:, 0]
        out[:, group, group, group] = value
        out[:, group, group, 2] = value * by_theta + both * log_theta
        out[:, group, 2, group] = out[:, group, group, 2]
        out[:, group, 2, 2] = (
            value * by_theta**2 + 2 * both * by_theta * log_theta + spread * log_theta**2
        )
    return out


def _mills(at: Floats) -> Floats:
    """Density over survival of the standard normal."""
    return np.asarray(np.exp(-0.5 * at**2 - _LOG_ROOT_2_PI - log_ndtr(-at)))


def _value(sums: tuple[Floats, Floats, Floats, Floats], ln_ceiling: float, point: Floats) -> Floats:
    """Log-likelihood of every cohort at (reference/sigma, case/sigma, 1/sigma), shape (n_cohorts,)."""
    n, total, squares, held = sums
    gamma, theta = point[:, :2], point[:, 2:]
    quadratic = theta**2 * squares - 2 * theta * gamma * total + gamma**2 * n
    beyond = held * log_ndtr(gamma - theta * ln_ceiling)
    return np.asarray((n * np.log(theta) - 0.5 * quadratic + beyond).sum(axis=1))


def _gradient(sums: tuple[Floats, ...], ln_ceiling: float, point: Floats) -> Floats:
    n, total, squares, held = sums
    gamma, theta = point[:, :2], point[:, 2:]
    mills = _mills(theta * ln_ceiling - gamma)
    in_gamma = theta * total - gamma * n + held * mills
    in_theta = n / theta - theta * squares + gamma * total - held * mills * ln_ceiling
    return np.concatenate([in_gamma, in_theta.sum(axis=1, keepdims=True)], axis=1)


def _information(sums: CohortSums, point: Floats) -> Floats:
    """Minus the second derivatives, shape (n_cohorts, 3, 3)."""
    n, total, squares, held = sums.by_group()
    gamma, theta = point[:, :2], point[:, 2:]
    at = theta * sums.ln_ceiling - gamma
    mills = _mills(at)
    curvature = held * mills * (mills - at)
    out = np.zeros((len(point), 3, 3))
    for group in (0, 1):
        out[:, group, group] = n[:, group] + curvature[:, group]
        cross = -total[:, group] - curvature[:, group] * sums.ln_ceiling
        out[:, group, 2] = out[:, 2, group] = cross
    out[:, 2, 2] = (n / theta**2 + squares + curvature * sums.ln_ceiling**2).sum(axis=1)
    return out


def _participant_scores(sums: CohortSums, point: Floats) -> Floats:
    """Gradient of every participant, shape (n_cohorts, 2 * n_per_group, 3)."""
    n_cohorts, _, n_per_group = sums.n_ended.shape
    gamma, theta = point[:, :2, None], point[:, 2, None, None]
    mills = _mills(theta * sums.ln_ceiling - gamma)
    in_gamma = theta * sums.total - gamma * sums.n_ended + sums.n_held * mills
    in_theta = (
        sums.n_ended / theta
        - theta * sums.total_of_squares
        + gamma * sums.total
        - sums.n_held * mills * sums.ln_ceiling
    )
    out = np.zeros((n_cohorts, 2, n_per_group, 3))
    out[:, 0, :, 0], out[:, 1, :, 1] = in_gamma[:, 0], in_gamma[:, 1]
    out[..., 2] = in_theta
    return out.reshape(n_cohorts, 2 * n_per_group, 3)


def _maxima(sums: CohortSums) -> Floats:
    """The highest point of every cohort, shape (n_cohorts, 3); NaN where it was not found.

    The likelihood is concave in (mean/sigma, 1/sigma), so that Newton's method with halved steps
    finds the only maximum. Source: Olsen 1978, Econometrica 46:1211.
    """
    of_group = sums.by_group()
    n, total, squares, held = of_group
    mean = (total + held * sums.ln_ceiling) / (n + held)
    spread = (squares + held * sums.ln_ceiling**2).sum(1) - ((n + held) * mean**2).sum(1)
    sigma = np.sqrt(np.maximum(spread / (n + held).sum(1), 1e-6))
    point = np.column_stack([mean / sigma[:, None], 1 / sigma])
    can_have = (n.sum(axis=1) > 1) & (n > 0).all(axis=1)
    point[~can_have] = np.nan
    left = np.flatnonzero(can_have)
    for _ in range(_MOST_STEPS):
        if not len(left):
            return point
        these = tuple(part[left] for part in of_group)
        gradient = _gradient(these, sums.ln_ceiling, point[left])
        chosen = np.zeros(len(point), dtype=bool)
        chosen[left] = True
        step = np.linalg.solve(
            _information(sums.chosen(chosen), point[left]), gradient[:, :, None]
        )[:, :, 0]
        decrement = (step * gradient).sum(axis=1)
        point[left] = _stepped(these, sums.ln_ceiling, point[left], np.asarray(step, dtype=float))
        left = left[decrement > _SETTLED]
    point[left] = np.nan
    return point


def _stepped(sums: tuple[Floats, ...], ln_ceiling: float, point: Floats, step: Floats) -> Floats:
    """The points after Newton's step, halved until the likelihood does not fall."""
    n, total, squares, held = sums
    before = _value((n, total, squares, held), ln_ceiling, point)
    length = np.ones((len(point), 1))
    for _ in range(_MOST_HALVINGS):
        new = point + length * step
        allowed = new[:, 2] > 0
        after = _value(
            (n, total, squares, held), ln_ceiling, np.where(allowed[:, None], new, point)
        )
        worse = ~allowed | (after < before - 1e-9 * np.abs(before))
        if not worse.any():
            break
        length[worse] /= 2
    return np.asarray(point + length * step)
