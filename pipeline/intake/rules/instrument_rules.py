"""Rules about pain, questionnaires, scales of strength and who counts as a case; people stay."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.units import unit_factor
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.row_findings import (
    column_finding,
    for_all,
    numbers,
    plausible_numbers,
    row_findings,
)
from pipeline.intake.findings.messages import Finding
from pipeline.intake.rules.column_suspicions import check_columns_fit_units
from pipeline.intake.rules.instrument_scoring import score_ipaq, score_odi
from schemas.instruments import (
    INSTRUMENTS,
    IPAQ_AGES,
    IPAQ_DAYS,
    IPAQ_MINUTES,
    ODI_ITEMS,
    WHOLE_COLUMNS,
    Instrument,
    Version,
)
from schemas.strength import STRENGTH_GRADE, STRENGTH_SCALES
from schemas.study import Study

SEVERE_ODI_PCT = 40
"""Above it begins severe disability in the bands of the ODI."""
POINTS_PER_PERCENT = 2.0
_ODI_POINTS = 50
_FEWEST_TOTALS = 5
_ODD_SHARE = 0.25
"""From this share of odd totals on a column cannot be complete questionnaires in percent."""
_SLACK_WEEKS = 0.1
"""Durations are rounded to tenths of a month at best."""

Rows = NDArray[np.bool_]


def check_instruments(people: Draft, study: Study) -> list[Finding]:
    """Judge and score the questionnaires of participants, from root causes to what depends on them.

    Changes `people`: bad cells are left out, odi_pct, ipaq_met_min_week and ipaq_category are filled
    from answers, sums of points become percent where study.yaml declares them. Returns PAIN, SCORE,
    ODI, IPAQ and CASE findings.
    """
    findings = check_columns_fit_units(people, study)
    findings += _check_whole_numbers(people, study)
    findings += _check_odi_points(people, study)
    findings += _check_versions(people, study)
    findings += score_odi(people, study)
    findings += score_ipaq(people)
    findings += _check_durations(people)
    findings += _check_pain_of_cases(people, study)
    findings += _check_disability_of_controls(people, study)
    findings += _check_ipaq_ages(people)
    findings += _check_case_definition(people, study)
    return findings


def _check_whole_numbers(people: Draft, study: Study) -> list[Finding]:
    findings: list[Finding] = []
    for column in WHOLE_COLUMNS:
        ratings = study.instruments.nprs.ratings if column == "nprs" else 1
        sums = numbers(people, column) * ratings
        # A mean of ratings is printed with two decimals at best, so its sum is off by ratings / 200.
        off = np.abs(sums - np.round(sums)) > (0.005 * ratings + 1e-9 if ratings > 1 else 0)
        rows = np.isfinite(sums) & off
        if rows.any():
            facts = _whole_facts(column, ratings)
            findings += row_findings(people, "SCORE-02", column, rows, for_all(facts))
            people.leave_cells(column, rows, "SCORE-02")
    return findings


def _whole_facts(column: str, ratings: int) -> dict[str, str]:
    check = "Check the paper form and correct the cell."
    if column == "nprs":
        check += (
            " If the column holds means of several ratings, say of how many: "
            "`instruments: {nprs: {ratings: 3}}` in study.yaml."
        )
    whole = "a whole number" if ratings == 1 else f"the mean of {ratings} whole numbers"
    return {"column": column, "whole": whole, "suggestion": check}


def _check_odi_points(people: Draft, study: Study) -> list[Finding]:
    """SCORE-06, or points turned into percent where study.yaml says that they are points."""
    declared = study.instruments.odi.total
    if "odi_pct" not in people.frame or declared == "percent":
        return []
    values = numbers(people, "odi_pct")
    given = np.isfinite(values)
    if declared == "points_of_50":
        above = given & (values > _ODI_POINTS)
        version = Version(len(ODI_ITEMS), 0, _ODI_POINTS)
        facts = _range_facts("odi_pct", version, "study.yaml declares to be sums of points")
        findings = row_findings(people, "SCORE-01", "odi_pct", above, for_all(facts))
        people.leave_cells("odi_pct", above, "SCORE-01")
        people.frame["odi_pct"] = people.frame["odi_pct"] * POINTS_PER_PERCENT
        return findings
    whole = values[given & (values > 0)]
    odd = int((whole % 2 == 1).sum())
    if (
        len(whole) < _FEWEST_TOTALS
        or whole.max() > _ODI_POINTS
        or (whole != np.floor(whole)).any()
        or odd < _ODD_SHARE * len(whole)
    ):
        return []
    facts = {"value": str(odd), "other": str(len(whole))}
    findings = column_finding(people, "SCORE-06", "odi_pct", given, facts)
    people.leave_cells("odi_pct", given, "SCORE-06")
    return findings


def _check_versions(people: Draft, study: Study) -> list[Finding]:
    findings: list[Finding] = []
    for name, instrument in INSTRUMENTS.items():
        if not instrument.versions:
            continue
        version = instrument.version(study.instruments.items_of(name))
        is_declared = study.instruments.declares(name)
        values = numbers(people, instrument.total)
        rows = (values < version.low) | (values > version.high)
        findings += row_findings(
            people,
            "SCORE-01",
            instrument.total,
            rows,
            partial(_version_facts, values, instrument, version, is_declared),
        )
        people.leave_cells(instrument.total, rows, "SCORE-01")
    return findings


def _version_facts(
    values: NDArray[np.float64],
    instrument: Instrument,
    version: Version,
    is_declared: bool,
    position: int,
) -> dict[str, str]:
    value = values[position]
    fitting = [
        str(v.items)
        for v in instrument.versions
        if v.low <= value <= v.high and v.items != version.items
    ]
    near = f" It fits the version with {' or '.join(fitting)} items." if fitting else ""
    said = "study.yaml declares" if is_declared else "Stance takes when study.yaml names no version"
    return _range_facts(instrument.total, version, said, near)


def _range_facts(column: str, version: Version, declared: str, near: str = "") -> dict[str, str]:
    return {
        "column": column,
        "low": f"{version.low:g}",
        "high": f"{version.high:g}",
        "items": str(version.items),
        "declared": declared,
        "near": near,
    }


def _check_durations(people: Draft) -> list[Finding]:
    both = ("symptom_weeks", "symptom_months")
    given = [np.isfinite(numbers(people, column)) for column in both]
    if not all(rows.any() for rows in given):
        return []
    findings = column_finding(people, "CASE-01", both[0], given[0], {})
    for column, rows in zip(both, given, strict=True):
        people.leave_cells(column, rows, "CASE-01")
    return findings


def _in_group(people: Draft, label: str) -> Rows:
    return np.asarray((people.frame["group"] == label).to_numpy(dtype=bool) & people.usable)


def _check_pain_of_cases(people: Draft, study: Study) -> list[Finding]:
    case = study.groups.case.label
    findings: list[Finding] = []
    told = np.zeros(len(people.frame), dtype=bool)
    for column in ("vas_mm", "nprs"):
        rows = _in_group(people, case) & (numbers(people, column) == 0) & ~told
        facts = {"column": column, "value": case}
        findings += row_findings(people, "PAIN-02", column, rows, for_all(facts))
        told |= rows
    return findings


def _check_disability_of_controls(people: Draft, study: Study) -> list[Finding]:
    reference = study.groups.reference.label
    rows = _in_group(people, reference) & (numbers(people, "odi_pct") > SEVERE_ODI_PCT)
    facts = {"column": "odi_pct", "value": reference}
    return row_findings(people, "ODI-01", "odi_pct", rows, for_all(facts))


def _check_ipaq_ages(people: Draft) -> list[Finding]:
    columns = ("ipaq_met_min_week", *IPAQ_DAYS, *IPAQ_MINUTES)
    has_ipaq = np.any([np.isfinite(numbers(people, column)) for column in columns], axis=0)
    age = plausible_numbers(people, "age_years")
    youngest, oldest = IPAQ_AGES
    # 69 years last until the 70th birthday.
    rows = has_ipaq & ((age < youngest) | (age >= oldest + 1))
    return row_findings(
        people, "IPAQ-04", "age_years", rows, lambda position: {"value": f"{age[position]:g}"}
    )


def _check_case_definition(people: Draft, study: Study) -> list[Finding]:
    rules, groups = study.case_definition, study.groups
    case, reference = (
        _in_group(people, groups.case.label),
        _in_group(people, groups.reference.label),
    )
    findings: list[Finding] = []
    if rules.minimum_symptom_weeks is not None:
        findings += _check_short_symptoms(people, case, rules.minimum_symptom_weeks, study)
    if rules.control_pain_free_months is not None:
        months = numbers(people, "pain_free_months")
        limit = rules.control_pain_free_months
        findings += row_findings(
            people,
            "CASE-03",
            "pain_free_months",
            reference & (months < limit),
            lambda position: {
                "value": f"{months[position]:g}",
                "limit": f"{limit:g}",
                "other": groups.reference.label,
            },
        )
    told = np.zeros(len(people.frame), dtype=bool)
    for column, most, unit in (
        ("vas_mm", rules.control_maximum_vas_mm, " mm"),
        ("nprs", rules.control_maximum_nprs, ""),
    ):
        if most is None:
            continue
        rows = reference & (numbers(people, column) > most) & ~told
        facts = {"column": column, "limit": f"{most:g}{unit}", "other": groups.reference.label}
        findings += row_findings(people, "CASE-04", column, rows, for_all(facts))
        told |= rows
    return findings


def _check_short_symptoms(
    people: Draft, case: Rows, minimum_weeks: float, study: Study
) -> list[Finding]:
    findings: list[Finding] = []
    months_per_week = unit_factor("months", "weeks") or 1.0
    for column, per_week, unit in (
        ("symptom_weeks", 1.0, "weeks"),
        ("symptom_months", months_per_week, "months"),
    ):
        values = numbers(people, column)
        rows = case & (values / per_week < minimum_weeks - _SLACK_WEEKS)
        case_label = study.groups.case.label
        facts_of = partial(_duration_facts, values, unit, minimum_weeks, case_label)
        findings += row_findings(people, "CASE-02", column, rows, facts_of)
    return findings


def _duration_facts(
    values: NDArray[np.float64], unit: str, minimum_weeks: float, case: str, position: int
) -> dict[str, str]:
    value = f"{values[position]:g} {unit}"
    return {"value": value, "limit": f"{minimum_weeks:g}", "other": case}


def check_strength(strength: Draft, study: Study) -> list[Finding]:
    """STR findings.

    Changes `strength`: rows leave whose scale is not clear, and other scales than the declared one are
    dropped.
    """
    findings = check_columns_fit_units(strength, study)
    findings += _check_one_scale(strength, study)
    return findings + _check_grades(strength)


def scales_with_values(strength: Draft) -> list[str]:
    """Measured scales that have a value in a usable row."""
    usable = strength.frame.loc[strength.usable]
    return [name for name in STRENGTH_SCALES if name in usable and usable[name].notna().any()]


def _check_one_scale(strength: Draft, study: Study) -> list[Finding]:
    scales = scales_with_values(strength)
    if len(scales) < 2:
        return []
    declared = study.instruments.strength.scale
    if declared in scales:
        others = [name for name in scales if name != declared]
        strength.frame = strength.frame.drop(columns=others)
        strength.computed.update({f"not analysed: {name}": 1 for name in others})
        return []
    counts = {name: int(strength.frame.loc[strength.usable, name].notna().sum()) for name in scales}
    # The finding stands at the scale with fewer values; of equal ones at the later column.
    odd = min(reversed(scales), key=lambda name: counts[name])
    rows = strength.usable & strength.frame[odd].notna().to_numpy(dtype=bool)
    main = next(name for name in scales if name != odd)
    facts = {"terms": " and ".join(scales), "value": main}
    findings = column_finding(strength, "STR-01", odd, rows, facts)
    findings = _with_all_rows(strength, findings, np.flatnonzero(strength.usable))
    strength.leave(strength.usable, "STR-01")
    return findings


def _with_all_rows(
    strength: Draft, findings: list[Finding], leaving: NDArray[np.intp]
) -> list[Finding]:
    """The findings with every row that leaves for them: those of its file, of other files the first."""
    sources = strength.addresses.source_number
    files = [int(sources[finding.rows[0]]) for finding in findings]
    others = leaving[~np.isin(sources[leaving], files)]
    return [
        replace(
            finding,
            rows=np.sort(
                np.concatenate([leaving[sources[leaving] == file], others if not place else []])
            )
            .astype(np.intp)
            .tolist(),
        )
        for place, (finding, file) in enumerate(zip(findings, files, strict=True))
    ]


def _check_grades(strength: Draft) -> list[Finding]:
    if STRENGTH_GRADE not in strength.frame:
        return []
    rows = strength.usable & strength.frame[STRENGTH_GRADE].notna().to_numpy(dtype=bool)
    n_grades = int(rows.sum())
    strength.computed["grades"] = n_grades
    if not n_grades:
        return []
    return column_finding(strength, "STR-03", STRENGTH_GRADE, rows, {"value": str(n_grades)})
