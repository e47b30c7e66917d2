"""Rules about whole rows: who they belong to, whether they stand twice, and codes written in different ways."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import cell_findings, finding_of_rivals, seen_from
from pipeline.intake.cells.word_codes import replace_words
from pipeline.intake.columns.drafts import PARTICIPANT_SET_ASIDE, Draft, repeated_rows
from pipeline.intake.findings.messages import Finding, listed, near_sentence, nearest
from schemas.study import Study

_SHOWN_PLACES = 4
_TWICE = 2
_FEWEST_TWICE = 3
"""Fewer entries that stand twice say nothing about the table."""
_MOST_COMPARED = 200
"""Beyond this many unknown codes nobody looks for the nearest one: the table is another study's."""


def check_participants_known(drafts: Sequence[Draft], people: Draft) -> list[Finding]:
    """Rows of people without a row in participants leave (KEY-02), and rows of people set aside.

    drafts: all tables but the participants. One finding per person, in the first table that has the
    code: the missing participant is one problem, whatever the number of rows and tables. Where the
    participants table has as many unreadable codes as there are unknown ones, these are the problem.
    """
    listed_ids = people.frame["participant_id"].dropna()
    usable_ids = people.frame.loc[people.usable, "participant_id"]
    unknown_in: list[NDArray[np.bool_]] = []
    for draft in drafts:
        ids = draft.frame["participant_id"]
        has_id = ids.notna().to_numpy(dtype=bool)
        unknown = has_id & ~ids.isin(listed_ids).to_numpy(dtype=bool)
        to_report = unknown & draft.usable
        draft.leave(unknown, "KEY-02")
        draft.leave(has_id & ~ids.isin(usable_ids).to_numpy(dtype=bool), PARTICIPANT_SET_ASIDE)
        unknown_in.append(to_report)
    codes = {
        str(code)
        for draft, rows in zip(drafts, unknown_in, strict=True)
        for code in draft.frame["participant_id"][rows].unique()
    }
    if len(codes) <= int(people.broken["participant_id"].sum()):
        return []
    options = listed_ids.astype(str).tolist() if len(codes) <= _MOST_COMPARED else []
    bare = codes_without_zeros(listed_ids.astype(str).unique().tolist())
    same = {code: bare[short] for code in codes if (short := without_zeros(code)) in bare}
    if len(codes) > 1 and len(same) == len(codes):
        return _all_lost_zeros(drafts, unknown_in, same)
    findings: list[Finding] = []
    for draft, positions, new in _first_met(drafts, unknown_in):
        findings += cell_findings(
            "KEY-02",
            draft.addresses,
            "participant_id",
            positions,
            new,
            lambda found: {
                "value": found,
                "near": _lost_zeros(found, same) or near_sentence(found, options, "known code"),
            },
            run_length=1,
        )
    return findings


def _first_met(
    drafts: Sequence[Draft], unknown_in: Sequence[NDArray[np.bool_]]
) -> Iterator[tuple[Draft, list[int], list[str]]]:
    """Each table with its unknown rows whose code no table before it has, as positions and codes."""
    seen: set[str] = set()
    for draft, rows in zip(drafts, unknown_in, strict=True):
        ids = draft.frame["participant_id"]
        positions = np.flatnonzero(rows & ~ids.isin(seen).to_numpy(dtype=bool)).tolist()
        codes = ids.iloc[positions].tolist()
        yield draft, positions, codes
        seen |= {str(code) for code in codes}


def _lost_zeros(code: str, same: Mapping[str, str]) -> str:
    """Sentence that names the code that differs in leading zeros only, or ""."""
    if code not in same:
        return ""
    return (
        f" {code} and {same[code]} may be the same person: leading zeros were lost; format the column "
        "as Text."
    )


