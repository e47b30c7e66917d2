"""Scales of strength: never mixed, never converted, grades never averaged."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.row_findings import column_finding
from pipeline.intake.findings.messages import Finding
from pipeline.intake.rules.column_suspicions import check_columns_fit_units
from schemas.strength import STRENGTH_GRADE, STRENGTH_SCALES
from schemas.study import Study


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
