"""What a defect is: one mistake that a lab makes, planted at a random place, and where it must be found."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from defects.lab import Lab

CSV = "csv"
XLSX = "xlsx"


@dataclass(frozen=True)
class Planted:
    """Where the one root finding has to stand.

    table: table whose file (CSV) or sheet (XLSX) it names; "" when the finding names `file` and `sheet`
    instead.
    cell: address as Excel writes it, "line 7" of a YAML file, "" for a whole file. also: ids of notes
    that may come with it (how a file was read), never another problem.
    """

    table: str
    cell: str
    file: str = ""
    also: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True)
class Defect:
    """One kind of mistake: the rule that must answer, and how to make the mistake in a valid cohort.

    plant: changes the lab's cohort (before it is written) with a seeded random generator and says where
    the finding has to stand. forms: the file formats in which a lab can make this mistake.
    """

    rule_id: str
    name: str
    plant: Callable[[Lab, random.Random], Planted]
    forms: tuple[str, ...] = (CSV, XLSX)

    def __str__(self) -> str:
        return f"{self.rule_id}-{self.name}"
