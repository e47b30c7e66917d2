"""Questionnaires and scales as data: items, versions, ranges and where they come from.

A version or an instrument more is one entry here; the rules of intake read this table.
"""

from dataclasses import dataclass
from typing import Final

ODI_ITEMS: Final = tuple(f"odi_{number}" for number in range(1, 11))
ODI_ITEM_MAXIMUM: Final = 5
IPAQ_ACTIVITIES: Final[dict[str, float]] = {"walk": 3.3, "moderate": 4.0, "vigorous": 8.0}
"""Activities of the IPAQ short form and their MET values."""
IPAQ_DAYS: Final = tuple(f"ipaq_{name}_days" for name in IPAQ_ACTIVITIES)
IPAQ_MINUTES: Final = tuple(f"ipaq_{name}_min" for name in IPAQ_ACTIVITIES)
IPAQ_CATEGORIES: Final = ("low", "moderate", "high")
IPAQ_LONGEST_MIN: Final = 180
"""Minutes of one activity per day above this count as this (truncation of the guidelines)."""
IPAQ_IMPOSSIBLE_MIN: Final = 960
"""A person who reports more minutes per day of all activities together is excluded: 8 h are sleep."""
IPAQ_AGES: Final = (15, 69)

IPAQ_SOURCE: Final = (
    "Guidelines for data processing and analysis of the International Physical Activity "
    "Questionnaire, November 2005; PMC8994706"
)


@dataclass(frozen=True)
class Version:
    """One version of a questionnaire: number of items and the lowest and highest total."""

    items: int
    low: float
    high: float


@dataclass(frozen=True)
class Instrument:
    """A questionnaire or scale with a total column in participants.

    name: key under `instruments` in study.yaml. printed: name in print. total: column of the total.
    versions: by number of items; the first is taken when study.yaml says nothing. whole: totals can only
    be whole numbers. source: where the ranges were read.
    """

    name: str
    printed: str
    total: str
    versions: tuple[Version, ...] = ()
    whole: bool = False
    source: str = ""

    def version(self, items: int) -> Version:
        """The version with this number of items. Raises KeyError when there is none."""
        return {version.items: version for version in self.versions}[items]


INSTRUMENTS: Final[dict[str, Instrument]] = {
    instrument.name: instrument
    for instrument in (
        Instrument("nprs", "NPRS", "nprs", whole=True, source="Ostelo 2008"),
        Instrument(
            "rmdq",
            "RMDQ",
            "rmdq",
            (Version(24, 0, 24), Version(23, 0, 23), Version(18, 0, 18)),
            whole=True,
            source="24 items: Ostelo 2008, Kamper 2010 (PMC2989296); 23 items: BMC Musculoskelet "
            "Disord 7:82; 18 items: number of ticked items, not read at a source",
        ),
        Instrument(
            "tsk",
            "TSK",
            "tsk",
            (Version(17, 17, 68), Version(13, 13, 52), Version(11, 11, 44), Version(7, 7, 28)),
            source="17 items: matassessment.com 364; 11 items: physiotutors.com; 7 items: 7 to 28; "
            "13 items: computed from item scores of 1 to 4",
        ),
        Instrument(
            "pcs",
            "PCS",
            "pcs",
            (Version(13, 0, 52), Version(4, 0, 16)),
            source="13 items scored 0 to 4; PCS-4: 0 to 16",
        ),
    )
}
"""By key. TSK totals are not computed from items: which items are reversed was never read at a source."""

WHOLE_COLUMNS: Final = (
    *(instrument.total for instrument in INSTRUMENTS.values() if instrument.whole),
    *ODI_ITEMS,
    *IPAQ_DAYS,
)
"""Columns of participants in which decimals are impossible."""
