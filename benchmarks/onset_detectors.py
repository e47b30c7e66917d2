"""Onset detectors on simulated EMG with a known onset: error, bias, false alarms, coverage, time.

    python benchmarks/onset_detectors.py [--signals 100] [--methods ramp_bayes,hodges_bui] [--seed 1]

Signals last 3.5 s: rest from 0.05 to 0.75 s, an onset between 1 and 2 s, searched from 0.8 to 2.5 s.
The muscle has the spectrum of Stulen and De Luca; the baseline is white, or tonic muscle with white
noise 10 dB below it. Signal-to-noise is muscle over baseline power in 20 to 450 Hz. --signals is per
cell of rate, signal-to-noise and build-up. Errors above 200 ms and missing onsets count as 200 ms.
Parameters were chosen on other seeds than the one that is used here by default. Time is of one process,
on a machine that may be doing other things: compare within one run.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.signals import Onset, detect_onset
from pipeline.signals.onset.detectors import DETECTORS
from pipeline.simulation.noise import emg_noise, rms, white_noise

DURATION_S = 3.5
REST_S, SEARCH_S, ONSETS_S = (0.05, 0.75), (0.8, 2.5), (1.0, 2.0)
RATES_HZ = (1000.0, 2000.0)
SNRS_DB = (0, 3, 6, 10, 15, 20)
POOLED_DB = (6, 10, 15, 20)
RAMPS_S = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
MISSING_MS = 200.0
MOTOR_UNITS = (5, 15, 50)


@dataclass(frozen=True)
class Cell:
    """One kind of signal. snr_db: None for no onset."""

    rate_hz: float
    snr_db: float | None
    ramp_s: float
    baseline: str = "white"


def simulate(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """(signal, onset in s)."""
    n_samples = round(DURATION_S * cell.rate_hz)
    signal = baseline(cell, rng, n_samples)
    onset_s = round(rng.uniform(*ONSETS_S) * cell.rate_hz) / cell.rate_hz
    if cell.snr_db is None:
        return signal, float("nan")
    since_s = np.arange(n_samples) / cell.rate_hz - onset_s
    gain = np.clip(since_s / cell.ramp_s, 0, 1) if cell.ramp_s else (since_s > -1e-9).astype(float)
    muscle = emg_noise(rng, n_samples, rate_hz=cell.rate_hz)
    return signal + 10 ** (cell.snr_db / 20) * gain * muscle, onset_s


def baseline(cell: Cell, rng: np.random.Generator, n_samples: int) -> np.ndarray:
    """White noise, or tonic muscle with a tenth of its power in white noise; power 1 in the band."""
    white = white_noise(rng, n_samples, rate_hz=cell.rate_hz)
    if cell.baseline == "white":
        return white
    tonic = emg_noise(rng, n_samples, rate_hz=cell.rate_hz)
    return np.sqrt(1 / 1.1) * tonic + np.sqrt(0.1 / 1.1) * white


def simulate_motor_units(
    n_units: int, snr_db: float, rate_hz: float, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """(signal, time of the first action potential in s): trains of biphasic potentials on white noise.

    Units are recruited within 50 ms, fire 8 to 20 times a second with 15 % jitter; larger ones later.
    """
    n_samples = round(DURATION_S * rate_hz)
    start_s = rng.uniform(*ONSETS_S)
    muscle = np.zeros(n_samples)
    first_s = np.inf
    for unit in range(n_units):
        width_s = rng.uniform(0.001, 0.0025)
        reach = round(4 * width_s * rate_hz)
        at = np.arange(-reach, reach + 1) / rate_hz / width_s
        potential = (1 + unit / n_units) * rng.uniform(0.5, 1.5) * -at * np.exp(0.5 - at**2 / 2)
        rate_per_s = rng.uniform(8, 20)
        fires_s = start_s + (0.05 * unit / n_units)
        while fires_s < DURATION_S - 0.05:
            # The potential begins, for the eye and for a detector, two widths before its centre.
            first_s = min(first_s, fires_s)
            centre = round((fires_s + 2 * width_s) * rate_hz)
            low, high = max(0, centre - reach), min(n_samples, centre + reach + 1)
            muscle[low:high] += potential[low - centre + reach : high - centre + reach]
            fires_s += max(0.02, rng.normal(1, 0.15)) / rate_per_s
    active = muscle[round((start_s + 0.1) * rate_hz) :]
    signal = white_noise(rng, n_samples, rate_hz=rate_hz)
    return signal + 10 ** (snr_db / 20) * muscle / rms(active), first_s


def answers(
    draw: Callable[[np.random.Generator], tuple[np.ndarray, float]],
    rate_hz: float,
    method: str,
    n_signals: int,
    seed: Sequence[int],
) -> Iterator[tuple[Onset, float, float]]:
    """(answer, true onset in s, CPU seconds) of each signal."""
    rng = np.random.default_rng(seed)
    for _ in range(n_signals):
        signal, onset_s = draw(rng)
        started = time.process_time()
        onset = detect_onset(signal, rate_hz, rest_s=REST_S, search_s=SEARCH_S, method=method)
        yield onset, onset_s, time.process_time() - started


@dataclass
class Sample:
    """Answers of one method in one kind of signal, both rates together; errors in ms."""

    errors: np.ndarray
    covered: np.ndarray
    step_errors: np.ndarray
    cpu_s: float

    @property
    def mean_error(self) -> float:
        """Mean absolute error with missing and far onsets at 200 ms."""
        return float(np.minimum(np.abs(np.nan_to_num(self.errors, nan=MISSING_MS)), 200).mean())

    @property
    def bias(self) -> float:
        """Median error."""
        found = self.errors[np.isfinite(self.errors)]
        return float(np.median(found)) if found.size else float("nan")

    @property
    def median_error(self) -> float:
        """Median absolute error, missing ones as 200 ms."""
        return float(np.median(np.abs(np.nan_to_num(self.errors, nan=MISSING_MS))))


def sample(
    method: str, baseline_kind: str, snr_db: float | None, ramp_s: float, n_signals: int, seed: int
) -> Sample:
    """One cell at both rates."""
    errors, covered, steps, cpu_s = [], [], [], 0.0
    for rate_hz in RATES_HZ:
        cell = Cell(rate_hz, snr_db, ramp_s, baseline_kind)
        entropy = (
            seed,
            round(rate_hz),
            99 if snr_db is None else int(snr_db),
            round(1000 * ramp_s),
        )
        for onset, true_s, seconds in answers(
            lambda rng, cell=cell: simulate(cell, rng), rate_hz, method, n_signals, entropy
        ):
            errors.append(_error_ms(onset.onset_s, true_s))
            steps.append(_error_ms(onset.step_s, true_s))
            if onset.low_s is not None and onset.high_s is not None:
                covered.append(onset.low_s <= true_s <= onset.high_s)
            cpu_s += seconds
    return Sample(np.array(errors), np.array(covered), np.array(steps), cpu_s / len(errors))


def _error_ms(time_s: float | None, true_s: float) -> float:
    return (
        float("nan") if time_s is None else 1000 * (time_s - (0.0 if np.isnan(true_s) else true_s))
    )


def methods_table(methods: Sequence[str], n_signals: int, seed: int) -> None:
    """Print the figures of every method."""
    print(
        f"{'method':20s}{'pooled':>8s}{'step':>7s}{'ramp':>7s}{'0-3 dB':>8s}{'span step/ramp':>16s}"
        f"{'step10':>8s}{'ramp10':>8s}{'null':>6s}{'tonic':>7s}{'null':>6s}{'CPU ms':>8s}"
    )
    for method in methods:
        cells = {
            (kind, snr, ramp): sample(method, kind, snr, ramp, n_signals, seed)
            for kind in ("white", "tonic")
            for snr in (SNRS_DB if kind == "white" else POOLED_DB)
            for ramp in (0.0, 0.1)
        }
        null = {
            kind: sample(method, kind, None, 0.0, 2 * n_signals, seed)
            for kind in ("white", "tonic")
        }
        alarms = {kind: float(np.isfinite(found.errors).mean()) for kind, found in null.items()}

        def mean(
            kind: str, snrs: Sequence[int], ramps: Sequence[float], cells: dict = cells
        ) -> float:
            return float(np.mean([cells[kind, s, r].mean_error for s in snrs for r in ramps]))

        spans = [np.ptp([cells["white", s, r].bias for s in SNRS_DB]) for r in (0.0, 0.1)]
        print(
            f"{method:20s}{mean('white', POOLED_DB, (0.0, 0.1)):8.1f}{mean('white', POOLED_DB, (0.0,)):7.1f}"
            f"{mean('white', POOLED_DB, (0.1,)):7.1f}{mean('white', (0, 3), (0.0, 0.1)):8.1f}"
            f"{spans[0]:9.0f} /{spans[1]:5.0f}"
            f"{cells['white', 10, 0.0].median_error:8.2f}{cells['white', 10, 0.1].median_error:8.1f}"
            f"{alarms['white']:6.2f}{mean('tonic', POOLED_DB, (0.0, 0.1)):7.1f}{alarms['tonic']:6.2f}"
            f"{1000 * float(np.mean([c.cpu_s for c in cells.values()])):8.2f}",
            flush=True,
        )


def coverage_table(method: str, n_signals: int, seed: int) -> None:
    """Print how often the 90 % interval holds the onset, by build-up and signal-to-noise."""
    for kind in ("white", "tonic"):
        print(f"\nCoverage of the 90 % interval of {method}, {kind} baseline, both rates together")
        print("build-up" + "".join(f"{snr:>8d} dB" for snr in SNRS_DB) + "   found from 3 dB on")
        for ramp_s in RAMPS_S:
            row = [sample(method, kind, snr, ramp_s, n_signals, seed + 1) for snr in SNRS_DB]
            found = np.mean([np.isfinite(cell.errors).mean() for cell in row[1:]])
            print(
                f"{1000 * ramp_s:5.0f} ms"
                + "".join(f"{cell.covered.mean():11.3f}" for cell in row)
                + f"{found:12.3f}",
                flush=True,
            )


def motor_unit_table(method: str, n_signals: int, seed: int) -> None:
    """Print the error of both readings to the first action potential of few motor units."""
    print(f"\nFew motor units: median absolute error (ms) to the first potential, step | {method}")
    for n_units in MOTOR_UNITS:
        row = []
        for snr_db in (10, 15, 20):
            both = [
                (_error_ms(onset.step_s, first_s), _error_ms(onset.onset_s, first_s))
                for rate_hz in RATES_HZ
                for onset, first_s, _ in answers(
                    lambda rng, n=n_units, s=snr_db, r=rate_hz: simulate_motor_units(n, s, r, rng),
                    rate_hz,
                    method,
                    n_signals,
                    (seed, n_units, snr_db, round(rate_hz)),
                )
            ]
            step, ramp = np.nanmedian(np.abs(np.array(both)), axis=0)
            row.append(f"{snr_db} dB {step:5.1f} |{ramp:5.1f}")
        print(f"{n_units:3d} units   " + "   ".join(row), flush=True)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--signals", type=int, default=100)
    parser.add_argument("--methods", default=",".join(DETECTORS))
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    methods = chosen.methods.split(",")
    methods_table(methods, chosen.signals, chosen.seed)
    if "ramp_bayes" in methods:
        coverage_table("ramp_bayes", chosen.signals, chosen.seed)
        motor_unit_table("ramp_bayes", chosen.signals, chosen.seed)


if __name__ == "__main__":
    main()
