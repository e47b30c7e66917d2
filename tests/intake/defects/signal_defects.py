"""Defects that only a signal shows: found when recordings are measured, not by intake.

Each goes through the function that finds it and through `findings_of_signals`, as in a run.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.intake.signal_findings import findings_of_signals
from pipeline.signals.cohort.batch import process_recordings
from pipeline.signals.cohort.recording_findings import SignalFinding, compare_holds
from schemas.activation import ACTIVATION_KEY
from schemas.emg_settings import EmgSettings
from schemas.recordings import Recordings

RATE_HZ = 1000
KEY = {
    "participant_id": "P01",
    "visit": "baseline",
    "task": "single_leg_stance",
    "leg": "right",
    "trial": 1,
}


@dataclass(frozen=True)
class SignalDefect:
    """A mistake that measuring finds: `find` makes it in a folder and answers the problems."""

    rule_id: str
    name: str
    find: Callable[[Path, random.Random], list[SignalFinding]]

    def findings(self, folder: Path, draw: random.Random) -> pd.DataFrame:
        """The Findings table of the mistake."""
        people = pd.DataFrame({"participant_id": ["P01"], "group": ["LBP"]})
        return findings_of_signals(self.find(folder, draw), people)

    def __str__(self) -> str:
        return f"{self.rule_id}-{self.name}"


def _noise(seed: int, n: int) -> np.ndarray:
    """Noise between 20 and 400 Hz with an RMS of 1, like surface EMG."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    spectrum *= (hz > 20) & (hz < 400)
    noise = np.fft.irfft(spectrum, n)
    return noise / noise.std()


def _stance(path: Path, seed: int, stance_uv: float) -> None:
    """8 s on the right leg from 3 s to 7 s; rest at 2 µV."""
    n = 8 * RATE_HZ
    time_s = np.arange(n) / RATE_HZ
    lifted = np.clip((time_s - 2.5) / 0.5, 0, 1) - np.clip((time_s - 7) / 0.1, 0, 1)
    loud = (time_s > 2.9) & (time_s < 7)
    frame = pd.DataFrame(
        {
            "time (s)": time_s,
            "R GMED (uV)": stance_uv * loud * _noise(seed, n) + 2 * _noise(seed + 1, n),
            "Fz left (N)": 350 * (1 - lifted) + _noise(seed + 2, n),
            "Fz right (N)": 350 * (1 + lifted) + _noise(seed + 3, n),
        }
    )
    frame.to_csv(path, index=False, float_format="%.6g")


def _mvic(path: Path, seed: int, mvic_uv: float) -> None:
    n = 6 * RATE_HZ
    time_s = np.arange(n) / RATE_HZ
    loud = (time_s > 2) & (time_s < 5)
    gmed_uv = mvic_uv * loud * _noise(seed, n) + 2 * _noise(seed + 1, n)
    frame = pd.DataFrame({"time (s)": time_s, "R GMED (uV)": gmed_uv})
    frame.to_csv(path, index=False, float_format="%.6g")


def _measured(folder: Path, roles: dict[str, str]) -> list[SignalFinding]:
    rows = [
        {**KEY, "role": role, "file": file, "start_s": np.nan, "end_s": np.nan}
        for role, file in roles.items()
    ]
    table = Recordings.validate(pd.DataFrame(rows)[list(Recordings.to_schema().columns)])
    return list(
        process_recordings(
            table, folder, EmgSettings(normalisation="mvc_isometric"), cache=None
        ).findings
    )


def _dead_channel(folder: Path, draw: random.Random) -> list[SignalFinding]:
    _stance(folder / "stance.csv", draw.randrange(10**6), 40)
    dead = pd.read_csv(folder / "stance.csv").assign(**{"R GMED (uV)": 0.0})
    dead.to_csv(folder / "stance.csv", index=False)
    _mvic(folder / "mvic.csv", draw.randrange(10**6), 200)
    return _measured(folder, {"task": "stance.csv", "mvic": "mvic.csv"})


def _no_reference(folder: Path, draw: random.Random) -> list[SignalFinding]:
    _stance(folder / "stance.csv", draw.randrange(10**6), 40)
    return _measured(folder, {"task": "stance.csv"})


def _reference_too_small(folder: Path, draw: random.Random) -> list[SignalFinding]:
    _stance(folder / "stance.csv", draw.randrange(10**6), 80)
    _mvic(folder / "mvic.csv", draw.randrange(10**6), draw.choice((15, 20)))
    return _measured(folder, {"task": "stance.csv", "mvic": "mvic.csv"})


def _stopwatch_and_plate(folder: Path, draw: random.Random) -> list[SignalFinding]:
    signals = pd.DataFrame(
        [
            {
                **KEY,
                "role": "task",
                "file": "stance.csv",
                "hold_from_force_s": draw.choice((8.2, 11.9)),
                "hold_is_lower_bound": False,
            }
        ]
    )
    holds = pd.DataFrame([{**KEY, "hold_time_s": 12.4, "ended_by": "foot_touch"}])
    assert set(ACTIVATION_KEY) <= set(holds)
    return compare_holds(signals, holds)


SIGNAL_DEFECTS: tuple[SignalDefect, ...] = (
    SignalDefect("REC-02", "a dead channel", _dead_channel),
    SignalDefect("REC-03", "no MVIC reference", _no_reference),
    SignalDefect("REC-04", "stopwatch and plate disagree", _stopwatch_and_plate),
    SignalDefect("REC-05", "an MVIC smaller than the stance", _reference_too_small),
)
