"""Rules about whole rows: who they belong to, whether they stand twice, what they point to."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.intake.cells import cell_findings
from pipeline.intake.discovery import HIDDEN, HIDDEN_FIX, file_inside
from pipeline.intake.drafts import PARTICIPANT_SET_ASIDE, Draft
from pipeline.intake.messages import Finding, listed, make_finding, near_sentence, quoted
from pipeline.workspace.hashing import is_hidden
from schemas.study import Study

_SHOWN_PLACES = 3


def check_groups(people: Draft, study: Study) -> list[Finding]:
    """Replace every spelling of a group by its label; unknown ones leave (GROUP-01)."""
    text = people.frame["group"]
    labels = {word: study.groups.resolve(str(word)) for word in text.dropna().unique()}
    resolved = text.map(labels).astype("str")
    unknown = (text.notna() & resolved.isna()).to_numpy(dtype=bool)
    people.frame["group"] = resolved
    people.leave(unknown, "GROUP-01")
    groups = (study.groups.case, study.groups.reference)
    spellings = [word for group in groups for word in (group.label, *group.spellings)]
    positions = np.flatnonzero(unknown).tolist()
    return cell_findings(
        "GROUP-01",
        people.addresses,
        "group",
        positions,
        people.text("group").iloc[positions].tolist(),
        lambda found: {
            "terms": listed(spellings),
            "near": near_sentence(found, spellings, "spelling"),
        },
    )


def check_group_sizes(people: Draft, study: Study) -> list[Finding]:
    """GROUP-02 for a group that nobody is in."""
    present = set(people.frame.loc[people.usable, "group"])
    source = people.addresses.sources[0]
    return [
        make_finding(
            "GROUP-02",
            table=people.table.name,
            file=source.file,
            sheet=source.sheet,
            column="group",
            found=quoted(label),
            facts={"value": label},
        )
        for label in study.groups.labels
        if label not in present
    ]


def group_of_participants(people: Draft) -> dict[str, str]:
    """Participant -> group label, wherever the table says exactly one."""
    known = people.frame.loc[people.frame["group"].notna(), ["participant_id", "group"]].dropna()
    alone = known.drop_duplicates().drop_duplicates("participant_id", keep=False)
    return dict(zip(alone["participant_id"], alone["group"], strict=True))


def check_participants_known(draft: Draft, people: Draft) -> list[Finding]:
    """Rows of people without a row in participants leave (KEY-02), and rows of people set aside.

    One finding per person and file: the missing participant is one problem, whatever the number
    of rows.
    """
    ids = draft.frame["participant_id"]
    listed_ids = people.frame["participant_id"].dropna()
    usable_ids = people.frame.loc[people.usable, "participant_id"]
    has_id = ids.notna().to_numpy(dtype=bool)
    unknown = has_id & draft.usable & ~ids.isin(listed_ids).to_numpy(dtype=bool)
    draft.leave(unknown, "KEY-02")
    draft.leave(has_id & ~ids.isin(usable_ids).to_numpy(dtype=bool), PARTICIPANT_SET_ASIDE)
    options = listed_ids.astype(str).tolist()
    positions = np.flatnonzero(unknown).tolist()
    return cell_findings(
        "KEY-02",
        draft.addresses,
        "participant_id",
        positions,
        ids.iloc[positions].tolist(),
        lambda found: {"value": found, "near": near_sentence(found, options, "known code")},
        run_length=1,
    )


def check_participants_have_rows(people: Draft, holds: Draft) -> list[Finding]:
    """KEY-03 for people without a single hold, whether usable or not."""
    with_rows = set(holds.frame["participant_id"].dropna())
    ids = people.frame["participant_id"]
    lonely = people.usable & ~ids.isin(with_rows).to_numpy(dtype=bool)
    positions = np.flatnonzero(lonely).tolist()
    return cell_findings(
        "KEY-03",
        people.addresses,
        "participant_id",
        positions,
        ids.iloc[positions].tolist(),
        lambda found: {"value": found, "other": f"the {holds.table.what} table"},
    )


def check_rows_stand_once(draft: Draft) -> list[Finding]:
    """KEY-01: rows with the same key all leave, each named with the cell of the others.

    Rows that left because their participant is not usable, or whose key itself is broken, are not
    compared. Codes of participants that differ only in case are the same person.
    """
    key = list(draft.table.key)
    comparable = ~np.isin(draft.reason, ("KEY-02", PARTICIPANT_SET_ASIDE))
    for name in key:
        comparable &= ~draft.broken[name] & draft.frame[name].notna().to_numpy(dtype=bool)
    keys = draft.frame.loc[comparable, key].astype("str")
    if draft.table.name == "participants":
        keys = keys.apply(lambda column: column.str.casefold())
    twice = keys[keys.duplicated(keep=False)]
    findings: list[Finding] = []
    for _, group in twice.groupby(key, sort=False):
        findings += _double_findings(draft, group.index.tolist())
    rows = np.zeros(len(draft.frame), dtype=bool)
    rows[twice.index.to_numpy()] = True
    draft.leave(rows, "KEY-01")
    return findings


def _double_findings(draft: Draft, positions: Sequence[int]) -> list[Finding]:
    findings: list[Finding] = []
    for position in positions:
        # A few twins are enough: a table without trial numbers has one large group per person.
        others = [p for p in positions[: _SHOWN_PLACES + 1] if p != position][:_SHOWN_PLACES]
        words = _key_words(draft, position)
        facts = {
            "keys": f"The entries {words}",
            "other": " and ".join(_place(draft, position, other) for other in others),
        }
        findings += cell_findings(
            "KEY-01", draft.addresses, "participant_id", [position], [words], facts
        )
    return findings


def _key_words(draft: Draft, position: int) -> str:
    in_file = [name for name in draft.table.key if name in draft.addresses.column_number]
    values = (draft.frame[name].iloc[position] for name in in_file)
    return ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values)


def _place(draft: Draft, position: int, other: int) -> str:
    places = draft.addresses
    cell = places.cell(other, "participant_id")
    if places.source_number[position] == places.source_number[other]:
        return cell
    source = places.sources[int(places.source_number[other])]
    return f"{cell} of {source.sheet or source.file}"


def check_tasks(draft: Draft, study: Study) -> list[Finding]:
    """TASK-01 for balance tasks that neither Stance nor study.yaml knows."""
    if "task" not in draft.frame:
        return []
    known = {task.casefold(): task for task in study.balance_tasks()}
    text = draft.frame["task"]
    meant = {word: known.get(str(word).casefold()) for word in text.dropna().unique()}
    resolved = text.map(meant).astype("str")
    unknown = (
        draft.usable & text.notna().to_numpy(dtype=bool) & resolved.isna().to_numpy(dtype=bool)
    )
    draft.frame["task"] = resolved.where(resolved.notna(), text)
    draft.leave(unknown, "TASK-01")
    terms = list(known.values())
    positions = np.flatnonzero(unknown).tolist()
    return cell_findings(
        "TASK-01",
        draft.addresses,
        "task",
        positions,
        draft.text("task").iloc[positions].tolist(),
        lambda found: {"terms": listed(terms), "near": near_sentence(found, terms, "task")},
    )


def check_recording_files(recordings: Draft, folder: Path) -> list[Finding]:
    """REC-01 where the file is not a plain file inside the cohort folder, REC-02 where it is hidden."""
    names = recordings.frame["file"].str.replace("\\", "/", regex=False)
    recordings.frame["file"] = names
    paths = {name: file_inside(folder, str(name)) for name in names.dropna().unique()}
    hidden = [name for name, path in paths.items() if path and is_hidden(folder.resolve(), path)]
    absent = recordings.usable & names.isin([n for n, p in paths.items() if p is None]).to_numpy()
    unseen = recordings.usable & names.isin(hidden).to_numpy()
    recordings.leave(absent, "REC-01")
    recordings.leave(unseen, "REC-02")
    facts = {"problem": HIDDEN, "suggestion": HIDDEN_FIX}
    findings = recordings.findings("REC-02", "file", unseen, facts)
    positions = np.flatnonzero(absent).tolist()
    # A file that another row names is that row's recording, never the one that is missing.
    taken = frozenset(names.dropna().astype(str))
    nearby = _files_beside(folder, names.iloc[positions], taken) if positions else {}
    return findings + cell_findings(
        "REC-01",
        recordings.addresses,
        "file",
        positions,
        names.iloc[positions].tolist(),
        lambda found: {"near": near_sentence(found, nearby.get(_parent(found), ()), "file")},
    )


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _files_beside(
    folder: Path, names: "pd.Series[str]", taken: frozenset[str]
) -> Mapping[str, Sequence[str]]:
    """For the folders that missing recordings should be in: the files there that no row names."""
    beside: dict[str, list[str]] = {}
    for parent in {_parent(str(name)) for name in names}:
        place = (folder / parent).resolve()
        if place.is_relative_to(folder.resolve()) and place.is_dir():
            prefix = f"{parent}/" if parent else ""
            files = {prefix + p.name for p in place.iterdir() if p.is_file()}
            beside[parent] = sorted(files - taken)
    return beside
