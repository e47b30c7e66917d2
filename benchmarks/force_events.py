"""How far lift-off and touch-down lie from the truth, by every rule, on simulated unloading.

    python benchmarks/force_events.py [--trials 300] [--seed 7]

Body weight 500 to 900 N, unloading in 0.2 to 0.8 s, loading in 0.1 s, plate zero off by up to 10 N,
noise of 1 to 3 N. Shapes of unloading: minimum jerk (smooth at its end), half cosine, square, linear
and a minimum jerk cut short (a foot that snaps off); noise: white, and white with a slow part, with a
load that wobbles by 5 %. Prints the median error and the 90th percentile of its size in ms, and the
trials without an answer or more than half a second off. Truth is the moment of zero force.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from pipeline.signals.force.event_rules import EVENT_RULES
from pipeline.signals.force.measure_force import stance_events

FAR_S = 0.5


def minimum_jerk(x: np.ndarray) -> np.ndarray:
    """From 0 to 1 with zero speed and acceleration at both ends."""
    x = np.clip(x, 0, 1)
    return 10 * x**3 - 15 * x**4 + 6 * x**5


SHAPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "minimum jerk": minimum_jerk,
    "half cosine": lambda x: (1 - np.cos(np.pi * np.clip(x, 0, 1))) / 2,
    "square": lambda x: 1 - (1 - np.clip(x, 0, 1)) ** 2,
    "linear": lambda x: np.clip(x, 0, 1),
    "cut short": lambda x: minimum_jerk(0.75 * np.clip(x, 0, 1)) / minimum_jerk(np.array(0.75)),
}


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    shape: str
    rate_hz: float
    is_rough: bool = False


CASES = [
    *(Case("minimum jerk", rate) for rate in (100.0, 1000.0, 2000.0)),
    *(Case("minimum jerk", rate, is_rough=True) for rate in (100.0, 1000.0)),
    *(Case(name, rate) for name in list(SHAPES)[1:] for rate in (100.0, 1000.0)),
]


def slow_noise(rng: np.random.Generator, n_samples: int, time_s: float, rate_hz: float):
    """Noise with an SD of 1 that forgets itself over `time_s`."""
    keep = np.exp(-1 / (time_s * rate_hz))
    return lfilter([np.sqrt(1 - keep**2)], [1, -keep], rng.standard_normal(n_samples))


def trial(rng: np.random.Generator, case: Case) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Force under the lifted and the stance foot (N), lift-off and touch-down (s)."""
    weight_n, noise_n = rng.uniform(500, 900), rng.uniform(1, 3)
    liftoff_s = 2.5 + (unloading_s := rng.uniform(0.2, 0.8))
    touchdown_s = liftoff_s + rng.uniform(3, 8)
    time_s = np.arange(round((touchdown_s + 1.5) * case.rate_hz)) / case.rate_hz
    lifted = SHAPES[case.shape]((time_s - 2.5) / unloading_s)
    load_n = weight_n / 2 * (1 - lifted + minimum_jerk((time_s - touchdown_s) / 0.1))
    stance_n = weight_n - load_n
    plate_n = load_n + rng.uniform(-10, 10) + rng.normal(0, noise_n, time_s.size)
    if case.is_rough:
        plate_n += 0.05 * load_n * slow_noise(rng, time_s.size, 0.1, case.rate_hz)
        plate_n += 0.7 * slow_noise(rng, time_s.size, 0.3, case.rate_hz)
    return plate_n, stance_n + rng.normal(0, noise_n, time_s.size), liftoff_s, touchdown_s


def words(errors_s: list[float | None]) -> str:
    """`median [p90 of the size]` in ms, and failures."""
    found = np.array([e for e in errors_s if e is not None and abs(e) < FAR_S])
    failed = len(errors_s) - found.size
    if not found.size:
        return "none"
    text = f"{1000 * np.median(found):+4.0f} [{1000 * np.quantile(np.abs(found), 0.9):3.0f}]"
    return text + (f" {failed} failed" if failed else "")


def main() -> None:
    """Print one table per case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    print(f"{'unloading':32} {'rule':18} {'lift-off ms':>22} {'touch-down ms':>22} {'hold ms':>22}")
    for number, case in enumerate(CASES):
        rng = np.random.default_rng([chosen.seed, number])
        errors: dict[str, list[tuple[float | None, ...]]] = {name: [] for name in EVENT_RULES}
        for _ in range(chosen.trials):
            lifted_n, stance_n, liftoff_s, touchdown_s = trial(rng, case)
            events = stance_events(
                lifted_n=lifted_n, stance_n=stance_n, total_n=None, sampling_rate_hz=case.rate_hz
            )
            for found in events.rules:
                truths = (liftoff_s, touchdown_s, touchdown_s - liftoff_s)
                times = (found.liftoff_s, found.touchdown_s, found.hold_s)
                errors[found.rule].append(
                    tuple(None if a is None else a - b for a, b in zip(times, truths, strict=True))
                )
        for name, rows in errors.items():
            title = f"{case.shape}, {case.rate_hz:g} Hz{', rough' if case.is_rough else ''}"
            cells = [words(list(column)) for column in zip(*rows, strict=True)]
            print(f"{title:32} {name:18} " + " ".join(f"{cell:>22}" for cell in cells))


if __name__ == "__main__":
    main()
