"""The cells of one source of a table: parsed, and every finding about single cells and columns.

Says too which decimal mark a text file uses where study.yaml does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.addresses import Addresses
from pipeline.intake.cells.cell_findings import RUN_LENGTH, cell_findings
from pipeline.intake.cells.grid import CellKind, Cells
from pipeline.intake.cells.number_doubts import (
    has_decimal_comma,
    has_decimal_point,
    is_column_of_milliseconds,
    is_garbled,
)
from pipeline.intake.cells.parsing import (
    RULE_IDS,
    NumberForm,
    ParsedColumn,
    implausible,
    parse_column,
)
from pipeline.intake.cells.sentences import (
    cell_facts,
    doubt_facts,
    general_facts,
    plausible_facts,
    unit_declaration,
)
from pipeline.intake.cells.units import has_unit
from pipeline.intake.cells.word_codes import encode_words
from pipeline.intake.columns.column_map import MappedTable
from pipeline.intake.findings.messages import Finding, make_finding, quoted
from schemas.columns import ColumnRule
from schemas.tables import CohortTable

FOR_THE_COLUMN: Final = frozenset({"CELL-10", "CELL-12", "CELL-15"})
"""Rules that stop the whole column: one finding, however many cells."""
ONLY_THE_CELL: Final = " Only the cell is left out; the row stays in the analysis."
_MARKS: Final = {
    ",": "study.yaml says that the comma is the decimal mark.",
    ".": "study.yaml says that the point is the decimal mark.",
}
_FIRST: Final = "ceiling_s"
"""Parsed first: the other times are held against it."""


@dataclass(frozen=True)
class ParsedSource:
    """The columns of one source in their own types, and what is wrong with their cells."""

    columns: dict[str, ParsedColumn]
    findings: list[Finding]


def leaves_cell_only(table: CohortTable, rule: ColumnRule) -> bool:
    """Whether a bad cell of this column is left out alone, without its row."""
    return table.name == "participants" and rule.nullable and rule.name not in table.key


def parse_source(
    table: CohortTable, rules: Mapping[str, ColumnRule], source: MappedTable
) -> ParsedSource:
    """Parse every column of a source; rows of findings count within the source."""
    findings = list(source.findings)
    decimal, notes = decimal_mark(source, rules)
    findings += notes
    ceiling_s = source.ceiling_s
    columns: dict[str, ParsedColumn] = {}
    for name in sorted(source.cells, key=lambda name: name != _FIRST):
        rule, cells = rules[name], source.cells[name]
        can_be_empty = rule.nullable or name in table.defaults or name in table.may_omit
        form = NumberForm(
            decimal, source.factors.get(name, 1.0), name in source.in_cells, ceiling_s
        )
        parsed = parse_column(cells, rule, form, required=not can_be_empty)
        columns[name] = parsed
        if name == _FIRST and parsed.column.notna().any():
            ceiling_s = max(ceiling_s or 0.0, float(parsed.column.max()))
        found = _column_findings(rule, cells, parsed, source.addresses, form)
        if source.decimal_is_declared:
            found = [_with_known_mark(finding, decimal) for finding in found]
        if leaves_cell_only(table, rule):
            found = [_about_the_cell(finding) for finding in found]
        findings += found
    return ParsedSource(columns, findings)


def _with_known_mark(finding: Finding, decimal: str) -> Finding:
    """CELL-10 without the advice to declare what is declared."""
    if finding.rule_id != "CELL-10":
        return finding
    fix = f"Type the numbers of the column without marks between thousands; {_MARKS[decimal]}"
    return replace(finding, fix=fix)


def _about_the_cell(finding: Finding) -> Finding:
    is_left_out = finding.severity == "SET ASIDE"
    return replace(finding, fix=finding.fix + ONLY_THE_CELL) if is_left_out else finding


def _column_findings(
    rule: ColumnRule, cells: Cells, parsed: ParsedColumn, addresses: Addresses, form: NumberForm
) -> list[Finding]:
    findings = _doubts(rule, cells, parsed, addresses, form)
    findings += _cell_problems(rule, cells, parsed, addresses)
    if rule.kind in ("number", "integer"):
        findings += _unlikely(rule, cells, parsed, addresses)
        findings += _once("CELL-17", rule, cells, parsed.mended, addresses)
    elif rule.kind == "text":
        findings += _garbled(rule, cells, addresses)
    return findings


def _cell_problems(
    rule: ColumnRule, cells: Cells, parsed: ParsedColumn, addresses: Addresses
) -> list[Finding]:
    numbers = np.where(cells.kind == CellKind.REPORTED, 0, parsed.problem_numbers)
    findings: list[Finding] = []
    offer = ""
    for number in np.unique(numbers[numbers != 0]).tolist():
        rule_id = str(RULE_IDS[number])
        if rule_id in parsed.doubts:
            continue
        positions = np.flatnonzero(numbers == number)
        if rule_id in FOR_THE_COLUMN:
            findings += _once(rule_id, rule, cells, positions, addresses)
            continue
        if rule_id == "CELL-01":
            offer = _offered_unit(rule, cells, positions)

        def facts_of(found: str, rule_id: str = rule_id, offer: str = offer) -> dict[str, str]:
            facts = cell_facts(rule_id, rule, found)
            if offer and rule_id == "CELL-01" and has_unit(found, rule.facts["unit"]):
                facts["suggestion"] = offer
            return facts

        findings += cell_findings(
            rule_id,
            addresses,
            rule.name,
            positions,
            cells.text.iloc[positions],
            facts_of,
            many=general_facts(rule_id, rule),
        )
    return findings


def _once(
    rule_id: str,
    rule: ColumnRule,
    cells: Cells,
    positions: NDArray[np.intp],
    addresses: Addresses,
) -> list[Finding]:
    """One finding for all these cells, which says what the first one shows."""
    if not len(positions):
        return []
    texts = cells.text.iloc[positions]
    facts = cell_facts(rule_id, rule, str(texts.iloc[0]))
    return cell_findings(rule_id, addresses, rule.name, positions, texts, facts, run_length=0)


def _doubts(
    rule: ColumnRule, cells: Cells, parsed: ParsedColumn, addresses: Addresses, form: NumberForm
) -> list[Finding]:
    findings: list[Finding] = []
    for rule_id, rows in parsed.doubts.items():
        beyond = parsed.problem_numbers == RULE_IDS.tolist().index(rule_id)
        positions = np.flatnonzero(rows | beyond)
        is_given = ~cells.is_missing & (beyond | (parsed.problem_numbers == 0))
        in_all = len(positions) == int(is_given.sum()) and (
            rule_id != "CELL-13" or _is_long(parsed, beyond, form)
        )
        facts = doubt_facts(rule_id, rule, in_all=in_all, ceiling_s=form.ceiling_s)
        once = in_all or rule_id in FOR_THE_COLUMN
        findings += cell_findings(
            rule_id,
            addresses,
            rule.name,
            positions,
            cells.text.iloc[positions],
            facts,
            run_length=0 if once else RUN_LENGTH,
        )
    return findings


def _is_long(parsed: ParsedColumn, beyond: NDArray[np.bool_], form: NumberForm) -> bool:
    """Whether all the times together look like milliseconds, those beyond the limits included."""
    values = np.where(beyond, np.inf, np.asarray(parsed.column, dtype=np.float64))
    return is_column_of_milliseconds(values, form.ceiling_s)


def _unlikely(
    rule: ColumnRule, cells: Cells, parsed: ParsedColumn, addresses: Addresses
) -> list[Finding]:
    sides = implausible(parsed.column, rule)
    for rows in parsed.doubts.values():
        sides[rows] = 0
    findings: list[Finding] = []
    for side in (-1, 1):
        positions = np.flatnonzero(sides == side)
        if len(positions):
            facts = plausible_facts(rule, side)
            texts = cells.text.iloc[positions]
            findings += cell_findings("CELL-06", addresses, rule.name, positions, texts, facts)
    return findings


def _garbled(rule: ColumnRule, cells: Cells, addresses: Addresses) -> list[Finding]:
    codes, words = encode_words(cells.text)
    garbled = np.array([is_garbled(str(word)) for word in words], dtype=bool)
    if not garbled.any():
        return []
    return _once("CELL-18", rule, cells, np.flatnonzero(garbled[codes]), addresses)


def _offered_unit(rule: ColumnRule, cells: Cells, positions: NDArray[np.intp]) -> str:
    """What study.yaml can say when most cells of a column hold a number and its unit; "" otherwise."""
    unit = rule.facts["unit"]
    codes, words = encode_words(cells.text)
    with_unit = np.array([has_unit(str(word), unit) for word in words], dtype=bool)
    n_with_unit = int(with_unit[codes[positions]].sum())
    n_given = int((~cells.is_missing).sum())
    if n_with_unit <= RUN_LENGTH or 2 * n_with_unit < n_given:
        return ""
    return unit_declaration(rule)


def decimal_mark(source: MappedTable, rules: Mapping[str, ColumnRule]) -> tuple[str, list[Finding]]:
    """The decimal mark of the numbers of a source, and what has to be said about it.

    What study.yaml declares counts. Otherwise a text file whose numbers have commas and no points is
    read with decimal commas (FILE-04 says so). Where both stand and most are commas, nobody can tell
    (CELL-19); a few commas among points are slips and stay for CELL-02.
    """
    if source.decimal_is_declared or source.addresses.sources[0].sheet is not None:
        return source.decimal, []
    commas, points = 0, 0
    example: tuple[str, NDArray[np.intp]] | None = None
    for name, cells in source.cells.items():
        if rules[name].kind not in ("number", "integer"):
            continue
        with_comma = _rows_with(cells, ",", has_decimal_comma)
        if len(with_comma) and example is None:
            example = name, with_comma
        commas += len(with_comma)
        points += len(_rows_with(cells, ".", has_decimal_point))
    if example is None or (points and commas <= points):
        return source.decimal, []
    name, rows = example
    texts = source.cells[name].text.iloc[rows]
    if points:
        facts = {"value": f"{commas}", "other": f"{points}"}
        return ",", cell_findings(
            "CELL-19", source.addresses, name, rows, texts, facts, run_length=0
        )
    typed = str(texts.iloc[0])
    facts = {"problem": f"The numbers have decimal commas: {typed} was read as {_point(typed)}."}
    place = source.addresses.sources[0]
    return ",", [make_finding("FILE-04", file=place.file, found=quoted(typed), facts=facts)]


def _rows_with(cells: Cells, mark: str, is_meant: Callable[[str], bool]) -> NDArray[np.intp]:
    """Rows whose text has a mark that can only be the decimal one."""
    codes, words = encode_words(cells.text)
    if not len(words):
        return np.zeros(0, dtype=np.intp)
    has_mark = np.array(
        [isinstance(word, str) and mark in word and is_meant(word) for word in words], dtype=bool
    )
    if not has_mark.any():
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(has_mark[codes] & (cells.kind == CellKind.PLAIN))


def _point(text: str) -> str:
    return text.replace(",", ".")
