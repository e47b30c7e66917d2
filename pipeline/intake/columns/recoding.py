"""What study.yaml says about the meaning of cells: missing codes, recoded words, codes."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.grid import Addresses, CellKind, Cells, cell_findings, scalar_text
from pipeline.intake.cells.word_codes import Words, encode_words, overwrite_text, text_of
from pipeline.intake.findings.messages import Finding, listed, near_sentence
from schemas.table_sources import Scalar


def mark_missing(cells: Cells, codes: tuple[str, ...], known: Collection[str]) -> Cells:
    """Mark the cells that hold a missing code, unless study.yaml says what the text means (`known`)."""
    wanted = {code.strip() for code in codes} - set(known)
    if not wanted:
        return cells
    kind = cells.kind.copy()
    kind[cells.text.isin(wanted).to_numpy(dtype=bool)] = CellKind.MISSING
    return replace(cells, kind=kind)


def recode(cells: Cells, mapping: Mapping[str, str]) -> Cells:
    """Replace found texts by ours; everything else stays."""
    codes, words = encode_words(cells.text)
    keys = _spelled(words, mapping)
    is_meant = np.array([word in keys for word in words], dtype=bool)
    if not is_meant.any():
        return cells
    text = text_of(codes, [mapping[keys[word]] if word in keys else word for word in words])
    if not (cells.kind != CellKind.PLAIN).any():
        return replace(cells, text=text)
    kind, number = cells.kind.copy(), cells.number.copy()
    kind[is_meant[codes]], number[is_meant[codes]] = CellKind.PLAIN, np.nan
    return replace(cells, text=text, kind=kind, number=number)


def spread_codes(
    name: str,
    codes: Mapping[str, Mapping[str, Scalar]],
    cells: dict[str, Cells],
    addresses: Addresses,
    factors: Mapping[str, float],
) -> list[Finding]:
    """Replace a column of codes by the columns that its codes set; `cells` is changed in place.

    codes: found -> {our column: value in our unit}. factors: our column -> what its numbers will
    be multiplied by, which the values of study.yaml are spared. Returns CELL-05 findings.
    """
    coded = cells.pop(name)
    n = len(coded.text)
    places, words = encode_words(coded.text)
    keys = _spelled(words, codes)
    missing = coded.is_missing
    unknown = ~missing & np.array([word not in keys for word in words], dtype=bool)[places]
    positions = np.flatnonzero(unknown)
    for target in dict.fromkeys(column for sets in codes.values() for column in sets):
        column = cells.get(target, Cells.constant("", n))
        for code, sets in codes.items():
            if target in sets:
                means_it = np.array([keys.get(word) == code for word in words], dtype=bool)
                hit = means_it[places] & ~missing
                set_to = _unscaled(sets[target], factors.get(target, 1.0))
                column = _overwrite(column, hit, set_to, coded)
        kind = column.kind.copy()
        kind[unknown] = CellKind.REPORTED
        numbers = np.where(column.column_number > 0, column.column_number, coded.column_number)
        own = column.column_number > 0
        cells[target] = replace(
            column,
            kind=kind,
            column_number=numbers.astype(np.int32),
            row_number=_row_numbers(column, coded, ~own),
        )
    facts = {"column": name, "terms": listed(list(codes))}
    return cell_findings(
        "CELL-05",
        addresses,
        name,
        positions,
        coded.text.iloc[positions],
        lambda found: {**facts, "near": near_sentence(found, list(codes), "code")},
    )


def _spelled(words: Words, mapping: Mapping[str, object]) -> dict[str, str]:
    """Text -> key of the mapping that it means; exact first, then whatever the case."""
    folded = {key.strip().casefold(): key for key in mapping}
    found = {str(word): folded.get(str(word).casefold()) for word in words}
    found |= {key: key for key in mapping if key in found}
    return {word: key for word, key in found.items() if key is not None}


def _overwrite(cells: Cells, hit: NDArray[np.bool_], value: Scalar, coded: Cells) -> Cells:
    set_to = Cells.constant(value, len(hit))
    return Cells(
        overwrite_text(cells.text, hit, scalar_text(value)),
        np.where(hit, set_to.kind, cells.kind).astype(np.int8),
        np.where(hit, set_to.number, cells.number),
        np.where(hit, coded.column_number, cells.column_number).astype(np.int32),
        _row_numbers(cells, coded, hit),
    )


def _row_numbers(cells: Cells, coded: Cells, hit: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """Rows of the file (0: the row itself) where `hit` cells are those of the coded column."""
    if cells.row_number is None and coded.row_number is None:
        return None
    none = np.zeros(len(hit), dtype=np.int64)
    mine = none if cells.row_number is None else cells.row_number
    theirs = none if coded.row_number is None else coded.row_number
    return np.where(hit, theirs, mine).astype(np.int64)


def _unscaled(value: Scalar, factor: float) -> Scalar:
    if factor == 1.0 or isinstance(value, bool | str):
        return value
    return value / factor
