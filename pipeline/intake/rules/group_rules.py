"""Rules about groups: which group a cell means, whether both have people, whether a person has one."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import (
    Finding,
    listed,
    make_finding,
    near_sentence,
    nearest,
    quoted,
)
from schemas.study import Groups, Study

_NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]*)?")
_USUAL_CASES: Final = (
    *("lbp", "clbp", "nslbp", "cnslbp", "low back pain", "back pain", "pain", "case", "cases"),
    *("patient", "patients", "patienten", "symptomatic", "rückenschmerz", "schmerz"),
)
_USUAL_REFERENCES: Final = (
    *("control", "controls", "ctrl", "ctl", "con", "hc", "healthy", "healthy control", "normal"),
    *("asymptomatic", "pain-free", "no lbp", "kontrolle", "kontrollgruppe", "gesund", "kontrol"),
)


def check_groups(people: Draft, study: Study) -> list[Finding]:
    """Replace every spelling of a group by its label; unknown ones leave (GROUP-01 or GROUP-03)."""
    text = people.frame["group"]
    labels = {str(word): study.groups.resolve(str(word)) for word in text.dropna().unique()}
    resolved = text.map(labels).astype("str")
    unknown = (text.notna() & resolved.isna()).to_numpy(dtype=bool)
    people.frame["group"] = resolved
    if labels and not any(labels.values()) and all(map(_NUMBER.fullmatch, labels)):
        return _numbers_unexplained(people, unknown, sorted(labels))
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
            "near": near_sentence(found, spellings, "spelling")
            or _likely_meaning(found, study.groups),
        },
    )


def _numbers_unexplained(
    people: Draft, rows: NDArray[np.bool_], numbers: Sequence[str]
) -> list[Finding]:
    people.leave(rows, "GROUP-03")
    positions = np.flatnonzero(rows).tolist()
    words = listed(numbers)
    return cell_findings(
        "GROUP-03",
        people.addresses,
        "group",
        positions,
        [words] * len(positions),
        {"numbers": words},
        run_length=1,
    )


def _likely_meaning(found: str, groups: Groups) -> str:
    """Sentence for a usual word for cases or controls that the study did not declare, or ""."""
    options = {**dict.fromkeys(_USUAL_CASES, groups.case.label)}
    options |= dict.fromkeys(_USUAL_REFERENCES, groups.reference.label)
    word = nearest(found, list(options)) if found.strip() else None
    return "" if word is None else f" It looks like the group {options[word]}."


def check_group_sizes(people: Draft, study: Study) -> list[Finding]:
    """GROUP-02 for a group without a usable row, GROUP-04 where no row is usable at all.

    Both name the rules that took the rows out, which are the root cause. Nothing where the groups are
    numbers that nobody explained (GROUP-03): that is said once.
    """
    if (people.reason == "GROUP-03").any():
        return []
    if len(people.frame) and not people.usable.any():
        facts = {"value": str(len(people.frame)), "terms": listed(_rules_that_took(people))}
        return [_about_groups(people, "GROUP-04", "", facts)]
    groups = people.frame["group"]
    present = set(groups[people.usable])
    return [
        _about_groups(people, "GROUP-02", quoted(label), _missing_facts(people, label))
        for label in study.groups.labels
        if label not in present
    ]


def _about_groups(people: Draft, rule_id: str, found: str, facts: dict[str, str]) -> Finding:
    source = people.addresses.sources[0]
    return make_finding(
        rule_id,
        table=people.table.name,
        file=source.file,
        sheet=source.sheet,
        column="group",
        found=found,
        facts=facts,
    )


def _missing_facts(people: Draft, label: str) -> dict[str, str]:
    """What GROUP-02 says: the group, and what took the rows out that are or may be of this group."""
    groups = people.frame["group"]
    lost = ~people.usable & (groups.isna() | (groups == label)).to_numpy(dtype=bool)
    if not lost.any():
        return {"group": label, "near": ""}
    n, rules = int(lost.sum()), listed(_rules_that_took(people, lost))
    rows = "1 row that is or may be" if n == 1 else f"{n} rows that are or may be"
    return {"group": label, "near": f" {rows} of this group left the analysis: {rules}."}


def _rules_that_took(people: Draft, rows: NDArray[np.bool_] | None = None) -> list[str]:
    """Ids of the rules that took rows out; of all rows that left, or of some."""
    reasons = people.reason if rows is None else people.reason[rows]
    return sorted({str(reason) for reason in reasons} - {""})


def check_one_group_each(people: Draft) -> list[Finding]:
    """KEY-05: people who stand in both groups leave with all their rows; one finding per person."""
    codes = people.frame["participant_id"].str.casefold()
    groups = people.frame["group"]
    known = codes.notna() & groups.notna()
    n_groups = groups[known].groupby(codes[known]).nunique()
    torn = codes.isin(n_groups.index[n_groups > 1]) & known
    rows = torn.fillna(False).to_numpy(dtype=bool)
    people.leave(rows, "KEY-05")
    findings: list[Finding] = []
    for _, members in codes[rows].groupby(codes[rows], sort=False):
        positions = members.index.tolist()
        code = str(people.frame["participant_id"].iloc[positions[0]])
        places = [f"{groups.iloc[p]} in {people.addresses.cell(p, 'group')}" for p in positions]
        findings += cell_findings(
            "KEY-05",
            people.addresses,
            "group",
            positions,
            [code] * len(positions),
            {"code": code, "places": " and ".join(places[:4])},
            run_length=1,
        )
    return findings


def group_of_participants(people: Draft) -> dict[str, str]:
    """Participant -> group label, wherever the table says exactly one."""
    known = people.frame.loc[people.frame["group"].notna(), ["participant_id", "group"]].dropna()
    alone = known.drop_duplicates().drop_duplicates("participant_id", keep=False)
    return dict(zip(alone["participant_id"], alone["group"], strict=True))
