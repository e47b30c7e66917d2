"""Codes of participants that are written in different ways: lost zeros, numbers made by Excel."""

import re
from collections.abc import Sequence

import numpy as np

from pipeline.intake.cells.cell_findings import cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding

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
