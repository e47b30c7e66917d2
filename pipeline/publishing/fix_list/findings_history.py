"""What became of the findings since the last check: fixed, new, still there.

The comparison is for the people at work on the files. It never enters a release, whose bytes depend
on its inputs only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.workspace.atomic import write_text

NEW: Final = "new"
STILL_THERE: Final = "still there"
_FORMAT: Final = 1
_ROOM_OF_ALL: Final = ("", "participants")
"""Tables whose STOP keeps the rows of every table from being checked; "" is study.yaml or a whole file."""


@dataclass(frozen=True)
class PastFinding:
    """A finding as the history keeps it: where it was and since when, and no value of anybody."""

    finding_id: str
    rule_id: str
    severity: str
    file: str
    sheet: str
    cell: str
    first_seen: str

    @property
    def place(self) -> str:
        """File, sheet and cell in words."""
        pieces = (self.file or "the cohort folder", self.sheet and f"sheet {self.sheet}", self.cell)
        return ", ".join(piece for piece in pieces if piece)


@dataclass(frozen=True)
class Changes:
    """What is different from the last check.

    compared: whether there was a last check. new: ids of findings that it did not have. first_seen:
    id of every present finding -> day (YYYY-MM-DD). fixed: findings that are gone. unchecked:
    findings that are gone only because a STOP keeps their table from being checked.
    """

    compared: bool = False
    new: frozenset[str] = frozenset()
    first_seen: Mapping[str, str] = field(default_factory=dict)
    fixed: tuple[PastFinding, ...] = ()
    unchecked: tuple[PastFinding, ...] = ()

    def word(self, finding_id: str) -> str:
        """The words new or still there; "" at the first check."""
        if not self.compared:
            return ""
        return NEW if finding_id in self.new else STILL_THERE

    @property
    def sentence(self) -> str:
        """One sentence that counts; "" at the first check."""
        if not self.compared:
            return ""
        still = len(self.first_seen) - len(self.new)
        if not (self.fixed or self.new or self.unchecked):
            return "Nothing changed since last time."
        text = f"{len(self.fixed)} fixed since last time, {len(self.new)} new, {still} still there."
        if self.unchecked:
            text += (
                f" {len(self.unchecked)} more could not be checked again, because a STOP stands in "
                "the way."
            )
        return text


def compare(findings: pd.DataFrame, past: Sequence[PastFinding] | None, today: str) -> Changes:
    """What changed between the last check and now.

    findings: all findings of this check (schema Findings). past: those of the last one, None when
    there was none. today: day (YYYY-MM-DD) at which new findings are first seen.
    """
    before = {finding.finding_id: finding for finding in past or ()}
    first_seen = {
        str(finding_id): before[finding_id].first_seen if finding_id in before else today
        for finding_id in findings["finding_id"]
    }
    gone = [finding for finding in before.values() if finding.finding_id not in first_seen]
    unchecked = _find_unchecked(gone, findings)
    return Changes(
        compared=past is not None,
        new=frozenset(first_seen.keys() - before.keys()),
        first_seen=first_seen,
        fixed=tuple(finding for finding in gone if finding not in unchecked),
        unchecked=unchecked,
    )


def read_history(path: Path) -> tuple[PastFinding, ...] | None:
    """The findings of the last check; None when there was none or the file is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            return None
        return tuple(PastFinding(**entry) for entry in content["findings"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_history(path: Path, findings: pd.DataFrame, changes: Changes) -> None:
    """Keep the findings of this check for the next one, in one step.

    What could not be checked stays, so that it does not come back as new. What is gone stays in a list of
    its own, so that a decision can still say that it was corrected. Raises EnvironmentProblem
    when the folder cannot be written.
    """
    present = [
        PastFinding(
            finding_id=row["finding_id"],
            rule_id=row["rule_id"],
            severity=row["severity"],
            file=row["file"],
            sheet=row["sheet"],
            cell=row["cell"],
            first_seen=changes.first_seen[row["finding_id"]],
        )
        for row in findings.fillna("").to_dict("records")
    ]
    content = {
        "format": _FORMAT,
        "findings": _entries([*present, *changes.unchecked]),
        "gone": _entries([*_still_gone(path, changes), *changes.fixed]),
    }
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def read_gone(path: Path) -> tuple[PastFinding, ...]:
    """The findings of earlier checks that were gone at the last one; () where nothing can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return tuple(PastFinding(**entry) for entry in content.get("gone", ()))
    except (OSError, ValueError, AttributeError, TypeError):
        return ()


def _still_gone(path: Path, changes: Changes) -> list[PastFinding]:
    """What was gone before and has not come back."""
    here = {*changes.first_seen, *(f.finding_id for f in (*changes.unchecked, *changes.fixed))}
    return [finding for finding in read_gone(path) if finding.finding_id not in here]


def _entries(findings: Sequence[PastFinding]) -> list[dict[str, str]]:
    return sorted((asdict(finding) for finding in findings), key=lambda e: str(e["finding_id"]))


def _find_unchecked(gone: Sequence[PastFinding], findings: pd.DataFrame) -> tuple[PastFinding, ...]:
    """Gone findings that nobody looked for this time, because a STOP ends the checks before them."""
    stops = findings[findings["severity"] == "STOP"].fillna("")
    if stops.empty:
        return ()
    blocks_all_rows = bool(stops["table"].isin(_ROOM_OF_ALL).any())
    places = set(zip(stops["file"], stops["sheet"], strict=True))
    whole_files = set(stops.loc[stops["cell"] == "", "file"])
    settings = {file for file in stops["file"] if file in ("", "study.yaml", "plan.yaml")}

    def is_unchecked(finding: PastFinding) -> bool:
        if finding.severity == "STOP":
            other_settings = bool(settings) and finding.file not in settings
            return other_settings or finding.file in whole_files
        in_place = {(finding.file, finding.sheet), (finding.file, "")} & places
        return blocks_all_rows or bool(in_place)

    return tuple(finding for finding in gone if is_unchecked(finding))
