"""What the quality metrics give for an EMG with one fault each, and which verdicts follow.

    python benchmarks/signal_quality.py [--trials 40] [--seed 11]

A muscle of 30 µV over a floor of 2 µV, 4 s at rest and 10 s at work, at 1000, 1259 and 2000 Hz; the
faults are those of `pipeline.simulation.contamination`. Prints the median and the 5th and 95th percentile of
each metric, the verdicts, and how often a clean muscle of 4 to 300 µV is blamed for anything but its
closeness to rest.
"""

import argparse
from collections import Counter
from dataclasses import asdict

import numpy as np

from pipeline.signals.quality.limits import judge_signal
from pipeline.signals.quality.measure_quality import signal_metrics
from pipeline.signals.samples.filters import band_pass
from pipeline.simulation.contamination import CONTAMINATIONS, quiet_then_active

RATES_HZ = (1000.0, 1259.0, 2000.0)
BAND_HZ = (20.0, 450.0)
QUIET_S, ACTIVE_S = 4.0, 10.0
MUSCLE_UV = 30.0


def metrics_of(recorded_uv: np.ndarray, rate_hz: float) -> dict[str, float | None]:
    """Metrics of the working muscle beside two seconds of rest."""
    filtered_uv = band_pass(recorded_uv, rate_hz, band_hz=BAND_HZ, order=4)
    work = slice(round((QUIET_S + 0.3) * rate_hz), round((QUIET_S + ACTIVE_S - 0.5) * rate_hz))
    rest = slice(round(0.5 * rate_hz), round(2.5 * rate_hz))
    return asdict(
        signal_metrics(
            raw_uv=recorded_uv[work],
            filtered_uv=filtered_uv[work],
            rest_raw_uv=recorded_uv[rest],
            rest_filtered_uv=filtered_uv[rest],
            sampling_rate_hz=rate_hz,
            band_hz=BAND_HZ,
        )
    )


def table(rate_hz: float, n_trials: int, seed: int) -> None:
    """The metrics and verdicts of every fault at one rate."""
    print(f"\n{rate_hz:g} Hz")
    for name, fault in CONTAMINATIONS.items():
        found = []
        for trial in range(n_trials):
            rng = np.random.default_rng([seed, trial])
            clean = quiet_then_active(
                rng, rate_hz, quiet_s=QUIET_S, active_s=ACTIVE_S, muscle_uv=MUSCLE_UV
            )
            found.append(metrics_of(fault(clean, rng, rate_hz), rate_hz))
        verdicts = [judge_signal(values, "task") for values in found]
        counts = Counter(verdict.quality for verdict in verdicts)
        reason = next((v.reasons[0] for v in verdicts if v.reasons), "")
        print(f"  {name}: {dict(counts)} {reason}")
        for metric in found[0]:
            values = [values[metric] for values in found if values[metric] is not None]
            if values:
                low, middle, high = np.percentile(values, (5, 50, 95))
                print(f"    {metric:26s} {middle:9.3g} [{low:.3g}, {high:.3g}]")


def false_alarms(n_trials: int, seed: int) -> None:
    """How often clean signals are blamed, by the level of the muscle."""
    print("\nclean signals that are blamed for anything but their closeness to rest")
    for muscle_uv in (4.0, 10.0, 30.0, 100.0, 300.0):
        reasons: Counter[str] = Counter()
        for rate_hz in RATES_HZ:
            for trial in range(n_trials):
                rng = np.random.default_rng([seed, 1000 + trial])
                clean = quiet_then_active(
                    rng, rate_hz, quiet_s=QUIET_S, active_s=ACTIVE_S, muscle_uv=muscle_uv
                )
                verdict = judge_signal(metrics_of(clean, rate_hz), "task")
                reasons.update(r for r in verdict.reasons if "above rest" not in r)
        n_signals = n_trials * len(RATES_HZ)
        print(f"  {muscle_uv:g} µV: {sum(reasons.values())} of {n_signals} {dict(reasons)}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", type=int, default=40)
    options.add_argument("--seed", type=int, default=11)
    given = options.parse_args()
    for one_rate_hz in RATES_HZ:
        table(one_rate_hz, given.trials, given.seed)
    false_alarms(given.trials, given.seed)