def _all_lost_zeros(
    drafts: Sequence[Draft], unknown_in: Sequence[NDArray[np.bool_]], same: Mapping[str, str]
) -> list[Finding]:
    """One KEY-02 finding per table whose codes all differ from the known ones in leading zeros only."""
    findings: list[Finding] = []
    for draft, positions, codes in _first_met(drafts, unknown_in):
        here = [str(code) for code in codes]
        if not here:
            continue
        others = len(set(here)) - 1
        value = here[0] if not others else f"{here[0]}, like {others} more codes,"
        facts = {"value": value, "near": _lost_zeros(here[0], same)}
        findings += cell_findings(
            "KEY-02", draft.addresses, "participant_id", positions, here, facts, run_length=1
        )
    return findings


def check_participants_have_rows(people: Draft, holds: Draft) -> list[Finding]:
    """KEY-03 for people without a single hold, whether usable or not.

    Not for somebody whose code is the nearest one to an unknown code of the hold-time table: the
    mistyped code is the problem.
    """
    with_rows = set(holds.frame["participant_id"].dropna())
    ids = people.frame["participant_id"]
    options = ids.dropna().astype(str).tolist()
    strangers = sorted(with_rows - set(options))
    bare = codes_without_zeros(options)
    with_rows |= {bare[short] for code in strangers if (short := without_zeros(str(code))) in bare}
    if len(strangers) <= _MOST_COMPARED:
        with_rows |= {nearest(str(code), options) for code in strangers}
    lonely = people.usable & ~ids.isin(with_rows).to_numpy(dtype=bool)
    if holds.broken["participant_id"].sum() >= lonely.sum():
        return []  # rows whose code cannot be read may be theirs
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
    """KEY-01: rows with the same key all leave; one finding names them all (KEY-04 without trials).

    Rows that left because their participant is not usable, or whose key itself is broken, are not
    compared. Codes of participants that differ only in case are the same person.
    """
    key = list(draft.table.key)
    comparable = ~np.isin(draft.reason, ("KEY-02", "KEY-05", PARTICIPANT_SET_ASIDE))
    for name in key:
        comparable &= ~draft.broken[name] & draft.frame[name].notna().to_numpy(dtype=bool)
    is_people = draft.table.name == "participants"
    groups = repeated_rows(draft.frame, key, comparable, fold=is_people)
    if not groups:
        return []
    has_no_trial = _has_no_trial(draft)
    unnumbered, double, again = np.zeros((3, len(draft.frame)), dtype=bool)
    numbered = [group for group in groups if not has_no_trial[group].all()]
    n_keys = int(comparable.sum()) - sum(len(group) - 1 for group in groups)
    is_second_visit = _is_second_visit(draft, numbered, n_keys)
    findings: list[Finding] = []
    for group in groups:
        if has_no_trial[group].all():
            unnumbered[group] = True
            continue
        if is_second_visit and len(group) == _TWICE:
            again[group] = True
            continue
        double[group] = True
        findings.append(_double_finding(draft, group.tolist()))
    draft.leave(unnumbered | again, "KEY-04")
    draft.leave(double, "KEY-01")
    return [*_unnumbered_trials(draft, unnumbered), *_second_visit(draft, again), *findings]


def _is_second_visit(draft: Draft, groups: Sequence[NDArray[np.intp]], n_keys: int) -> bool:
    """Whether so many entries stand exactly twice that a visit or a trial is missing in the table."""
    if not {"visit", "trial"} & set(draft.table.key):
        return False
    n_twice = sum(len(group) == _TWICE for group in groups)
    return n_twice >= _FEWEST_TWICE and _TWICE * n_twice >= n_keys


def _second_visit(draft: Draft, rows: NDArray[np.bool_]) -> list[Finding]:
    positions = np.flatnonzero(rows).tolist()
    n_entries = len(positions) // _TWICE
    problem = (
        f"{n_entries} entries of person, leg and trial stand exactly twice, as in a second visit"
    )
    return cell_findings(
        "KEY-04",
        draft.addresses,
        "participant_id",
        positions,
        ["every entry twice"] * len(positions),
        {"rows_without_trial": problem},
        run_length=1,
    )


def _has_no_trial(draft: Draft) -> NDArray[np.bool_]:
    """Rows whose trial number nobody typed, in tables that have trials."""
    if "trial" not in draft.table.key:
        return np.zeros(len(draft.frame), dtype=bool)
    if "trial" not in draft.shown:
        return np.ones(len(draft.frame), dtype=bool)
    return (draft.shown["trial"] == "").to_numpy(dtype=bool)


