"""What a recording looks like: a few hundred columns of its curves, enough to draw a picture."""

from pandera.typing import Series

from schemas.columns import column
from schemas.measured_values import RecordingTable
from schemas.recordings import RECORDING_KEY
from schemas.terms import TRACE_VIEWS

TRACE_KEY = [*RECORDING_KEY, "view"]

STEP_OF = {
    "raw_low": "raw_low_step_uv",
    "raw_high": "raw_high_step_uv",
    "envelope": "envelope_step_uv",
    "lifted_high": "lifted_step_n",
    "stance_low": "stance_step_n",
}
"""Column of a curve -> column with the size of its steps."""


class RecordingTraces(RecordingTable):
    """One view of one recording. Key: participant, visit, task, leg, trial, role, view.

    A curve is cut into columns of equal length between start_s and end_s; of each column the lowest,
    the highest or the mean sample is kept. A curve is a list of whole numbers that count steps of the
    size beside it (-32768: no sample); it is empty when the recording has no such curve. Values are
    of one person and stay inside the lab.
    """

    view: Series[str] = column(
        "What is shown: the whole part in use, or the time around lift-off.",
        label="View",
        isin=TRACE_VIEWS,
        identifies=True,
    )
    start_s: Series[float] = column(
        "Start of the view from the start of the file.", label="Start", unit="s"
    )
    end_s: Series[float] = column(
        "End of the view from the start of the file.", label="End", unit="s"
    )
    raw_low_step_uv: Series[float] = column(
        "Step of the lowest raw EMG.", label="Raw step, lowest", unit="µV"
    )
    raw_low: Series[object] = column("Lowest raw EMG of each column.", label="Raw, lowest")
    raw_high_step_uv: Series[float] = column(
        "Step of the highest raw EMG.", label="Raw step, highest", unit="µV"
    )
    raw_high: Series[object] = column("Highest raw EMG of each column.", label="Raw, highest")
    envelope_step_uv: Series[float] = column(
        "Step of the envelope.", label="Envelope step", unit="µV"
    )
    envelope: Series[object] = column(
        "Envelope of the band-passed EMG, mean of each column.", label="Envelope"
    )
    lifted_step_n: Series[float] = column(
        "Step of the force under the lifted foot.", label="Lifted foot step", unit="N"
    )
    lifted_high: Series[object] = column(
        "Highest force under the lifted foot of each column.", label="Lifted foot"
    )
    stance_step_n: Series[float] = column(
        "Step of the force under the stance foot.", label="Stance foot step", unit="N"
    )
    stance_low: Series[object] = column(
        "Lowest force under the stance foot of each column.", label="Stance foot"
    )

    class Config:
        """One row per key."""

        unique = TRACE_KEY
