"""A measured recording brings its trace along, also when it was refused, and says where its peak lies."""

import numpy as np
import pytest

from pipeline.signals.cohort.measure import measure_samples
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.samples.recording import Channel, Recording, Request
from schemas.emg_settings import EmgSettings

TASK = Request("task", "right")


def _recording(stance):
    return Recording(
        tuple(
            Channel(name, "uV" if "GMED" in name else "N", stance.rate_hz, x.astype(np.float32))
            for name, x in stance.channels.items()
        )
    )


def test_a_measured_stance_has_its_trace_with_an_envelope(build):
    features = measure_samples(_recording(build.stance()), TASK, EmgSettings())
    assert [view.view for view in features.trace] == ["whole", "liftoff"]
    assert all(view.envelope is not None for view in features.trace)
    assert RecordingFeatures.from_json(features.as_json()) == features


def test_a_refused_recording_still_shows_what_was_refused(build):
    stance = build.stance()
    stance.channels["R GMED"][9000:9100] = np.nan
    features = measure_samples(_recording(stance), TASK, EmgSettings())
    assert features.problem
    whole = features.trace[0]
    assert whole.raw_low is not None
    assert whole.lifted_high is not None
    assert whole.envelope is None


def test_a_part_outside_the_file_has_no_trace(build):
    request = Request("task", "right", start_s=100.0)
    features = measure_samples(_recording(build.stance()), request, EmgSettings())
    assert features.problem
    assert features.trace == ()


@pytest.mark.parametrize("start_s", [None, 0.7])
def test_the_place_of_the_highest_half_second_is_in_seconds_of_the_file(build, start_s):
    mvic = build.mvic()
    mvic.channels["R GMED"][round(4.0 * mvic.rate_hz) : round(4.5 * mvic.rate_hz)] *= 3
    request = Request("mvic", "right", start_s=start_s)
    emg = measure_samples(_recording(mvic), request, EmgSettings()).emg
    assert emg.peak_start_s == pytest.approx(4.0, abs=0.02)
    assert emg.peak_end_s - emg.peak_start_s == pytest.approx(0.5)
