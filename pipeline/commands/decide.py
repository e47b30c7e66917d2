"""`stance decide`: what a data manager decides becomes lines of decisions.csv in the cohort folder.

This is a person's act and no run: nothing else of Stance ever writes into a cohort folder.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.intake.cohort import CohortIntake, read_cohort
from pipeline.intake.columns.headings import plain_name
from pipeline.intake.deciding.decision_file import DecisionFile, declared_files, read_decisions
from pipeline.intake.deciding.rulings import Decidable, decidable_in, refusal
from pipeline.intake.deciding.single_rows import base_id
from pipeline.intake.deciding.status_tables import to_decide
from pipeline.intake.files.discovery import CohortFiles
from pipeline.intake.findings.messages import listed, nearest
from pipeline.intake.formats.reading import reading_of
from pipeline.intake.signal_findings import settle_signals
from pipeline.publishing.fix_list.decision_files import HEADINGS, csv_of, write_proposal
from pipeline.publishing.fix_list.findings_history import compare, read_gone, read_history
from pipeline.publishing.fix_list.fix_list_files import FOLDER, HISTORY
from pipeline.workspace.atomic import remove_file, write_bytes
from pipeline.workspace.errors import DamagedFile, UsageError
from pipeline.workspace.layout import Workspace
from pipeline.workspace.table_store import load_table
from schemas.decisions import DECISIONS
from schemas.rules import RULES

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Waiting:
    """What waits for a decision in a cohort, and where the proposal to fill in lies."""

    table: pd.DataFrame
    proposal: Path

    @property
    def n_aside(self) -> int:
        """How many findings that set rows aside wait; rows among which to choose count once."""
        aside = self.table[self.table["severity"] == "SET ASIDE"]
        return int(aside["finding_id"].map(base_id).nunique())


def propose(workspace: Workspace, cohort: str, read: CohortIntake) -> Waiting:
    """Write what waits for a decision and what was decided below the reports of a cohort.

    Findings of the last run about recordings are among it, because only a run opens them.
    """
    recordings, decisions = _settle_signals(workspace, cohort, read)
    waiting = pd.concat([read.to_decide, to_decide(recordings)], ignore_index=True)
    decimal = read.study.decimal if read.study is not None else "."
    reports = workspace.cohort_reports(cohort)
    return Waiting(waiting, write_proposal(reports, decisions, waiting, decimal=decimal))


def decide(
    workspace: Workspace,
    cohort: str,
    words: Sequence[str],
    *,
    reason: str,
    initials: str,
    all_of: str | None = None,
) -> str:
    """Append decisions to decisions.csv of a cohort; answers the sentence for the person.

    words: ids of findings and one of accept, corrected, keep. all_of: a rule, whose open findings are all
    decided. Raises UsageError, and writes nothing, when a word is unknown or a decision does not fit.
    The caller holds the lock of the cohort.
    """
    folder = workspace.existing_cohort_folder(cohort)
    decision, ids = _understood(words)
    signed = {"reason": reason.strip(), "initials": initials.strip()}
    for name, text in signed.items():
        if not text:
            raise UsageError(f"A decision needs a --{name}.", "Say why, and who decides.")
    read = read_cohort(folder)
    recordings, _ = _settle_signals(workspace, cohort, read)
    waiting = pd.concat([read.to_decide, to_decide(recordings)], ignore_index=True)
    known = {**decidable_in(recordings), **read.decidable}
    ids = list(dict.fromkeys([*ids, *_all_of(all_of, waiting)]))
    if not ids:
        raise UsageError("No finding was named.", _example(cohort))
    mended = _mend(workspace, cohort, read, recordings) if decision == "corrected" else {}
    _refuse_what_does_not_fit([i for i in ids if i not in mended], decision, known, waiting, read)
    given = _decision_file(folder, read)
    known_lines = {str(line["finding_id"]): line for line in waiting.fillna("").to_dict("records")}
    entries = [
        {
            "finding_id": finding_id,
            "decision": decision,
            **signed,
            "date": dt.date.today().isoformat(),
            **{str(k): str(v) for k, v in known_lines.get(finding_id, {}).items()},
            **mended.get(finding_id, {}),
        }
        for finding_id in ids
    ]
    path = folder / given.file
    decimal = read.study.decimal if read.study is not None else "."
    before = path.read_bytes() if path.is_file() else None
    write_bytes(path, _append(path, given, entries, ";" if decimal == "," else ","))
    after = read_cohort(folder)
    problem = _refused_when_read(after, len(entries))
    if problem is not None:
        if before is None:
            remove_file(path)
        else:
            write_bytes(path, before)
        raise problem
    left = propose(workspace, cohort, after)
    return (
        f"{len(entries)} decision(s) written to {path}. Findings that set rows aside and still wait: "
        f"{left.n_aside}."
    )


def _refused_when_read(after: CohortIntake, n: int) -> UsageError | None:
    """Why one of the last n lines of decisions.csv does not count; None when all do.

    Whether a row can be kept is known only once the checks have been made with it in the analysis.
    """
    new = after.decisions.nlargest(n, "line")
    refused = new[new["state"].isin(["refused", "gone"])]
    if refused.empty:
        return None
    line = refused.iloc[-1]
    remarks = after.findings[
        after.findings["rule_id"].isin(["DEC-03", "DEC-04", "DEC-05", "DEC-07"])
    ]
    said = [
        remark
        for remark in remarks.to_dict("records")
        if _covers(str(remark["cells"]), str(line["decision_cell"]))
        or _covers(str(remark["cells"]), str(line["id_cell"]))
    ]
    why = str(said[0]["why"]) if said else "it does not count when the cohort is read with it."
    fix = str(said[0]["fix"]) if said else "Run `stance check` and decide about what it lists."
    return UsageError(f"{line['finding_id']}: {why} Nothing was written.", fix)


def _covers(ranges: str, cell: str) -> bool:
    """Whether Excel ranges such as "C2:C31 C40" hold a cell."""
    column, row = re.sub(r"[0-9]", "", cell), int(re.sub(r"[^0-9]", "", cell))
    for part in ranges.split():
        first, _, last = part.partition(":")
        if re.sub(r"[0-9]", "", first) == column and int(first[len(column) :]) <= row <= int(
            (last or first)[len(column) :]
        ):
            return True
    return False


def _understood(words: Sequence[str]) -> tuple[str, list[str]]:
    decisions = [word.casefold() for word in words if word.casefold() in DECISIONS]
    ids = [word.casefold() for word in words if word.casefold() not in DECISIONS]
    if len(set(decisions)) != 1:
        raise UsageError(
            f"Say one of {listed(list(DECISIONS))}.",
            "accept: the row stays out. corrected: the file was corrected. keep: analysed as it is.",
        )
    return decisions[0], ids


def _all_of(rule_id: str | None, waiting: pd.DataFrame) -> list[str]:
    if rule_id is None:
        return []
    if rule_id.upper() not in RULES:
        close = nearest(rule_id, list(RULES))
        hint = f"The nearest rule is {close}." if close else "The fix list names the rules."
        raise UsageError(f"There is no rule {rule_id}.", hint)
    of_rule = waiting.loc[waiting["rule_id"] == rule_id.upper(), "finding_id"]
    ids = [i for i in of_rule if i == base_id(i)]
    if not ids:
        raise UsageError(
            f"No finding of {rule_id.upper()} waits for a decision.", _open_ones(waiting)
        )
    return ids


def _refuse_what_does_not_fit(
    ids: Sequence[str],
    decision: str,
    known: Mapping[str, Decidable],
    waiting: pd.DataFrame,
    read: CohortIntake,
) -> None:
    counting = read.decisions[read.decisions["state"] == "applies"]
    before = set(counting.loc[counting["decision"] == "keep", "finding_id"]) - set(ids)
    kept = frozenset({*before, *(ids if decision == "keep" else ())})
    for finding_id in ids:
        if finding_id not in known:
            close = nearest(finding_id, list(known))
            hint = f"The nearest one is {close}. " if close else ""
            raise UsageError(f"No finding has the id {finding_id}.", f"{hint}{_open_ones(waiting)}")
        if decision == "corrected":
            raise UsageError(
                f"{finding_id} is still there: {known[finding_id].place}.",
                "Correct the file of the cohort first, then run `stance check` again. A finding that is "
                "gone needs no decision; decide corrected to keep a record of what was mended.",
            )
        problem = refusal(finding_id, decision, known, kept)
        if problem is not None:
            raise UsageError(f"{finding_id}: {problem['problem']}", problem["suggestion"])


def _mend(
    workspace: Workspace, cohort: str, read: CohortIntake, recordings: pd.DataFrame
) -> dict[str, dict[str, str]]:
    """Id of every finding that an earlier check had and that is gone now -> what is known of it.

    What a STOP keeps from being checked is not known to be gone.
    """
    path = workspace.cohort_reports(cohort) / FOLDER / HISTORY
    present = pd.concat([read.findings, recordings], ignore_index=True)
    fixed = compare(present, read_history(path), "").fixed
    still = {*present["finding_id"], *read.decidable}
    return {
        past.finding_id: {
            "finding_id": past.finding_id,
            "rule_id": past.rule_id,
            "severity": past.severity,
            "file": f"{past.file}, sheet {past.sheet}" if past.sheet else past.file,
            "cell": past.cell,
        }
        for past in (*read_gone(path), *fixed)
        if past.finding_id not in still
    }


def _open_ones(waiting: pd.DataFrame) -> str:
    if waiting.empty:
        return "Nothing waits for a decision."
    lines = [
        f"{line['finding_id']} ({line['rule_id']}, {line['cell'] or line['file']})"
        for line in waiting.fillna("").to_dict("records")
    ]
    return f"Waiting for a decision: {listed(lines)}."


def _example(cohort: str) -> str:
    return (
        f'Example: stance decide {cohort} f3c0a1b2d4e accept --reason "form lost" --initials AB. '
        "The decisions.csv that `stance check` writes has the ids."
    )


def _settle_signals(
    workspace: Workspace, cohort: str, read: CohortIntake
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Findings about recordings of the last run with their status, and all decisions."""
    stored = workspace.tables_folder / cohort / "signal_findings.parquet"
    none = read.findings.iloc[:0]
    if not len(read.tables.get("recordings", ())) or not stored.is_file():
        return none, read.decisions
    try:
        found = load_table(stored)
    except DamagedFile:
        return none, read.decisions
    about_recordings = found[~found["rule_id"].str.startswith("DEC-")]
    findings, decisions = settle_signals(
        about_recordings.assign(status="open"), read.decisions, read.findings["finding_id"]
    )
    return findings, decisions


def _decision_file(folder: Path, read: CohortIntake) -> DecisionFile:
    if read.study is None:
        return DecisionFile()
    given = read_decisions(CohortFiles(folder, reading_of(read.study)), declared_files(read.study))
    broken = [finding for finding in given.findings if finding.severity == "STOP"]
    if broken:
        raise UsageError(broken[0].why, broken[0].fix)
    return given


def _append(
    path: Path, given: DecisionFile, entries: Sequence[Mapping[str, str]], delimiter: str
) -> bytes:
    """The file as it is with these lines below; every column that a person added stays."""
    if given.grid is None:
        return csv_of(
            HEADINGS, ([entry.get(h, "") for h in HEADINGS] for entry in entries), delimiter
        )
    headings = given.grid.headings
    columns = [cells.text.astype(str).tolist() for cells in given.grid.columns]
    lines = [list(line) for line in zip(*columns, strict=True)]
    lines += [[entry.get(plain_name(h), "") for h in headings] for entry in entries]
    first_line = re.split(r"[\r\n]", path.read_bytes().decode("utf-8-sig", errors="replace"))[0]
    used = max(_DELIMITERS, key=first_line.count)
    return csv_of(headings, lines, used if used in first_line else delimiter)
