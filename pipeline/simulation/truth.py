"""The known truth of a simulated cohort: what it was drawn from, and what was done to it on purpose."""

import dataclasses
import json
from dataclasses import dataclass

from pipeline.simulation.assumptions import ASSUMPTIONS, PUBLISHED, CohortSpec
from pipeline.simulation.holds import TrueHold
from pipeline.simulation.signals import MvicTruth, StanceTruth


@dataclass(frozen=True)
class PlantedMistake:
    """One mistake in a table: where it stands and the rule that should find it.

    cell: address as Excel writes it, in `file` (and `sheet` of a workbook). found: text of that
    cell, "" when it is empty. severity is that of the rule in the catalogue.
    """

    rule_id: str
    table: str
    file: str
    sheet: str
    cell: str
    participant_id: str
    found: str
    what: str


@dataclass(frozen=True)
class TrueRecording:
    """One recording that was made, whether or not its file is in the folder.

    fault: "", dead_channel, clipped, mains_hum, file_missing or not_listed (made but neither
    written nor listed, as the MVIC that was forgotten). gmed_pct_mvic: expected stance RMS over
    expected MVIC RMS. Of `stance` and `mvic` one is filled, as `role` says.
    """

    participant_id: str
    group: str
    leg: str
    trial: int
    role: str
    file: str
    fault: str
    gmed_pct_mvic: float | None = None
    stance: StanceTruth | None = None
    mvic: MvicTruth | None = None


@dataclass(frozen=True)
class Truth:
    """Everything that is known about a simulated cohort.

    holds are before the table mistakes were planted; people hold the group they were drawn in.
    """

    seed: int
    spec: CohortSpec
    groups_of: dict[str, str]
    holds: tuple[TrueHold, ...]
    recordings: tuple[TrueRecording, ...]
    mistakes: tuple[PlantedMistake, ...]

    def as_json(self) -> str:
        """The truth with the published figures and assumptions behind it, as JSON text."""
        content = {
            "truth": dataclasses.asdict(self),
            "published": {key: dataclasses.asdict(fact) for key, fact in PUBLISHED.items()},
            "assumptions": {key: dataclasses.asdict(fact) for key, fact in ASSUMPTIONS.items()},
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
