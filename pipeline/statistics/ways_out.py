"""Of how many participants of each group something left the analysis, whatever the way out.

Set aside, not done, rejected, without a value, or with no row at the visit that is analysed: a group that
loses more people than the other is compared on another kind of people, and each way alone may hide it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from pipeline.statistics.models.two_groups.categories import fisher_p
from schemas.columns import empty_table, validated
from schemas.decisions import Exclusions
from schemas.rules.study_rules import exclusions_differ


@dataclass
class PeopleOut:
    """Who had rows in a table, of whom one left, who is analysed, who was seen at another visit only.

    A table such as "activation/onset_ms" is one measurement of a table.
    """

    read: dict[str, set[str]] = field(default_factory=dict)
    left: dict[str, set[str]] = field(default_factory=dict)
    analysed: dict[str, set[str]] = field(default_factory=dict)
    elsewhere: dict[str, set[str]] = field(default_factory=dict)

    def note_read(self, table: str, people: Iterable[str]) -> None:
        """People with a row in a table, before anything leaves."""
        self.read.setdefault(table, set()).update(people)

    def note_left(self, table: str, people: Iterable[str]) -> None:
        """People of whom a row left for a reason of its own."""
        codes = set(people)
        self.note_read(table, codes)
        self.left.setdefault(table, set()).update(codes)

    def note_other_visit_only(self, table: str, people: Iterable[str]) -> None:
        """People without a row of the visit that is analysed."""
        self.elsewhere.setdefault(table, set()).update(people)

    def note_analysed(self, table: str, people: Iterable[str]) -> None:
        """People with a row that is analysed; others who had rows left with all of them."""
        codes = set(people)
        self.note_read(table, codes)
        self.analysed.setdefault(table, set()).update(codes)

    def counted(
        self, group_of: dict[str, str], set_aside: pd.DataFrame, groups: tuple[str, str]
    ) -> pd.DataFrame:
        """Participants of whom something left, by table and group, with Fisher's exact test.

        group_of: participant -> group label of everybody compared. set_aside: `schemas.decisions.SetAside`,
        from intake. groups: case label, reference label. A table that lost nobody has no row. Returns
        `Exclusions`. Source: Fisher 1922, J R Stat Soc 85:87.
        """
        known = dict(group_of)
        for row in set_aside.to_dict("records"):
            known.setdefault(str(row["participant_id"]), str(row["group"]))
            self.note_left(str(row["table"]), [str(row["participant_id"])])
        rows = [self._row(table, known, groups) for table in sorted(self.read)]
        found = [row for row in rows if row["excluded_case"] or row["excluded_reference"]]
        return validated(Exclusions, pd.DataFrame(found)) if found else empty_table(Exclusions)

    def _row(self, table: str, known: dict[str, str], groups: tuple[str, str]) -> dict[str, object]:
        read = self.read[table]
        left = self.left.get(table, set()) | (read - self.analysed.get(table, set()))
        n, out, elsewhere = (
            [sum(1 for code in people if known.get(code) == label) for label in groups]
            for people in (read, left, self.elsewhere.get(table, set()))
        )
        counts = [[x, total - x] for x, total in zip(out, n, strict=True)]
        testable = all(n) and 0 < sum(out) < sum(n)
        p = fisher_p(counts) if testable else 1.0
        return {
            "table": table,
            "n_case": n[0],
            "excluded_case": out[0],
            "n_reference": n[1],
            "excluded_reference": out[1],
            "other_visit_case": elsewhere[0],
            "other_visit_reference": elsewhere[1],
            "p": p,
            "differs": exclusions_differ(out, n, p),
        }
