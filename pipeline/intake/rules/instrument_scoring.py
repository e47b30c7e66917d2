"""Scores of questionnaires from their answers: ODI in percent, IPAQ in MET-minutes and category.

Sources: ODI: sum / (5 x answered sections) x 100 (asir-journal 1750-1164-7-12, table 1). IPAQ short
form: guidelines for data processing, November 2005; categories as in PMC8994706. TSK, RMDQ and PCS
are not scored from items: which TSK items are reversed was never read at a source.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.row_findings import block_finding, for_all, row_findings
from pipeline.intake.findings.messages import Finding, listed
from schemas.instruments import (
    IPAQ_ACTIVITIES,
    IPAQ_CATEGORIES,
    IPAQ_DAYS,
    IPAQ_IMPOSSIBLE_MIN,
    IPAQ_LONGEST_MIN,
    IPAQ_MINUTES,
    ODI_ITEM_MAXIMUM,
    ODI_ITEMS,
)
from schemas.study import Study

ROUNDING = 1.0
"""A total and its answers may differ by this much: totals are printed in whole numbers."""

_IPAQ_ANSWERS = tuple(
    column for pair in zip(IPAQ_DAYS, IPAQ_MINUTES, strict=True) for column in pair
)
_MET, _CATEGORY = "ipaq_met_min_week", "ipaq_category"

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]


def odi_percent(answers: Numbers) -> Numbers:
    """ODI in % of each row of answers (0 to 5, missing allowed); missing where nothing is answered."""
    answered = np.isfinite(answers).sum(axis=1)
    with np.errstate(invalid="ignore"):
        shares = np.nansum(answers, axis=1) / (ODI_ITEM_MAXIMUM * answered)
    return np.asarray(shares * 100, dtype=np.float64)


def ipaq_met_minutes(days: Numbers, minutes: Numbers) -> Numbers:
    """MET-minutes per week; columns are the activities of IPAQ_ACTIVITIES, minutes are per day."""
    met = np.array(list(IPAQ_ACTIVITIES.values()))
    total: Numbers = (met * np.minimum(minutes, IPAQ_LONGEST_MIN) * days).sum(axis=1)
    return np.round(total, 6)


def ipaq_categories(days: Numbers, minutes: Numbers) -> npt.NDArray[np.object_]:
    """low, moderate or high for complete answers (columns walk, moderate, vigorous)."""
    counted = np.minimum(minutes, IPAQ_LONGEST_MIN)
    total = ipaq_met_minutes(days, minutes)
    vigorous = IPAQ_ACTIVITIES["vigorous"] * counted[:, 2] * days[:, 2]
    all_days = days.sum(axis=1)
    half_hours = np.where(counted[:, :2] >= 30, days[:, :2], 0).sum(axis=1)
    moderate = (
        ((days[:, 2] >= 3) & (counted[:, 2] >= 20))
        | (half_hours >= 5)
        | ((all_days >= 5) & (total >= 600))
    )
    high = ((days[:, 2] >= 3) & (vigorous >= 1500)) | ((all_days >= 7) & (total >= 3000))
    low_word, moderate_word, high_word = IPAQ_CATEGORIES
    return np.where(high, high_word, np.where(moderate, moderate_word, low_word)).astype(object)


def score_odi(people: Draft, study: Study) -> list[Finding]:
    """Fill odi_pct from answered sections; SCORE-03, -04, -05 and -07 findings.

    A questionnaire that cannot be scored loses its total too: by which rule that was made is unknown.
    A person with a wrong answer has a finding there and is not scored.
    """
    if not _all_columns(people, ODI_ITEMS):
        return _missing_columns(people, ODI_ITEMS, "odi_pct", "ODI")
    answers = people.frame[list(ODI_ITEMS)].to_numpy(dtype=np.float64)
    n_missing = np.isnan(answers).sum(axis=1)
    asked = people.usable & (n_missing < len(ODI_ITEMS)) & ~_any_broken(people, ODI_ITEMS)
    tolerated = study.instruments.odi.missing_items_allowed
    too_many = asked & (n_missing > (tolerated or 0))
    rule_id = "SCORE-03" if tolerated is None else "SCORE-04"
    findings: list[Finding] = []
    for column, rows in _first_missing(answers, ODI_ITEMS, too_many):
        findings += row_findings(
            people, rule_id, column, rows, partial(_odi_facts, n_missing, tolerated)
        )
    people.leave_cells("odi_pct", too_many, rule_id)
    scored = asked & ~too_many
    findings += _fill(people, "odi_pct", odi_percent(answers), scored)
    people.computed["odi"] = int(scored.sum())
    people.computed["odi_pro_rated"] = int((scored & (n_missing > 0)).sum())
    return findings


def score_ipaq(people: Draft) -> list[Finding]:
    """Fill ipaq_met_min_week and ipaq_category from answers; IPAQ-01 to -03, -05, SCORE-05, -07.

    Minutes that are empty on 0 days are 0: the question is skipped on the form. Minutes above 0 on 0
    days contradict them, and the person is not scored.
    """
    if not _all_columns(people, _IPAQ_ANSWERS):
        return _missing_columns(people, _IPAQ_ANSWERS, _MET, "IPAQ")
    days = people.frame[list(IPAQ_DAYS)].to_numpy(dtype=np.float64)
    minutes = people.frame[list(IPAQ_MINUTES)].to_numpy(dtype=np.float64)
    torn = (days == 0) & (minutes > 0)
    minutes = np.where((days == 0) & np.isnan(minutes), 0.0, minutes)
    answers = np.stack([days, minutes], axis=2).reshape(len(days), -1)
    asked = people.usable & ~np.isnan(answers).all(axis=1) & ~_any_broken(people, _IPAQ_ANSWERS)
    incomplete = asked & np.isnan(answers).any(axis=1)
    findings: list[Finding] = []
    for column, rows in _first_missing(answers, _IPAQ_ANSWERS, incomplete):
        facts = {"missing": f"{column} is empty"}
        findings += row_findings(people, "IPAQ-01", column, rows, for_all(facts))
    contradictory = asked & ~incomplete & torn.any(axis=1)
    for number, column in enumerate(IPAQ_MINUTES):
        rows = contradictory & torn[:, number] & ~torn[:, :number].any(axis=1)
        facts_of = partial(_torn_facts, IPAQ_DAYS[number], minutes[:, number])
        findings += row_findings(people, "IPAQ-05", column, rows, facts_of)
    # Before truncation: three activities of at most 180 min never reach 960.
    per_day = np.nansum(minutes, axis=1)
    impossible = asked & ~incomplete & ~contradictory & (per_day > IPAQ_IMPOSSIBLE_MIN)
    longest = np.nanargmax(np.nan_to_num(minutes), axis=1)
    for number, column in enumerate(IPAQ_MINUTES):
        rows = impossible & (longest == number)
        findings += row_findings(people, "IPAQ-02", column, rows, partial(_sum_facts, per_day))
    scored = asked & ~incomplete & ~contradictory & ~impossible
    truncated = np.zeros(len(days), dtype=bool)
    for number, column in enumerate(IPAQ_MINUTES):
        rows = scored & (minutes[:, number] > IPAQ_LONGEST_MIN)
        findings += row_findings(people, "IPAQ-03", column, rows, for_all({}))
        truncated |= rows
    for column in (_MET, _CATEGORY):
        people.leave_cells(column, incomplete, "IPAQ-01")
        people.leave_cells(column, impossible, "IPAQ-02")
        people.leave_cells(column, contradictory, "IPAQ-05")
    findings += _fill(people, _MET, ipaq_met_minutes(days, minutes), scored)
    agreeing = scored & ~people.broken[_MET]
    findings += _fill_category(people, ipaq_categories(days, minutes), agreeing)
    people.computed["ipaq"] = int(scored.sum())
    people.computed["ipaq_truncated"] = int(truncated.sum())
    return findings


def _torn_facts(days: str, minutes: Numbers, position: int) -> dict[str, str]:
    return {"other": days, "value": f"{minutes[position]:g} min"}


def _sum_facts(per_day: Numbers, position: int) -> dict[str, str]:
    return {"value": f"{per_day[position]:g} min"}


def _odi_facts(
    n_missing: npt.NDArray[np.intp], tolerated: int | None, position: int
) -> dict[str, str]:
    n = int(n_missing[position])
    verb = "is" if n == 1 else "are"
    return {"missing": f"{n} of 10 sections {verb} not answered", "limit": str(tolerated)}


def _any_broken(people: Draft, columns: Sequence[str]) -> Rows:
    return np.asarray(np.any([people.broken[column] for column in columns], axis=0), dtype=bool)


def _all_columns(people: Draft, columns: Sequence[str]) -> bool:
    return all(column in people.frame for column in columns)


def _missing_columns(
    people: Draft, columns: Sequence[str], total: str, printed: str
) -> list[Finding]:
    """SCORE-07 where some answers stand in the table and the total does not."""
    there = [column for column in columns if column in people.frame]
    if not there or total in people.frame:
        return []
    facts = {
        "value": printed,
        "column": total,
        "terms": listed([c for c in columns if c not in there]),
    }
    rows = np.flatnonzero(people.frame[there[0]].notna().to_numpy(dtype=bool))
    return block_finding(people, "SCORE-07", there[0], rows, for_all(facts)) if len(rows) else []


def _first_missing(answers: Numbers, columns: Sequence[str], rows: Rows) -> list[tuple[str, Rows]]:
    """For each column: the rows of `rows` whose first missing answer stands in it."""
    first = np.isnan(answers).argmax(axis=1)
    pairs = [(column, rows & (first == number)) for number, column in enumerate(columns)]
    return [(column, found) for column, found in pairs if found.any()]


def _fill(people: Draft, column: str, scores: Numbers, scored: Rows) -> list[Finding]:
    """Fill a total where it is empty; SCORE-05 where it is given and the answers say otherwise."""
    if column not in people.frame:
        people.frame[column] = np.nan
    given = people.frame[column].to_numpy(dtype=np.float64)
    wrong = scored & (np.abs(given - scores) > ROUNDING)
    facts_of = partial(_total_facts, column, given, scores)
    findings = row_findings(people, "SCORE-05", column, wrong, facts_of)
    people.leave_cells(column, wrong, "SCORE-05")
    empty = scored & np.isnan(given) & ~people.broken[column]
    people.frame[column] = people.frame[column].mask(empty, pd.Series(scores))
    return findings


def _total_facts(column: str, given: Numbers, scores: Numbers, position: int) -> dict[str, str]:
    return {
        "column": column,
        "value": f"{given[position]:.5g}",
        "other": f"{scores[position]:.5g}",
    }


def _fill_category(
    people: Draft, categories: npt.NDArray[np.object_], scored: Rows
) -> list[Finding]:
    if _CATEGORY not in people.frame:
        people.frame[_CATEGORY] = pd.Series([None] * len(people.frame), dtype="str")
    given = people.frame[_CATEGORY]
    is_given = given.notna().to_numpy(dtype=bool)
    wrong = scored & is_given & (given.to_numpy(dtype=object) != categories)
    findings = row_findings(
        people, "SCORE-05", _CATEGORY, wrong, partial(_category_facts, given, categories)
    )
    people.leave_cells(_CATEGORY, wrong, "SCORE-05")
    empty = scored & ~is_given & ~people.broken[_CATEGORY]
    computed = pd.Series(categories, index=given.index, dtype="str")
    people.frame[_CATEGORY] = people.frame[_CATEGORY].mask(empty, computed)
    return findings


def _category_facts(
    given: "pd.Series[str]", categories: npt.NDArray[np.object_], position: int
) -> dict[str, str]:
    return {
        "column": _CATEGORY,
        "value": str(given.iloc[position]),
        "other": str(categories[position]),
    }
