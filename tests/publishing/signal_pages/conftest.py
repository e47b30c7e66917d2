"""Tables of recordings as signals would hand them over, made by hand."""

import numpy as np
import pandas as pd
import pytest

from schemas.activation import Activation
from schemas.columns import empty_table
from schemas.intake_results import Findings
from schemas.recording_signals import RecordingSignals
from schemas.recording_traces import STEP_OF, RecordingTraces
from schemas.terms import MISSING_STEP

GROUPS = {"001": "LBP", "002": "control"}


def key_of(participant="001", leg="left", trial=1, role="task"):
    return {
        "participant_id": participant, "visit": "baseline", "task": "single_leg_stance", "leg": leg,
        "trial": trial, "role": role,
    }  # fmt: skip


def table_of(model, rows):
    columns = list(model.to_schema().columns)
    return model.validate(pd.DataFrame(rows, columns=columns)) if rows else empty_table(model)


def signals_row(*, quality="good", reasons=None, **values):
    key = {name: values.pop(name) for name in list(values) if name in key_of()}
    row = {
        **key_of(**{{"participant_id": "participant"}.get(n, n): v for n, v in key.items()}),
        "file": f"recordings/{key.get('participant_id', '001')}_{key.get('trial', 1)}.edf",
        "gmed_channel": "L GMED", "emg_unit": "uV", "sampling_rate_hz": 2000.0, "duration_s": 10.0,
        "window_from": "force", "window_start_s": 3.0, "window_end_s": 9.0, "rest_start_s": 0.5,
        "rest_end_s": 2.0, "liftoff_s": 3.0, "touchdown_s": 9.0, "hold_from_force_s": 6.0,
        "hold_is_lower_bound": False, "force_verdict": "high", "rms_uv": 40.0, "snr_db": 25.0,
        "onset_s": 2.92, "onset_low_s": 2.905, "onset_high_s": 2.931, "quality": quality,
        "quality_reasons": reasons,
    }  # fmt: skip
    if key.get("role", "task") != "task":
        row |= dict.fromkeys(("liftoff_s", "touchdown_s", "rest_start_s", "rest_end_s", "onset_s"))
    return row | values


def trace_rows(key, *, seed=0, has_force=True, raw_low=None):
    rng = np.random.default_rng(seed)
    made = []
    for view, start_s, end_s, n in (("whole", 0.0, 10.0, 600), ("liftoff", 2.0, 3.8, 240)):
        time_s = start_s + (np.arange(n) + 0.5) / n * (end_s - start_s)
        up = (time_s > 2.92) & (time_s < 9.0)
        level = np.where(up, 600, 40)
        curves = {
            "raw_low": -(level * rng.uniform(0.5, 1.5, n)).astype(np.int16),
            "raw_high": (level * rng.uniform(0.5, 1.5, n)).astype(np.int16),
            "envelope": (level * rng.uniform(0.9, 1.1, n) / 3).astype(np.int16),
            "lifted_high": np.where(up, 4, 700).astype(np.int16),
            "stance_low": np.where(up, 1400, 700).astype(np.int16),
        }
        if raw_low is not None and view == "whole":
            curves["raw_low"] = raw_low
        if not has_force:
            curves |= {name: np.empty(0, np.int16) for name in ("lifted_high", "stance_low")}
        steps = dict.fromkeys(STEP_OF.values(), 0.5)
        if key["role"] == "task" or view == "whole":
            made.append(
                {**key, "view": view, "start_s": start_s, "end_s": end_s, **steps, **curves}
            )
    return made


@pytest.fixture(scope="session")
def made():
    """Builders of rows and tables of recordings."""

    class Builders:
        key = staticmethod(key_of)
        signals_row = staticmethod(signals_row)
        trace_rows = staticmethod(trace_rows)
        groups = GROUPS
        missing = MISSING_STEP

        @staticmethod
        def tables(rows, traces, activation=(), findings=()):
            return {
                "signals": table_of(RecordingSignals, list(rows)),
                "traces": table_of(RecordingTraces, list(traces)),
                "activation": table_of(Activation, list(activation)),
                "findings": table_of(Findings, list(findings)),
                "groups": GROUPS,
            }

    return Builders
