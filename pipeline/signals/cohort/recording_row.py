"""One row of the recordings table, as the batch walks through them."""

from dataclasses import dataclass

import pandas as pd

from pipeline.signals.samples.request import Request
from schemas.recordings import RECORDING_KEY


@dataclass(frozen=True)
class RecordingRow:
    """Which file holds which trial. index: place of the row in the recordings table, from 0."""

    index: int
    participant_id: str
    visit: str
    task: str
    leg: str
    trial: int
    role: str
    file: str
    start_s: float | None
    end_s: float | None

    @property
    def leg_key(self) -> tuple[str, str, str]:
        """What an MVIC reference belongs to: person, visit and leg."""
        return self.participant_id, self.visit, self.leg

    @property
    def key(self) -> dict[str, str | int]:
        """The columns of schemas.recordings.RECORDING_KEY."""
        return {name: getattr(self, name) for name in RECORDING_KEY}

    @property
    def request(self) -> Request:
        """What to measure in the file."""
        return Request(self.role, self.leg, self.start_s, self.end_s)


def recording_rows(recordings: pd.DataFrame) -> list[RecordingRow]:
    """The rows of a schemas.recordings.Recordings table, in its order."""

    def given(value: float) -> float | None:
        return None if pd.isna(value) else float(value)

    return [
        RecordingRow(
            index=number,
            **{name: str(record[name]) for name in ("participant_id", "visit", "task", "leg")},
            trial=int(record["trial"]),
            role=str(record["role"]),
            file=str(record["file"]),
            start_s=given(record["start_s"]),
            end_s=given(record["end_s"]),
        )
        for number, record in enumerate(recordings.to_dict(orient="records"))
    ]
