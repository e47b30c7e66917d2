"""Legs named by dominance -> left and right, through dominant_leg of the participants table.

Works on cells before they are parsed: what study.yaml declares is resolved, everything else about
dominance gets its finding here and is not reported again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import cell_findings
from pipeline.intake.cells.grid import CellKind, Cells
from pipeline.intake.cells.parsing import accepted_terms
from pipeline.intake.columns.column_map import MappedTable
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding, listed
from schemas.columns import column_rules
from schemas.participants import Participants
from schemas.study import Study
from schemas.terms import LEGS

DOMINANCE_WORDS: Final[dict[str, bool]] = {
    **dict.fromkeys(("dominant", "dom"), True),
    **dict.fromkeys(("nondominant", "nondom", "nichtdominant"), False),
}
"""Word without case, spaces and hyphens -> whether it is the dominant leg. Single letters are not
read: D is also droite and destra, which are right."""

_OTHER_LEG: Final = dict(zip(LEGS, reversed(LEGS), strict=True))

Mapped = Mapping[str, Sequence[MappedTable]]


def resolve_legs(mapped: Mapped, study: Study) -> dict[str, list[MappedTable]]:
    """All tables with their legs as left and right; LEG findings are added to the tables.

    Rows whose leg cannot be told keep a cell that counts as reported, so that they leave the analysis
    (`settle_leg_reasons` says with which rule).
    """
    dominant = _dominant_legs(mapped.get("participants", ()))
    resolved: dict[str, list[MappedTable]] = {}
    for name, sources in mapped.items():
        declared = study.leg_coding.get(name) == "dominance"  # type: ignore[call-overload]
        done = []
        for source in sources:
            if "leg" in source.cells:
                change = _by_dominance if declared else _by_side
                cells, findings = change(source, dominant)
                source = replace(
                    source,
                    cells={**source.cells, "leg": cells},
                    findings=[*source.findings, *findings],
                )
            done.append(source)
        resolved[name] = done
    return resolved


def settle_leg_reasons(draft: Draft, findings: Sequence[Finding]) -> None:
    """Give rows that left for a reported leg the rule that took them out."""
    for finding in findings:
        if finding.rule_id.startswith("LEG-") and finding.rows:
            rows = np.asarray(finding.rows)
            draft.reason[rows[draft.reason[rows] == "CELL-05"]] = finding.rule_id


def dominance_of(text: str) -> bool | None:
    """Whether a word names the dominant leg, the other one (False), or no leg by dominance (None)."""
    return DOMINANCE_WORDS.get("".join(text.casefold().split()).replace("-", "").replace("_", ""))


def _dominant_legs(people: Sequence[MappedTable]) -> dict[str, str | None]:
    """Code -> dominant leg; None where the table has no word for it that can be read."""
    known = accepted_terms(column_rules(Participants)["dominant_leg"])
    legs: dict[str, str | None] = {}
    for source in people:
        codes = source.cells["participant_id"].text
        cells = source.cells.get("dominant_leg", Cells.constant("", len(codes)))
        words = cells.text.astype("str").where(~cells.is_missing, "")
        for code, word in zip(codes.tolist(), words.tolist(), strict=True):
            legs[code] = known.get(word.casefold(), "" if word == "" else None)
    return legs


def _by_side(source: MappedTable, _: Mapping[str, str | None]) -> tuple[Cells, list[Finding]]:
    """A table that names legs by side: words for dominance are LEG-01."""
    cells = source.cells["leg"]
    if all(dominance_of(str(word)) is None for word in cells.text.unique()):
        return cells, []
    hits = ~np.isnan(_dominance(cells))
    if not hits.any():
        return cells, []
    words = sorted(set(cells.text[hits]))
    all_so = bool((hits | cells.is_missing).all())
    facts = {
        "column": "leg",
        "table": source.addresses.table,
        "near": " All legs of the table are named so." if all_so else "",
    }
    return _reported(cells, hits), _one_finding("LEG-01", source, hits, listed(words), facts)


def _by_dominance(
    source: MappedTable, dominant: Mapping[str, str | None]
) -> tuple[Cells, list[Finding]]:
    """A table that names legs by dominance: resolved, or LEG-02 and LEG-03."""
    cells = source.cells["leg"]
    named = _dominance(cells)
    by_dominance = ~np.isnan(named)
    other = ~by_dominance & ~cells.is_missing & (cells.kind != CellKind.BROKEN)
    people = source.cells["participant_id"].text.astype("str")
    # Somebody without a row in participants gets a side for the time being: KEY-02 takes the row out.
    own = people.map({**dominant, **dict.fromkeys(set(people) - set(dominant), LEGS[0])})
    is_known = own.isin(LEGS).to_numpy(dtype=bool)
    is_dominant = named == 1
    sides = own.where(is_dominant, own.map(_OTHER_LEG))
    resolved = by_dominance & is_known
    text = cells.text.astype("str").where(~resolved, sides).astype("str")
    unknown = by_dominance & ~is_known
    findings = _one_finding(
        "LEG-02", source, other, listed(sorted(set(cells.text[other]))), {"column": "leg"}
    )
    # A dominant leg that was typed but cannot be read has its own finding.
    unsaid = unknown & (own == "").to_numpy(dtype=bool)
    positions = np.flatnonzero(unsaid).tolist()
    findings += cell_findings(
        "LEG-03",
        source.addresses,
        "leg",
        positions,
        people.iloc[positions].tolist(),
        lambda found: {"person": found},
        run_length=1,
    )
    return _reported(replace(cells, text=text), other | unknown), findings


def _dominance(cells: Cells) -> NDArray[np.float64]:
    """1 for the dominant leg, 0 for the other one, missing for other words."""
    meant = {str(word): dominance_of(str(word)) for word in cells.text.unique()}
    numbers = {word: np.nan if value is None else float(value) for word, value in meant.items()}
    return np.where(cells.is_missing, np.nan, cells.text.map(numbers).to_numpy(dtype=np.float64))


def _reported(cells: Cells, rows: NDArray[np.bool_]) -> Cells:
    kind = cells.kind.copy()
    kind[rows] = CellKind.REPORTED
    return replace(cells, kind=kind)


def _one_finding(
    rule_id: str, source: MappedTable, rows: NDArray[np.bool_], found: str, facts: dict[str, str]
) -> list[Finding]:
    positions = np.flatnonzero(rows).tolist()
    texts = [found] * len(positions)
    return cell_findings(rule_id, source.addresses, "leg", positions, texts, facts, run_length=1)
