"""Tables of a BIDS folder: n/a is missing, and the JSON file beside a table says codes and units."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np

from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.cells.parsing import accepted_terms
from pipeline.intake.cells.units import unit_factor
from pipeline.intake.columns.headings import plain_name
from pipeline.intake.files.cohort_files import PHENOTYPE, CohortFiles
from pipeline.intake.files.discovery import FoundTable
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    file_problem,
    listed,
    make_finding,
    quoted,
)
from schemas.columns import ColumnRule, column_rules
from schemas.study import Study
from schemas.table_sources import TableSource

MISSING: Final = "n/a"
DESCRIPTION: Final = "dataset_description.json"
MAXIMUM_JSON_BYTES: Final = 5_000_000
_CAPPED_AGE = re.compile(r"[0-9]+\s*\+")
_STANDARD: Final = {"age_years": "age"}
"""Our column -> heading that BIDS defines for participants.tsv; age is in years there."""
_UNIT_WORDS: Final = {
    "year": "years",
    "month": "months",
    "week": "weeks",
    "second": "s",
    "seconds": "s",
    "millisecond": "ms",
    "milliseconds": "ms",
    "centimeter": "cm",
    "centimeters": "cm",
    "centimetre": "cm",
    "meter": "m",
    "metre": "m",
    "kilogram": "kg",
    "kilograms": "kg",
    "newton": "N",
    "volt": "V",
}
"""Unit names that JSON files of BIDS spell out -> the sign that Stance knows."""
_NO_UNIT: Final = {
    "",
    "n/a",
    "a.u.",
    "arbitrary",
    "arbitrary unit",
    "points",
    "point",
    "score",
    "1",
}


@dataclass(frozen=True)
class BidsTable:
    """A table of a BIDS folder. source: with the units of the JSON file. notes: what was understood."""

    grid: Grid
    source: TableSource
    notes: tuple[Finding, ...]


def is_bids(files: CohortFiles, file: str) -> bool:
    """Whether a file is a table of a BIDS folder: a .tsv with a JSON file or a description beside it."""
    path = PurePosixPath(file)
    if path.suffix.casefold() != ".tsv":
        return False
    beside = files.folder / str(path.with_suffix(".json"))
    return beside.is_file() or (files.folder / DESCRIPTION).is_file()


def unread_phenotypes(files: CohortFiles, found: Sequence[FoundTable]) -> list[Finding]:
    """One note on the phenotype tables of a BIDS folder that no table of ours is read from."""
    read = {entry.key[0] for entry in found}
    unread = [n for n in files.names() if n.startswith(f"{PHENOTYPE}/") and n not in read]
    if not unread:
        return []
    problem = (
        f"Not read, as no table of Stance has such a name: {listed(unread)}. A file is read when "
        "study.yaml names it under `tables`."
    )
    return [make_finding("EXPORT-01", file=unread[0], facts={"problem": problem})]


def read_bids(files: CohortFiles, entry: FoundTable, grid: Grid, study: Study) -> BidsTable:
    """The cells of a BIDS table as Stance understands them.

    n/a is missing. A code becomes its level of the JSON file where the table does not know the code
    but knows the level. `Units` apply as if study.yaml declared them. An age such as 89+ is reported
    (BIDS-01) and left out. Raises FileProblemError with BIDS-02 for a unit that does not fit and
    FILE-03 for a JSON file that cannot be read.
    """
    about = _sidecar(files, grid.file)
    source = _with_standard_columns(grid, entry)
    rules = column_rules(entry.table.model)
    served = _served(grid, source, rules)
    said = [f"This is a table of a BIDS folder: {MISSING} is read as missing."]
    if source.columns.get("age_years") == "age" != entry.source.columns.get("age_years"):
        said.append("The column age is read as age_years, as BIDS defines it.")
    source, units = _with_units(grid, source, rules, served, about)
    said += [f"Units of {PurePosixPath(grid.file).stem}.json: {listed(units)}."] if units else []
    columns = [_marked(cells) for cells in grid.columns]
    levelled: list[str] = []
    for name, j in served.items():
        shown = _levelled(columns[j], rules[name], _levels(about, grid.headings[j]), study)
        levelled += [grid.headings[j]] if shown is not columns[j] else []
        columns[j] = shown
    if levelled:
        said.append(f"Levels of the JSON file are read in place of codes in: {listed(levelled)}.")
    capped: list[Finding] = []
    if "age_years" in served:
        j = served["age_years"]
        columns[j], capped = _without_capped(grid, columns[j], j, entry.table.name)
    note = make_finding(
        "EXPORT-01", table=entry.table.name, file=grid.file, facts={"problem": " ".join(said)}
    )
    return BidsTable(replace(grid, columns=tuple(columns)), source, (note, *capped))


def _sidecar(files: CohortFiles, file: str) -> Mapping[str, Any]:
    """The JSON file beside a table, {} when there is none."""
    name = str(PurePosixPath(file).with_suffix(".json"))
    path = Path(files.folder / name)
    if not path.is_file():
        return {}
    fix = "Correct the JSON file, or take it away and say units and codes in study.yaml."
    if not path.resolve().is_relative_to(files.folder.resolve()):
        raise file_problem(name, "The file is a link to another place.", fix)
    if path.stat().st_size > MAXIMUM_JSON_BYTES:
        raise file_problem(name, "The file is too large for a description of columns.", fix)
    try:
        about = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError):
        raise file_problem(name, "The file is no valid JSON in UTF-8.", fix) from None
    if not isinstance(about, dict):
        raise file_problem(name, "The file does not describe columns by their names.", fix)
    return {key: value for key, value in about.items() if isinstance(value, dict)}


def _with_standard_columns(grid: Grid, entry: FoundTable) -> TableSource:
    """The source with the headings that BIDS defines, where nothing else serves the column."""
    headings = {plain_name(heading) for heading in grid.headings}
    source = entry.source
    known = column_rules(entry.table.model)
    more = {
        ours: theirs
        for ours, theirs in _STANDARD.items()
        if ours in known
        and theirs in grid.headings
        and ours not in {*headings, *source.columns, *source.constants}
        and theirs not in source.columns.values()
    }
    return source.model_copy(update={"columns": {**source.columns, **more}})


def _served(grid: Grid, source: TableSource, rules: Mapping[str, ColumnRule]) -> dict[str, int]:
    """Our column -> column of the file (from 0) that serves it, as far as BIDS is concerned."""
    places = {plain_name(heading): j for j, heading in enumerate(grid.headings)}
    wanted = {name: source.columns.get(name, name) for name in rules}
    return {
        name: places[plain_name(heading)]
        for name, heading in wanted.items()
        if plain_name(heading) in places
    }


def _with_units(
    grid: Grid,
    source: TableSource,
    rules: Mapping[str, ColumnRule],
    served: Mapping[str, int],
    about: Mapping[str, Any],
) -> tuple[TableSource, list[str]]:
    """The source with the units of the JSON file, and how they are said."""
    units: dict[str, str] = {}
    problems: list[Finding] = []
    for name, j in served.items():
        heading, ours = grid.headings[j], rules[name].facts["unit"]
        told = str(about.get(heading, {}).get("Units") or "").strip()
        if not ours or ours == "points" or told.casefold() in _NO_UNIT:
            continue
        unit = _UNIT_WORDS.get(told.casefold(), told)
        factor = unit_factor(ours, unit)
        declared = source.units.get(name)
        other = ""
        if factor is None:
            other = f"Stance cannot turn that into {ours}"
        elif declared is not None and unit_factor(ours, declared) != factor:
            other = f"study.yaml says {declared}"
        if other:
            facts = {"column": heading, "value": quoted(told), "other": other}
            place = str(PurePosixPath(grid.file).with_suffix(".json"))
            problems.append(
                make_finding("BIDS-02", file=place, column=heading, found=quoted(told), facts=facts)
            )
        elif declared is None and factor != 1.0:
            units[name] = unit
    if problems:
        raise FileProblemError(problems)
    said = [f"{grid.headings[served[name]]} in {unit}" for name, unit in units.items()]
    return source.model_copy(update={"units": {**units, **source.units}}), said


def _marked(cells: Cells) -> Cells:
    hit = (cells.text == MISSING).to_numpy(dtype=bool)
    if not hit.any():
        return cells
    kind = cells.kind.copy()
    kind[hit] = CellKind.MISSING
    return replace(cells, kind=kind)


def _levels(about: Mapping[str, Any], heading: str) -> dict[str, str]:
    """Code -> level of a column; newer versions of BIDS describe a level by a mapping."""
    levels = about.get(heading, {}).get("Levels", {})
    if not isinstance(levels, dict):
        return {}
    return {
        str(code).strip(): str(
            level.get("Description", "") if isinstance(level, dict) else level
        ).strip()
        for code, level in levels.items()
    }


def _levelled(cells: Cells, rule: ColumnRule, levels: Mapping[str, str], study: Study) -> Cells:
    """Codes that the column does not know, replaced by levels that it knows."""

    def known(text: str) -> bool:
        if rule.name == "group":
            return study.groups.resolve(text) is not None
        return text.casefold() in accepted_terms(rule)

    if not levels or not (rule.terms or rule.name == "group"):
        return cells
    meant = {code: level for code, level in levels.items() if not known(code) and known(level)}
    text = cells.text.astype("str")
    hit = text.isin(list(meant)).to_numpy(dtype=bool) & ~cells.is_missing
    if not hit.any():
        return cells
    kind = cells.kind.copy()
    kind[hit] = CellKind.PLAIN
    return replace(cells, text=text.where(~hit, text.map(meant)).astype("str"), kind=kind)


def _without_capped(
    grid: Grid, cells: Cells, column: int, table: str
) -> tuple[Cells, list[Finding]]:
    """Ages such as 89+ are taken out, with one BIDS-01 finding each."""
    is_capped = cells.text.astype("str").str.fullmatch(_CAPPED_AGE.pattern).to_numpy(dtype=bool)
    rows = np.flatnonzero(is_capped)
    if not len(rows):
        return cells, []
    kind = cells.kind.copy()
    kind[rows] = CellKind.REPORTED
    people = next(
        (c.text for h, c in zip(grid.headings, grid.columns, strict=True) if h == "participant_id"),
        None,
    )
    findings = [
        make_finding(
            "BIDS-01",
            table=table,
            file=grid.file,
            cell=grid.cell_at(column, int(row)),
            column=grid.headings[column],
            participant_id="" if people is None else str(people.iloc[row]),
            found=quoted(str(cells.text.iloc[row])),
            row=int(grid.row_numbers[row]),
            rows=[int(row)],
        )
        for row in rows
    ]
    return replace(cells, kind=kind), findings
