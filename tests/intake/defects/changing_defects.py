"""A file that changes while intake reads it: nothing that a lab can leave in a folder, so it has no Defect."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

from defects.lab import Lab
from pipeline.intake.cohort import read_cohort
from pipeline.intake.files import cohort_files


@dataclass(frozen=True)
class ChangingFile:
    """A table to which somebody saves while it is read."""

    rule_id: str
    name: str

    def findings(self, folder: Path, draw: random.Random) -> pd.DataFrame:
        """The Findings table of the valid cohort, one file of which grew while it was read."""
        lab = Lab().write(folder / "cohort", "csv")
        victim = lab / f"{draw.choice(('participants', 'hold_times'))}.csv"
        open_table = cohort_files.open_table

        def open_and_change(file: str, *more: Any) -> Any:
            opened = open_table(file, *more)
            if file == victim.name:
                victim.write_bytes(victim.read_bytes() + b"\r\n")
            return opened

        with patch.object(cohort_files, "open_table", open_and_change):
            return read_cohort(lab).findings

    def __str__(self) -> str:
        return f"{self.rule_id}-{self.name}"


CHANGING_DEFECTS = (ChangingFile("FILE-08", "saved while it is read"),)
