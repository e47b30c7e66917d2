"""What decisions mean for findings: which are closed, which rows are kept, and which decisions fail.

A decision is about a finding, by its id. The last line about an id counts; earlier ones stay as history.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.deciding.decision_file import DecisionLine, findings_at
from pipeline.intake.deciding.single_rows import CHOOSE_ONE, MOST_LISTED, Choices, Parts, base_id
from pipeline.intake.findings.messages import Finding, finding_ids, listed, unique_findings
from schemas.decisions import DECISIONS, OPEN
from schemas.rules import RULES


@dataclass(frozen=True)
class Decidable:
    """A finding, or one row of a finding among which one has to be chosen, as decisions see it.

    place: where it is, for a sentence. rivals: ids of which at most one may be kept with this one.
    part_of: the run of cells that it is a row of. n_parts: of a run, how many rows it has.
    """

    rule_id: str
    place: str
    rivals: frozenset[str] = frozenset()
    part_of: str = ""
    n_parts: int = 0

    @property
    def severity(self) -> str:
        """The severity of the rule."""
        return RULES[self.rule_id].severity


@dataclass(frozen=True)
class Ruling:
    """What the decisions came to.

    status: id of a finding (or choice) -> accepted or kept; all others are open. states: per line, one of
    `schemas.decisions.DECISION_STATES`. findings: what is wrong with decisions.
    """

    status: dict[str, str]
    states: tuple[str, ...]
    findings: list[Finding]

    @property
    def kept(self) -> frozenset[str]:
        """Ids that are kept."""
        return frozenset(i for i, status in self.status.items() if status == DECISIONS["keep"])

    def status_of(self, finding_id: str) -> str:
        """Status of a finding: accepted, kept or open."""
        return self.status.get(finding_id, OPEN)


def rule_on(
    file: str,
    lines: Sequence[DecisionLine],
    known: Mapping[str, Decidable],
    *,
    more_to_come: bool = False,
    in_vain: Mapping[str, Mapping[str, str]] | None = None,
) -> Ruling:
    """Judge every line of decisions.csv against the findings that there are.

    known: id -> what it is about. more_to_come: the recordings have not been opened yet, so that an id
    that nobody knows may be one of theirs. in_vain: ids that it was tried in vain to keep -> `problem`
    and `suggestion`.
    """
    states = [""] * len(lines)
    about: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        states[number] = "replaced" if line.signed else "unsigned"
        if line.finding_id:
            about.setdefault(line.finding_id, []).append(number)
    signed = {i: [n for n in at if lines[n].signed] for i, at in about.items()}
    about = _without_overruled(about, known, signed)
    status: dict[str, str] = {}
    problems = _Problems(file)
    wanted_kept = frozenset(
        i for i, at in about.items() if lines[at[-1]].signed and lines[at[-1]].decision == "keep"
    )
    for finding_id, numbers in about.items():
        last = lines[numbers[-1]]
        if not last.signed:
            continue
        subject = known.get(finding_id)
        if subject is None:
            states[numbers[-1]] = _without_finding(last, problems, more_to_come=more_to_come)
            continue
        earlier = [lines[n] for n in numbers[:-1] if lines[n].signed]
        refused = (
            _out_of_order(last, earlier, problems)
            or _contradicts(last, subject, problems)
            or _does_not_fit(last, wanted_kept, known, problems)
            or _is_in_vain(last, in_vain or {}, problems)
        )
        states[numbers[-1]] = "refused" if refused else "applies"
        if refused:
            continue
        status[finding_id] = DECISIONS[last.decision]
        if earlier:
            rows = listed([str(line.row) for line in (*earlier, last)])
            value = f"{last.decision}, {last.initials}, {last.date}"
            problems.add("DEC-06", last, "decision", {"other": rows, "value": value})
    _conclude_choices(status, known)
    _conclude_runs(status, known)
    return Ruling(status, tuple(states), problems.findings())


def _without_overruled(
    about: Mapping[str, list[int]],
    known: Mapping[str, Decidable],
    signed: Mapping[str, list[int]],
) -> dict[str, list[int]]:
    """The lines that count.

    A decision about a whole finding and one about a row of it overrule each other: the later one counts.
    One about a row of a run of cells overrules that about the run for this row alone.
    """
    overruled = set()
    for finding_id, numbers in about.items():
        whole = base_id(finding_id)
        if finding_id != whole and finding_id in known and whole in about:
            overruled.add(whole if numbers[-1] > about[whole][-1] else finding_id)
        run = known[finding_id].part_of if finding_id in known else ""
        if signed.get(run) and numbers[-1] < signed[run][-1]:
            overruled.add(finding_id)
    return {i: numbers for i, numbers in about.items() if i not in overruled}


def _conclude_choices(status: dict[str, str], known: Mapping[str, Decidable]) -> None:
    """A choice decides its finding when one row is kept, or when all rows are to stay out."""
    for finding_id in {base_id(i) for i in status} - set(status):
        among = [status.get(i, OPEN) for i in known if i != finding_id and base_id(i) == finding_id]
        for decided, enough in ((DECISIONS["keep"], any), (DECISIONS["accept"], all)):
            if enough(one == decided for one in among):
                status[finding_id] = decided
                break


def _conclude_runs(status: dict[str, str], known: Mapping[str, Decidable]) -> None:
    """A run of cells is decided when each of its rows is; it counts as kept when any row is kept."""
    of_run: dict[str, list[str]] = {}
    for finding_id in status:
        if run := known[finding_id].part_of:
            of_run.setdefault(run, []).append(status[finding_id])
    for run, statuses in of_run.items():
        if run not in status and len(statuses) == known[run].n_parts:
            kept = DECISIONS["keep"]
            status[run] = kept if kept in statuses else statuses[0]


def decidable(
    findings: Sequence[Finding],
    choices: Choices,
    parts: Parts | None = None,
    asked: frozenset[str] = frozenset(),
) -> dict[str, Decidable]:
    """Id -> what a decision can be about: every finding, and every row among which one may be chosen.

    parts: runs of which single rows were decided; their rows are known as far as they are `asked` for,
    and all of them where they are few.
    """
    unique = unique_findings(findings)
    known: dict[str, Decidable] = {}
    for finding, finding_id in zip(unique, finding_ids(unique), strict=True):
        place = _place(finding.cell, finding.sheet, finding.file)
        known[finding_id] = Decidable(finding.rule_id, place)
        among = frozenset(choices.of(finding, finding_id))
        for choice in among:
            known[choice] = Decidable(finding.rule_id, place, among - {choice})
        named = (parts or {}).get(finding_id, ())
        if named:
            known[finding_id] = Decidable(finding.rule_id, place, n_parts=len(named))
        for part in named:
            if part and (part in asked or len(named) <= MOST_LISTED):
                known.setdefault(part, Decidable(finding.rule_id, place, part_of=finding_id))
    return known


def decidable_in(findings: pd.DataFrame) -> dict[str, Decidable]:
    """The same for a Findings table, as the signal stage has it."""
    rows = findings.fillna("").to_dict("records")
    return {
        str(row["finding_id"]): Decidable(
            str(row["rule_id"]), _place(str(row["cell"]), str(row["sheet"]), str(row["file"]))
        )
        for row in rows
    }


Kept = dict[str, dict[str, set[int]]]
"""Table -> rule -> rows (from 0) of its draft that a decision keeps."""


def rows_by_status(
    finding: Finding, finding_id: str, status: Mapping[str, str], parts: Parts
) -> Iterator[tuple[int, str, str]]:
    """Row, the id that decides it, and its status, for the rows of a finding that is no choice.

    A decision about a row of a run goes before that about the run.
    """
    named = parts.get(finding_id, ())
    if len(named) != len(finding.rows):
        named = ("",) * len(finding.rows)
    for row, part in zip(finding.rows, named, strict=True):
        decides = part if part in status else finding_id
        yield int(row), decides, status.get(decides, OPEN)


def rows_to_keep(
    findings: Sequence[Finding],
    ruling: Ruling,
    choices: Choices,
    parts: Parts,
) -> Kept:
    """The rows that kept findings name, where their rule sets rows aside."""
    wanted = ruling.kept
    if not wanted:
        return {}
    unique = unique_findings(findings)
    id_of = {f.spot: i for f, i in zip(unique, finding_ids(unique), strict=True)}
    kept: Kept = {}
    for finding in findings:
        if finding.severity != "SET ASIDE":
            continue
        finding_id = id_of[finding.spot]
        among = choices.of(finding, finding_id)
        rows = {row for choice, row in among.items() if choice in wanted}
        if not among and (finding_id in wanted or finding_id in parts):
            decided = rows_by_status(finding, finding_id, ruling.status, parts)
            rows = {row for row, _, status in decided if status == DECISIONS["keep"]}
        if rows:
            kept.setdefault(finding.table, {}).setdefault(finding.rule_id, set()).update(rows)
    return kept


def as_masks(kept: Mapping[str, set[int]], n: int) -> dict[str, NDArray[np.bool_]]:
    """Rule -> whether each of n rows is kept, as `Draft.kept` wants it."""
    masks: dict[str, NDArray[np.bool_]] = {}
    for rule_id, rows in kept.items():
        masks[rule_id] = np.zeros(n, dtype=bool)
        masks[rule_id][sorted(rows)] = True
    return masks


class _Problems:
    """Gathers what is wrong with lines, rule by rule, so that many of one kind become one finding."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._at: dict[str, list[tuple[int, str, str, Mapping[str, str]]]] = {}

    def add(self, rule_id: str, line: DecisionLine, name: str, facts: Mapping[str, str]) -> bool:
        """Note one problem at one cell; True, so that checks can be chained."""
        found = line.finding_id if name == "finding_id" else line.decision
        self._at.setdefault(rule_id, []).append((line.row, line.cells[name], found, facts))
        return True

    def findings(self) -> list[Finding]:
        """One finding per cell, or one for all cells of a rule where there are many."""
        made: list[Finding] = []
        for rule_id, places in self._at.items():
            by_sentence: dict[tuple[str, str], list[tuple[int, str, str, Mapping[str, str]]]] = {}
            for place in places:
                same = (place[3].get("problem", ""), place[3].get("suggestion", ""))
                by_sentence.setdefault(same, []).append(place)
            for (problem, suggestion), alike in by_sentence.items():
                many = {**_MANY.get(rule_id, {}), "problem": problem, "suggestion": suggestion}
                made += findings_at(rule_id, self._file, alike, many)
        return made


