"""REDCap exports: the rows and fields of one instrument -> a plain grid with true addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.grid import Grid
from pipeline.intake.columns.headings import plain_name
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    listed,
    make_finding,
    near_sentence,
    quoted,
)
from pipeline.intake.layouts.redcap_columns import (
    UNANSWERED_TYPES,
    Export,
    Field,
    read_dictionary,
    read_export,
    where,
)
from schemas.columns import column_rules
from schemas.table_sources import RedcapExport, TableSource
from schemas.tables import CohortTable

EVENT = "redcap_event_name"
REPEAT_FORM = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
_NEVER_SAVED = ("", "0", "incomplete")


@dataclass(frozen=True)
class RedcapRows:
    """The rows of one instrument. silent: columns that are not of this instrument. note: EXPORT-01."""

    grid: Grid
    silent: frozenset[int]
    note: Finding


def read_redcap(
    grid: Grid, dictionary: Grid | None, table: CohortTable, source: TableSource
) -> RedcapRows:
    """The rows of an export in which the declared form has answers, codes turned into labels.

    grid: the export. dictionary: the data dictionary, when study.yaml names one. Rows of other
    instruments, and rows on which the form was never filled in, are left out: REDCap exports 0 for
    the boxes and the status of a form that nobody opened. Adds a column for each checkbox field (the
    ticked labels), `visit` from the event and `trial` from the instance where the table needs them.
    Raises FileProblemError with REDCAP-01, -02 and -03.
    """
    settings = source.redcap
    assert settings is not None
    fields = [] if dictionary is None else read_dictionary(dictionary)
    wanted = {*source.columns.values(), *source.wide, *source.rows}
    export = read_export(grid, fields, settings.missing_codes, wanted)
    _refuse_identifiers(grid, export, fields)
    form = _Form(export, fields, settings.form)
    _require_form(grid, export, fields, settings)
    of_form = form.rows
    answered = of_form & form.answered
    visits, events_note = _visits(grid, export, answered, table, settings)
    keep = np.flatnonzero(answered & (visits != ""))
    columns = dict(export.columns)
    said = [f"The form {settings.form} of this REDCap export is read; {events_note}"]
    given = {*source.columns, *source.constants}
    given |= {key for column in source.wide.values() for key in (column.to, *column.keys)}
    rules = column_rules(table.model)
    if (
        EVENT in columns
        and "visit" in rules
        and not {"visit"} & {*given, *columns}
        and settings.events
    ):
        columns["visit"] = replace(
            columns[EVENT],
            text=pd.Series(visits, dtype="str"),
            kind=np.zeros(len(visits), dtype=np.int8),
        )
    if form.repeats and "trial" in rules and not {"trial"} & {*given, *columns}:
        columns["trial"] = columns[INSTANCE]
        said.append(f"{INSTANCE} is read as the trial.")
    said += _sentences(export, form, of_form, answered)
    n_file = len(grid.headings)
    silent = {j for j in range(len(columns)) if j >= n_file or j not in form.own_columns}
    laid = Grid(
        file=grid.file,
        sheet=grid.sheet,
        heading_row=grid.heading_row,
        headings=tuple(columns),
        row_numbers=grid.row_numbers[keep],
        columns=tuple(cells.take(keep) for cells in columns.values()),
        file_headings=grid.headings,
    )
    note = make_finding(
        "EXPORT-01",
        table=table.name,
        file=grid.file,
        sheet=grid.sheet,
        found=quoted(settings.form),
        facts={"problem": " ".join(part for part in said if part)},
    )
    return RedcapRows(laid, frozenset(silent), note)


class _Form:
    """Where one instrument stands in an export: its rows, its columns, and what is answered."""

    def __init__(self, export: Export, fields: Sequence[Field], form: str) -> None:
        self.name = plain_name(form)
        n = export.n_rows
        blank = np.full(n, "", dtype=object)
        repeat = export.texts(REPEAT_FORM, blank)
        is_this = where(repeat, lambda text: plain_name(text) == self.name)
        self.repeats = bool(is_this.any())
        self.rows = is_this if self.repeats else np.asarray(repeat == "", dtype=bool)
        self.fields = [f for f in fields if plain_name(f.form) == self.name]
        names = [name for field in self.fields for name, _ in field.columns]
        names = [name for name in names if name in export.columns]
        self.status = next(
            (c for c in export.columns if plain_name(c) == f"{self.name}_complete"), ""
        )
        if not self.fields:
            names = export.section(self.status)
        first = next(iter(export.columns))
        skipped = {f.name for f in self.fields if f.type in UNANSWERED_TYPES}
        answers = [name for name in names if name not in skipped and name != first]
        self.answered = np.zeros(n, dtype=bool)
        for name in answers:
            self.answered |= export.is_answered(name)
        status = export.texts(self.status, blank)
        self.answered |= where(status, lambda text: text.casefold() not in _NEVER_SAVED)
        if not answers and not self.status:
            self.answered |= True
        boxes = {
            name for name in names if export.is_box(name)
        }  # their field has a column of its own
        self.own_columns = {j for j, name in enumerate(export.columns) if name in names} - {
            j for j, name in enumerate(export.columns) if name in boxes
        }
        if not self.repeats:
            self.own_columns.discard(0)


def _refuse_identifiers(grid: Grid, export: Export, fields: Sequence[Field]) -> None:
    marked = {name for field in fields if field.is_identifier for name, _ in field.columns}
    problems = [
        make_finding(
            "REDCAP-03",
            file=grid.file,
            sheet=grid.sheet,
            cell=grid.heading_cell(j),
            column=grid.headings[j],
            found=quoted(grid.headings[j]),
            row=grid.heading_row,
            facts={"value": name},
        )
        for j, name in enumerate(list(export.columns)[: len(grid.headings)])
        if name in marked
    ]
    if problems:
        raise FileProblemError(problems)


def _require_form(
    grid: Grid, export: Export, fields: Sequence[Field], settings: RedcapExport
) -> None:
    """Raise REDCAP-02 when no row, field or status column belongs to the declared form."""
    forms = {field.form for field in fields}
    forms |= {
        name.removesuffix("_complete") for name in export.columns if name.endswith("_complete")
    }
    blank = np.array([""], dtype=object)
    forms |= {str(text) for text in set(export.texts(REPEAT_FORM, blank)) if text}
    if plain_name(settings.form) in {plain_name(form) for form in forms}:
        return
    known = sorted(forms)
    problem = f"The export has no form {quoted(settings.form)}."
    if not known:
        problem += " It has no columns such as redcap_repeat_instrument or ..._complete either."
    near = near_sentence(settings.form, known, "form").strip()
    facts = {
        "problem": problem,
        "suggestion": near or f"Use one of its forms: {listed(known) or 'none was found'}.",
    }
    raise FileProblemError(
        [make_finding("REDCAP-02", file=grid.file, found=quoted(settings.form), facts=facts)]
    )


def _visits(
    grid: Grid,
    export: Export,
    rows: NDArray[np.bool_],
    table: CohortTable,
    settings: RedcapExport,
) -> tuple[NDArray[np.object_], str]:
    """The visit of every row ("" for an event that is left out), and a sentence about it."""
    n = export.n_rows
    if EVENT not in export.columns:
        return np.full(n, "all", dtype=object), ""
    events = export.texts(EVENT, np.full(n, "", dtype=object))
    met = list(dict.fromkeys(str(event) for event in events[rows]))
    known = {event.strip().casefold(): visit.strip() for event, visit in settings.events.items()}
    unknown = [event for event in met if event.casefold() not in known]
    if unknown and (settings.events or len(met) > 1):
        first = int(np.flatnonzero(rows & (events == unknown[0]))[0])
        facts = {
            "value": listed(unknown),
            "declaration": ", ".join(f"{_key(event)}: {_visit_name(event)}" for event in unknown),
        }
        cells = export.columns[EVENT]
        finding = make_finding(
            "REDCAP-01",
            table=table.name,
            file=grid.file,
            sheet=grid.sheet,
            cell=grid.cell_at(int(cells.column_number[first]) - 1, first),
            column=grid.headings[int(cells.column_number[first]) - 1],
            found=quoted(unknown[0]),
            row=int(grid.row_numbers[first]),
            facts=facts,
        )
        raise FileProblemError([finding])
    if not settings.events:
        said = f"all its answers are in the event {met[0]}." if met else "it has no answers."
        return np.full(n, "all", dtype=object), said
    codes, words = pd.factorize(events)
    visits = np.array([known.get(str(word).casefold(), "") for word in words], dtype=object)[codes]
    return visits, "the visits are those of study.yaml."


def _key(event: str) -> str:
    return event if event.replace("_", "").isalnum() else f'"{event}"'


def _visit_name(event: str) -> str:
    return event.split("_arm_")[0].split(" (")[0].replace("_", " ").casefold()


def _sentences(
    export: Export, form: _Form, of_form: NDArray[np.bool_], answered: NDArray[np.bool_]
) -> list[str]:
    said: list[str] = []
    others = int((~of_form).sum())
    unsaved = int((of_form & ~answered).sum())
    if others:
        said.append(f"{others} rows of other forms are left out.")
    if unsaved:
        said.append(f"{unsaved} rows on which the form was never filled in are left out.")
    relabelled = [name for name in export.relabelled if name in {f.name for f in form.fields}]
    if relabelled:
        said.append(
            f"Codes are read as the labels of the data dictionary in: {listed(relabelled)}."
        )
    limits = [
        f"{field.name} {field.low or '...'} to {field.high or '...'}"
        for field in form.fields
        if field.low or field.high
    ]
    if limits:
        said.append(f"REDCap accepted only values within: {listed(limits)}.")
    return said