def _unnumbered_trials(draft: Draft, rows: NDArray[np.bool_]) -> list[Finding]:
    positions = np.flatnonzero(rows).tolist()
    return cell_findings(
        "KEY-04",
        draft.addresses,
        "trial",
        positions,
        ["no trial number"] * len(positions),
        {
            "rows_without_trial": f"{len(positions)} rows share person, leg and condition with another "
            "row and have no trial number"
        },
        run_length=1,
    )


def _double_finding(draft: Draft, positions: Sequence[int]) -> Finding:
    words = _key_words(draft, positions[0])
    places = [
        seen_from(draft.addresses, positions[0], position, "participant_id")
        for position in positions
    ]
    facts = {"keys": f"The entries {words}", "places": listed(places, _SHOWN_PLACES)}
    return finding_of_rivals("KEY-01", draft.addresses, "participant_id", positions, words, facts)


def _key_words(draft: Draft, position: int) -> str:
    in_file = [name for name in draft.table.key if name in draft.addresses.column_number]
    values = (draft.frame[name].iloc[position] for name in in_file)
    return ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values)


def check_tasks(draft: Draft, study: Study) -> list[Finding]:
    """TASK-01 for balance tasks that neither Stance nor study.yaml knows."""
    if "task" not in draft.frame:
        return []
    known = {task.casefold(): task for task in study.balance_tasks()}
    text = draft.frame["task"]
    meant: Mapping[str, str | None] = {
        word: known.get(str(word).casefold()) for word in text.dropna().unique()
    }
    if all(word == term for word, term in meant.items()):
        return []
    resolved = replace_words(text, meant)
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


_CODE = re.compile(r"(.*?)([0-9]+)")
_LEADING_ZEROS = re.compile(r"(?<![0-9.,])0+(?=[0-9])")
_EXPONENT = re.compile(r"[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+")


def without_zeros(code: str) -> str:
    """A code as it is when the zeros in front of its numbers are lost: 001 is 1, P-04 is p-4."""
    return _LEADING_ZEROS.sub("", code).casefold()


def codes_without_zeros(codes: Sequence[str]) -> dict[str, str]:
    """Code without leading zeros -> code, for codes that no other code is like."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for code in dict.fromkeys(codes):
        short = without_zeros(code)
        if short in found:
            doubtful.add(short)
        found[short] = code
    return {short: code for short, code in found.items() if short not in doubtful}


def check_code_shapes(people: Draft, holds: Draft | None) -> list[Finding]:
    """CELL-16 for codes with fewer digits than the zeros of the others ask for, and for 1E5.

    Codes that no hold time has are left to the rules about unknown participants: there the code
    differs between the tables, which is the problem to solve.
    """
    ids = people.frame["participant_id"]
    if holds is not None:
        ids = ids[ids.isin(holds.frame["participant_id"].unique())]
    codes = ids.dropna().astype(str).tolist()
    odd = _odd_codes(codes)
    if not odd:
        return []
    rows = people.frame["participant_id"].isin(odd).to_numpy(dtype=bool)
    positions = np.flatnonzero(rows)
    texts = people.text("participant_id").iloc[positions]
    return cell_findings("CELL-16", people.addresses, "participant_id", positions, texts, {})


def _odd_codes(codes: list[str]) -> set[str]:
    """Codes that look as if zeros were lost, or as if Excel had read them as a number."""
    parts = {code: found for code in codes if (found := _CODE.fullmatch(code)) is not None}
    padded: dict[str, int] = {}
    for found in parts.values():
        if found[2].startswith("0") and len(found[2]) > 1:
            padded[found[1]] = max(padded.get(found[1], 0), len(found[2]))
    odd = {code for code, found in parts.items() if len(found[2]) < padded.get(found[1], 0)}
    exponents = {code for code in codes if _EXPONENT.fullmatch(code)}
    if any(code.isdigit() for code in codes):
        odd |= exponents
    return odd