_MANY: Final[dict[str, dict[str, str]]] = {
    "DEC-04": {"other": "see the findings that are still open"},
    "DEC-06": {"other": "of several findings", "value": "the line that stands lowest"},
    "DEC-07": {"value": "an older day", "other": "a newer day"},
}


def _without_finding(line: DecisionLine, problems: _Problems, *, more_to_come: bool) -> str:
    if more_to_come:
        return "waiting"
    if line.decision == "corrected":
        return "corrected"
    problems.add("DEC-03", line, "finding_id", {})
    return "gone"


def _out_of_order(line: DecisionLine, earlier: Sequence[DecisionLine], problems: _Problems) -> bool:
    newest = max((other.date for other in earlier), default="")
    if line.date >= newest:
        return False
    return problems.add("DEC-07", line, "decision", {"value": line.date, "other": newest})


def _contradicts(line: DecisionLine, subject: Decidable, problems: _Problems) -> bool:
    if line.decision != "corrected":
        return False
    return problems.add("DEC-04", line, "decision", {"other": subject.place})


def _is_in_vain(
    line: DecisionLine, in_vain: Mapping[str, Mapping[str, str]], problems: _Problems
) -> bool:
    facts = in_vain.get(line.finding_id)
    return facts is not None and problems.add("DEC-05", line, "decision", facts)


