"""Matched sets (pair_id): complete, of the declared ratio, within the declared differences.

Only root causes: a set with a member whose row has left, or whose value has a finding of its own, is not judged.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import RUN_LENGTH, cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.row_findings import for_all, plausible_numbers, row_findings
from pipeline.intake.findings.messages import Finding, listed, make_finding
from schemas.columns import column_rules
from schemas.instrument_settings import Matching
from schemas.participants import Participants
from schemas.study import Study

_SEPARATORS = re.compile(r"\s*(?:[,;/+&]|\band\b)\s*")
_SLACK = 1e-9


@dataclass(frozen=True)
class MatchedSet:
    """One set: its id and the row positions of its cases and controls."""

    name: str
    cases: tuple[int, ...]
    controls: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        """Positions of all members in the order of the file."""
        return tuple(sorted((*self.cases, *self.controls)))


def check_matching(people: Draft, study: Study) -> list[Finding]:
    """MATCH findings. Changes `people`: a cell that names two sets is left out."""
    if "pair_id" not in people.frame:
        return _nobody_matched(people, study.matching is not None)
    findings, doubtful = _check_one_set_each(people)
    sets = [s for s in _sets(people, study) if s.name not in doubtful]
    incomplete = [s for s in sets if not s.cases or not s.controls]
    findings += _set_findings(people, "MATCH-01", "pair_id", incomplete, _people_of)
    whole = [s for s in sets if s.cases and s.controls]
    matching = study.matching
    if matching is not None:
        findings += _check_ratio(people, whole, matching)
        findings += _check_differences(people, whole, matching)
        findings += _check_equal(people, whole, matching)
    return findings + _check_leftovers(people, matching is not None)


def _sets(people: Draft, study: Study) -> list[MatchedSet]:
    """Sets all of whose members are usable."""
    frame = people.frame
    case = (frame["group"] == study.groups.case.label).to_numpy(dtype=bool)
    found: list[MatchedSet] = []
    for name, positions in frame.groupby("pair_id", sort=True).indices.items():
        if people.usable[positions].all():
            members = [int(position) for position in positions]
            found.append(
                MatchedSet(
                    str(name),
                    tuple(p for p in members if case[p]),
                    tuple(p for p in members if not case[p]),
                )
            )
    return found


def _set_findings(
    people: Draft,
    rule_id: str,
    column: str,
    sets: Sequence[MatchedSet],
    facts_of: Callable[[MatchedSet], dict[str, str]],
) -> list[Finding]:
    """One finding per set at the cells of its members, or one for all sets when they are many."""
    many = len(sets) > RUN_LENGTH
    groups = [sets] if many else [[one] for one in sets]
    findings: list[Finding] = []
    for group in groups:
        positions = sorted(p for one in group for p in one.members)
        facts = {"value": group[0].name, "column": column, **facts_of(group[0])}
        found = [group[0].name] * len(positions)
        made = cell_findings(
            rule_id, people.addresses, column, positions, found, facts, run_length=1
        )
        if many:
            first = f"{len(sets)} sets have this problem. The first one: "
            made = [replace(finding, why=first + finding.why) for finding in made]
        findings += made
    return findings


def _people_of(one: MatchedSet) -> dict[str, str]:
    """How many cases and controls a set has, such as 2 cases and no control."""
    words = [
        f"{len(part) or 'no'} {noun}{'' if len(part) < 2 else 's'}"
        for part, noun in ((one.cases, "case"), (one.controls, "control"))
    ]
    return {"found": " and ".join(words)}


def _check_one_set_each(people: Draft) -> tuple[list[Finding], set[str]]:
    """MATCH-05, and the sets that its cells name, which cannot be judged."""
    text = people.frame["pair_id"].fillna("").astype("str")
    known = Counter(text)
    doubtful: set[str] = set()
    rows = np.zeros(len(text), dtype=bool)
    for value in [v for v in known if _SEPARATORS.search(v)]:
        parts = {part for part in _SEPARATORS.split(value) if part}
        # A set may have a comma in its name; two names of other sets are no name.
        if len(parts) > 1 and any(part in known for part in parts):
            rows |= (text == value).to_numpy(dtype=bool) & people.usable
            doubtful |= {value, *parts}
    findings = row_findings(people, "MATCH-05", "pair_id", rows, for_all({}))
    people.leave_cells("pair_id", rows, "MATCH-05")
    return findings, doubtful


def _check_ratio(people: Draft, sets: Sequence[MatchedSet], matching: Matching) -> list[Finding]:
    wrong = [s for s in sets if (len(s.cases), len(s.controls)) != matching.sizes]
    return _set_findings(
        people,
        "MATCH-02",
        "pair_id",
        wrong,
        lambda one: {**_people_of(one), "limit": matching.ratio},
    )


def _check_differences(
    people: Draft, sets: Sequence[MatchedSet], matching: Matching
) -> list[Finding]:
    findings: list[Finding] = []
    for column, limit in matching.within.items():
        if column not in people.frame:
            continue
        values = plausible_numbers(people, column)
        unit = column_rules(Participants)[column].facts["unit"]
        far = {s.name: _largest_difference(s, values) for s in sets}
        findings += _set_findings(
            people,
            "MATCH-03",
            column,
            [s for s in sets if far[s.name] > limit + _SLACK],
            partial(_difference_facts, far, f"{limit:g} {unit}".strip(), unit),
        )
    return findings


def _difference_facts(
    far: Mapping[str, float], limit: str, unit: str, one: MatchedSet
) -> dict[str, str]:
    return {"found": f"{far[one.name]:g} {unit}".strip(), "limit": limit}


def _largest_difference(one: MatchedSet, values: NDArray[np.float64]) -> float:
    """Between any case and any control; 0 where a value is missing."""
    gaps = np.abs(values[list(one.cases)][:, None] - values[list(one.controls)][None, :])
    return float(np.nanmax(gaps)) if np.isfinite(gaps).any() else 0.0


def _check_equal(people: Draft, sets: Sequence[MatchedSet], matching: Matching) -> list[Finding]:
    findings: list[Finding] = []
    for column in (name for name in matching.same if name in people.frame):
        words = people.frame[column]
        mixed = {s.name: sorted(set(words.iloc[list(s.members)].dropna())) for s in sets}
        findings += _set_findings(
            people,
            "MATCH-03",
            column,
            [s for s in sets if len(mixed[s.name]) > 1],
            partial(_equal_facts, mixed),
        )
    return findings


def _equal_facts(mixed: Mapping[str, Sequence[str]], one: MatchedSet) -> dict[str, str]:
    return {"found": " and ".join(mixed[one.name]), "limit": "no difference"}


def _check_leftovers(people: Draft, is_declared: bool) -> list[Finding]:
    """MATCH-04, once, where the study says that it is matched or some people have a set."""
    has_set = people.frame["pair_id"].notna().to_numpy(dtype=bool) | people.broken["pair_id"]
    # The set of the template's example, left in the row, does not make a matched study.
    if not is_declared and not (has_set & (people.reason != "EXAMPLE-03")).any():
        return []
    alone = people.usable & ~has_set
    positions = np.flatnonzero(alone).tolist()
    facts = _leftover_facts(people, positions)
    found = [""] * len(positions)
    return cell_findings(
        "MATCH-04", people.addresses, "pair_id", positions, found, facts, run_length=1
    )


def _nobody_matched(people: Draft, is_declared: bool) -> list[Finding]:
    if not is_declared:
        return []
    source = people.addresses.sources[0]
    positions = np.flatnonzero(people.usable).tolist()
    return [
        make_finding(
            "MATCH-04",
            table=people.table.name,
            file=source.file,
            sheet=source.sheet,
            column="pair_id",
            facts=_leftover_facts(people, positions),
        )
    ]


def _leftover_facts(people: Draft, positions: Sequence[int]) -> dict[str, str]:
    codes = people.frame["participant_id"].iloc[list(positions)].astype("str").tolist()
    total = str(int(people.usable.sum()))
    return {"value": str(len(positions)), "other": total, "terms": listed(codes)}
