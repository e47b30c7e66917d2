"""The column map: cells under the file's headings -> cells under our column names.

Renaming, row filter, wide -> long, recoding, codes, constants and distinct rows, as study.yaml
declares them. Values stay cells with addresses; `drafts` parses them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.grid import (
    Addresses,
    CellKind,
    Cells,
    Grid,
    Source,
    cell_findings,
    scalar_text,
)
from pipeline.intake.cells.units import is_in_cells, unit_factor
from pipeline.intake.cells.word_codes import (
    Words,
    encode_words,
    overwrite_text,
    repeated_text,
    text_of,
)
from pipeline.intake.columns.example_rows import ExamplePlace, no_rows, without_examples
from pipeline.intake.columns.headings import ChosenColumns, choose_columns
from pipeline.intake.columns.summary_words import without_summaries
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    listed,
    make_finding,
    near_sentence,
    quoted,
)
from schemas.activation import ACTIVATION_VALUES
from schemas.columns import column_rules
from schemas.strength import STRENGTH_VALUES
from schemas.study import Study
from schemas.table_sources import Scalar, TableSource
from schemas.tables import CohortTable

ONE_OF = {"activation": ACTIVATION_VALUES, "strength": STRENGTH_VALUES}
"""Tables that are of no use without at least one of these columns."""
HOLD_VALUES = ("hold_time_s", "hold_low_s", "hold_high_s")


@dataclass(frozen=True)
class MappedTable:
    """One source of one table under our column names.

    factors: our column -> what its numbers are multiplied by. used: columns of the file (from 0)
    that the map takes values from. examples: rows of a template that were not read. in_cells: columns
    whose cells hold their own unit. decimal_is_declared: whether study.yaml says the decimal mark.
    ceiling_s: the longest ceiling (s) that study.yaml declares.
    """

    cells: dict[str, Cells]
    addresses: Addresses
    decimal: str
    factors: dict[str, float]
    used: frozenset[int]
    findings: list[Finding]
    examples: tuple[ExamplePlace, ...] = ()
    in_cells: frozenset[str] = frozenset()
    decimal_is_declared: bool = True
    ceiling_s: float | None = None


def map_table(grid: Grid, table: CohortTable, source: TableSource, study: Study) -> MappedTable:
    """Bring one grid under the columns of one table.

    The names in `source` are expected to be checked already (`study_names`). Raises
    FileProblemError with FILE-02, COL-01, COL-02, COL-04 or TABLE-01 findings.
    """
    chosen = choose_columns(grid, table, source)
    keep = _filtered_rows(grid, source, chosen)
    keep, examples = without_examples(grid, chosen.columns.get("participant_id"), keep)
    keep, summaries = without_summaries(
        grid, chosen.columns.get("participant_id"), keep, table.name, study
    )
    if not len(keep):
        raise FileProblemError([no_rows(grid, table.name, examples)])
    cells, row_numbers, findings = _select(grid, table, source, study, chosen, keep)
    findings = [*summaries, *findings]
    n = len(row_numbers)
    cells |= {name: Cells.constant(value, n) for name, value in source.constants.items()}
    for name, words in source.values.items():  # noqa: PD011  # a key of study.yaml
        if name in cells:
            cells[name] = recode(cells[name], words)
    if source.distinct:
        repeated = pd.DataFrame({name: column.text for name, column in cells.items()}).duplicated()
        rows = np.flatnonzero(~repeated.to_numpy())
        cells = {name: column.take(rows) for name, column in cells.items()}
        row_numbers = row_numbers[rows]
    factors = _factors(table, source)
    for name, codes in source.codes.items():
        if name in cells:
            addresses = _addresses(grid, table, cells, row_numbers)
            findings += spread_codes(name, codes, cells, addresses, factors)
    _require_columns(grid, table, cells, chosen)
    return MappedTable(
        cells={name: cells[name] for name in column_rules(table.model) if name in cells},
        addresses=_addresses(grid, table, cells, row_numbers),
        decimal=source.decimal or study.decimal,
        factors=factors,
        used=frozenset(chosen.used),
        findings=findings,
        examples=examples,
        in_cells=frozenset(name for name, unit in source.units.items() if is_in_cells(unit)),
        decimal_is_declared=source.decimal is not None or "decimal" in study.model_fields_set,
        ceiling_s=_longest_ceiling_s(study),
    )


def _longest_ceiling_s(study: Study) -> float | None:
    declared = [study.holds.ceiling_s, *study.holds.ceilings_s.values()]
    return max((ceiling_s for ceiling_s in declared if ceiling_s is not None), default=None)


def _select(
    grid: Grid,
    table: CohortTable,
    source: TableSource,
    study: Study,
    chosen: ChosenColumns,
    keep: NDArray[np.intp],
) -> tuple[dict[str, Cells], NDArray[np.int64], list[Finding]]:
    """The chosen cells of the kept rows in long form, missing codes marked, and their row numbers.

    Also notes on what the long form leaves out.
    """

    def taken(j: int, name: str) -> Cells:
        words = source.values.get(name, {})  # noqa: PD011  # a key of study.yaml
        known = {**words, **source.codes.get(name, {})}
        return mark_missing(grid.columns[j].take(keep), study.missing_codes, known)

    cells = {name: taken(j, name) for name, j in chosen.columns.items()}
    if not chosen.wide:
        whole = len(keep) == len(grid.row_numbers)
        return cells, grid.row_numbers if whole else grid.row_numbers[keep], []
    wide = {heading: taken(j, source.wide[heading].to) for heading, j in chosen.wide.items()}
    cells, rows, n_places = lengthen(cells, wide, source)
    empty = n_places - len(rows)
    facts = {"value": str(empty), "other": str(n_places)}
    note = make_finding("CELL-20", table=table.name, file=grid.file, sheet=grid.sheet, facts=facts)
    return cells, grid.row_numbers[keep][rows], [note] if empty else []


def _factors(table: CohortTable, source: TableSource) -> dict[str, float]:
    """Our column -> file unit to table unit; constants are in our unit already."""
    rules = column_rules(table.model)
    return {
        name: unit_factor(rules[name].facts["unit"], unit) or 1.0
        for name, unit in source.units.items()
        if name not in source.constants and not is_in_cells(unit)
    }


def _filtered_rows(grid: Grid, source: TableSource, chosen: ChosenColumns) -> NDArray[np.intp]:
    keep = np.ones(len(grid.row_numbers), dtype=bool)
    for heading, wanted in source.rows.items():
        accepted = {value.strip().casefold() for value in wanted}
        text = grid.columns[chosen.filters[heading]].text
        keep &= text.str.casefold().isin(accepted).to_numpy(dtype=bool)
    return np.flatnonzero(keep)


def _addresses(
    grid: Grid, table: CohortTable, cells: Mapping[str, Cells], row_numbers: NDArray[np.int64]
) -> Addresses:
    n = len(row_numbers)
    people = cells.get("participant_id")
    return Addresses(
        table=table.name,
        sources=(Source(grid.file, grid.sheet, grid.file_headings or grid.headings),),
        source_number=np.zeros(n, dtype=np.int16),
        row_number=row_numbers,
        column_number={name: column.column_number for name, column in cells.items()},
        participant_id=people.text if people else repeated_text("", n),
        key={name: cells[name].text for name in table.key if name in cells},
        own_row={
            name: column.row_number
            for name, column in cells.items()
            if column.row_number is not None
        },
    )


def _require_columns(
    grid: Grid, table: CohortTable, cells: Mapping[str, Cells], chosen: ChosenColumns
) -> None:
    """Raise COL-01 and TABLE-01 for columns that the table cannot do without."""
    unused = [h for j, h in enumerate(grid.headings) if h and j not in chosen.used]
    problems = [
        make_finding(
            "COL-01",
            table=table.name,
            file=grid.file,
            sheet=grid.sheet,
            column=name,
            found=quoted(name),
            row=grid.heading_row,
            facts={"column": name, "near": near_sentence(name, unused, "heading")},
        )
        for name in _missing_columns(table, cells)
    ]
    one_of = ONE_OF.get(table.name, ())
    if one_of and not any(name in cells for name in one_of):
        facts = {"what": table.what, "terms": ", ".join(one_of)}
        problems.append(
            make_finding(
                "TABLE-01", table=table.name, file=grid.file, sheet=grid.sheet, facts=facts
            )
        )
    if problems:
        raise FileProblemError(problems)


def _missing_columns(table: CohortTable, cells: Mapping[str, Cells]) -> Iterator[str]:
    for name, rule in column_rules(table.model).items():
        can_be_absent = name in table.defaults or name in table.may_omit
        if rule.required and name not in cells and not can_be_absent:
            yield name
    if table.name == "hold_times" and not any(name in cells for name in HOLD_VALUES):
        yield HOLD_VALUES[0]


def lengthen(
    cells: Mapping[str, Cells], wide: Mapping[str, Cells], source: TableSource
) -> tuple[dict[str, Cells], NDArray[np.intp], int]:
    """Wide -> long: one row per file row and set of keys; rows without any value are no trials.

    cells: columns that every new row repeats. wide: file heading -> its cells, at least one. All
    have the same number of rows. Returns the cells, for each new row the old row it comes from, and how
    many rows there would be if every place held a value.
    """
    sets: dict[tuple[tuple[str, Scalar], ...], dict[str, Cells]] = {}
    for heading, column in wide.items():
        keys = tuple(sorted(source.wide[heading].keys.items()))
        sets.setdefault(keys, {})[source.wide[heading].to] = column
    n, k = len(next(iter(wide.values())).text), len(sets)
    rows = np.repeat(np.arange(n), k)
    order = np.tile(np.arange(k), n) * n + rows
    long = {name: column.take(rows) for name, column in cells.items()}
    blank = Cells.constant("", n)
    for target in dict.fromkeys(column.to for column in source.wide.values()):
        long[target] = Cells.join([held.get(target, blank) for held in sets.values()]).take(order)
    for key in dict.fromkeys(name for keys in sets for name, _ in keys):
        values = [dict(keys).get(key, "") for keys in sets]
        long[key] = Cells.join([Cells.constant(value, n) for value in values]).take(order)
    targets = {column.to for column in source.wide.values()}
    has_value = ~np.all([long[target].is_missing for target in targets], axis=0)
    keep = np.flatnonzero(has_value)
    return {name: column.take(keep) for name, column in long.items()}, rows[keep], n * k


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