def _does_not_fit(
    line: DecisionLine,
    wanted_kept: frozenset[str],
    known: Mapping[str, Decidable],
    problems: _Problems,
) -> bool:
    facts = refusal(line.finding_id, line.decision, known, wanted_kept)
    return facts is not None and problems.add("DEC-05", line, "decision", facts)


def refusal(
    finding_id: str,
    decision: str,
    known: Mapping[str, Decidable],
    wanted_kept: frozenset[str] = frozenset(),
) -> dict[str, str] | None:
    """Why a decision does not fit the finding, as `problem` and `suggestion`; None when it does.

    wanted_kept: ids that are to be kept, among which rivals are looked for.
    """
    subject = known[finding_id]
    title = RULES[subject.rule_id].title
    if subject.severity == "STOP":
        return {
            "problem": f"This finding stops the cohort ({title}); no decision can change that.",
            "suggestion": "Mend the file; the fix list says how.",
        }
    if decision == "accept" and subject.severity != "SET ASIDE":
        return {
            "problem": "accept means that rows stay out, but this finding keeps nothing out.",
            "suggestion": "Decide keep if the data are right as they are, with the reason; otherwise "
            "mend them.",
        }
    if decision != "keep" or subject.severity != "SET ASIDE":
        return None
    if not RULES[subject.rule_id].keepable:
        return {
            "problem": f"keep is not possible for this finding ({title}): without a mended cell there is "
            "nothing that could be analysed.",
            "suggestion": "Correct the cell from the paper form, or decide accept.",
        }
    whole = subject.rule_id in CHOOSE_ONE and finding_id == base_id(finding_id)
    if whole and any(base_id(i) == finding_id for i in known if i != finding_id):
        return {
            "problem": "keep has to say which of the rows counts.",
            "suggestion": "Decide keep on the line of that row; the decisions.csv that `stance check` "
            "writes has one line per row.",
        }
    if subject.rivals & wanted_kept:
        return {
            "problem": "keep is decided for more than one of these rows, and only one of them can count.",
            "suggestion": "Keep one row and decide accept for the others.",
        }
    return None


def _place(cell: str, sheet: str, file: str) -> str:
    where = f"{file}, sheet {sheet}" if sheet else file
    return f"{cell} of {where}" if cell else where or "the cohort folder"
