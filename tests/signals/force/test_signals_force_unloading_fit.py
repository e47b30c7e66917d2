"""The fitted end of the unloading: whatever its shape, closer to zero force than a threshold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals.force.lifted_foot import zero_of_unloading

SHAPES = {
    "linear": lambda x: 1 - x,
    "half cosine": lambda x: (1 + np.cos(np.pi * x)) / 2,
    "square": lambda x: (1 - x) ** 2,
    "minimum jerk": lambda x: 1 - (10 * x**3 - 15 * x**4 + 6 * x**5),
}


def unloading(shape, *, seed, rate_hz, noise_n=2.0, lasts_s=0.5, load_n=350.0):
    """(force above zero, sample at 5 N, sample of the truth); a second of zero follows."""
    rng = np.random.default_rng(seed)
    end_s = 0.3 + lasts_s
    time_s = np.arange(round((end_s + 1.0) * rate_hz)) / rate_hz
    clean = load_n * SHAPES[shape](np.clip((time_s - 0.3) / lasts_s, 0, 1))
    crossing = int(np.flatnonzero(clean > 5.0)[-1]) + 1
    return clean + rng.normal(0, noise_n, clean.size), crossing, end_s * rate_hz


def fitted(force_n, crossing, rate_hz, *, until=None, noise_n=2.0):
    return zero_of_unloading(
        force_n,
        crossing=crossing,
        until=force_n.size if until is None else until,
        noise_sd_n=noise_n,
        sampling_rate_hz=rate_hz,
    )


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("rate_hz", [100.0, 1000.0, 2000.0])
def test_the_end_is_found_without_knowing_the_shape(shape, rate_hz):
    errors_ms, crossings_ms = [], []
    for seed in range(40):
        lasts_s = np.random.default_rng(seed).uniform(0.2, 0.8)
        force_n, crossing, truth = unloading(shape, seed=seed, rate_hz=rate_hz, lasts_s=lasts_s)
        errors_ms.append(1000 * (fitted(force_n, crossing, rate_hz) - truth) / rate_hz)
        crossings_ms.append(1000 * (crossing - truth) / rate_hz)
    limit_ms = 22 if rate_hz >= 1000 else 45
    assert np.quantile(np.abs(errors_ms), 0.9) <= limit_ms
    assert abs(np.median(errors_ms)) <= 15
    if shape != "linear":
        assert abs(np.median(errors_ms)) < 0.4 * abs(np.median(crossings_ms))


@given(
    seed=st.integers(0, 10_000),
    shape=st.sampled_from(sorted(SHAPES)),
    rate_hz=st.sampled_from([100.0, 500.0, 1080.0, 2000.0]),
    noise_n=st.floats(0.0, 5.0),
)
@settings(max_examples=60, deadline=None)
def test_the_end_never_lies_before_the_crossing_nor_far_behind(seed, shape, rate_hz, noise_n):
    force_n, crossing, _ = unloading(shape, seed=seed, rate_hz=rate_hz, noise_n=noise_n)
    end = fitted(force_n, crossing, rate_hz, noise_n=noise_n)
    assert crossing <= end <= crossing + 0.31 * rate_hz


def test_a_touch_soon_after_lift_off_is_not_part_of_the_fit():
    force_n, crossing, truth = unloading("minimum jerk", seed=1, rate_hz=1000.0)
    tap = round(truth) + 100
    force_n[tap : tap + 60] += 80.0
    with_tap = fitted(force_n, crossing, 1000.0, until=tap)
    assert with_tap == pytest.approx(truth, abs=40)


def test_too_little_unloading_gives_nothing():
    force_n, crossing, _ = unloading("minimum jerk", seed=1, rate_hz=1000.0)
    assert fitted(force_n[crossing - 10 :], 10, 1000.0) is None
    assert fitted(force_n[: crossing + 10], crossing, 1000.0) is None
