"""The columns of a REDCap export under their field names, with labels, codes and ticked boxes.

The project's data dictionary says which fields there are, their forms, choices and limits.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.columns.headings import plain_name
from pipeline.intake.findings.messages import FileProblemError, make_finding, quoted
from schemas.table_sources import REDCAP_DICTIONARY_HEADINGS

_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"\s+")

_NEEDED: Final = ("name", "form", "type")
_WITH_CHOICES: Final = ("radio", "dropdown", "checkbox")
_FIXED_CHOICES: Final = {
    "yesno": {"1": "Yes", "0": "No"},
    "truefalse": {"1": "True", "0": "False"},
}
UNANSWERED_TYPES: Final = ("calc", "descriptive")
"""Types of fields that hold something without anybody having answered."""


@dataclass(frozen=True)
class Field:
    """One field. choices: code -> label. low, high: limits of the data entry, as typed."""

    name: str
    form: str
    type: str
    label: str
    choices: dict[str, str]
    low: str
    high: str
    is_identifier: bool

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Column name and heading in a label export, one for each choice of a checkbox."""
        if self.type != "checkbox":
            return [(self.name, self.label)]
        return [
            (checkbox_column(self.name, code), f"{self.label} (choice={label})")
            for code, label in self.choices.items()
        ]


def checkbox_column(field: str, code: str) -> str:
    """The column of a choice of a checkbox: ___ and the code; marks such as - become _."""
    return f"{field}___{re.sub(r'[^0-9a-z]', '_', code.casefold())}"


def read_dictionary(grid: Grid) -> list[Field]:
    """The fields of a data dictionary in its order, which is the order of an export.

    Raises FileProblemError (REDCAP-02) when the file is no data dictionary.
    """
    places: dict[str, int] = {}
    for what, names in REDCAP_DICTIONARY_HEADINGS.items():
        wanted = {plain_name(name) for name in names}
        found = [j for j, heading in enumerate(grid.headings) if plain_name(heading) in wanted]
        places |= {what: found[0]} if found else {}
    if any(what not in places for what in _NEEDED):
        facts = {
            "problem": "This is no data dictionary of REDCap: a column such as "
            f"{REDCAP_DICTIONARY_HEADINGS['name'][0]} is missing.",
            "suggestion": "Download it in REDCap (Data Dictionary) as CSV, and name it under "
            "`redcap: {dictionary: ...}` in study.yaml.",
        }
        raise FileProblemError([make_finding("REDCAP-02", file=grid.file, facts=facts)])
    texts = {what: grid.columns[j].text.astype("str").tolist() for what, j in places.items()}
    rows = range(len(grid.row_numbers))
    return [_field({what: str(column[i]) for what, column in texts.items()}) for i in rows]


def _field(row: dict[str, str]) -> Field:
    kind = row["type"].strip().casefold()
    choices = dict(_choices(row.get("choices", ""))) if kind in _WITH_CHOICES else {}
    return Field(
        name=row["name"].strip(),
        form=row["form"].strip(),
        type=kind,
        label=plain_label(row.get("label", "")),
        choices=_FIXED_CHOICES.get(kind, choices),
        low=row.get("low", "").strip(),
        high=row.get("high", "").strip(),
        is_identifier=row.get("identifier", "").strip().casefold() in ("y", "yes", "1"),
    )


def _choices(text: str) -> Iterator[tuple[str, str]]:
    for choice in text.split("|"):
        code, mark, label = choice.partition(",")
        if mark and code.strip():
            yield code.strip(), plain_label(label)


def plain_label(text: str) -> str:
    """A label as an export shows it: without HTML tags and line breaks."""
    return _SPACES.sub(" ", _TAG.sub("", text)).strip()


SYSTEM_LABELS: Final = {
    "Event Name": "redcap_event_name",
    "Repeat Instrument": "redcap_repeat_instrument",
    "Repeat Instance": "redcap_repeat_instance",
    "Data Access Group": "redcap_data_access_group",
    "Survey Identifier": "redcap_survey_identifier",
    "Survey Timestamp": "redcap_survey_timestamp",
}
"""Heading in a label export -> name in a raw one."""
_TICKED: Final = ("1", "checked")
_UNTICKED: Final = ("", "0", "unchecked")
_BOX = re.compile(r"(.+?)___(_?[0-9a-z_]+)")


@dataclass(frozen=True)
class Export:
    """Columns of an export by field name, in the order of the file; added columns stand last.

    relabelled: fields whose codes were turned into labels.
    """

    columns: dict[str, Cells]
    n_rows: int
    relabelled: tuple[str, ...]

    def texts(self, name: str, default: NDArray[np.object_]) -> NDArray[np.object_]:
        """The texts of a column, or `default` when the export has no such column."""
        if name not in self.columns:
            return default
        return self.columns[name].text.to_numpy(dtype=object)

    def is_box(self, name: str) -> bool:
        """Whether a column is one box of a checkbox field."""
        return _BOX.fullmatch(name) is not None

    def is_answered(self, name: str) -> NDArray[np.bool_]:
        """Where a field has an answer; a box that is not ticked is none."""
        text = self.columns[name].text
        if self.is_box(name):
            return text.str.casefold().isin(_TICKED).to_numpy(dtype=bool)
        return np.asarray(~self.columns[name].is_missing, dtype=bool)

    def section(self, status: str) -> list[str]:
        """Columns between the status column of the form before and that of this form."""
        names = list(self.columns)
        if status not in names:
            return []
        end = names.index(status)
        before = [i for i in range(end) if names[i].endswith("_complete")]
        start = before[-1] + 1 if before else 1
        return [name for name in names[start:end] if not name.startswith("redcap_")]


def where(texts: NDArray[np.object_], is_meant: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Rows whose text is meant; every different text is looked at once."""
    codes, words = pd.factorize(texts)
    return np.asarray([is_meant(str(word)) for word in words], dtype=bool)[codes]


def read_export(
    grid: Grid, fields: Sequence[Field], missing_codes: Collection[str], wanted: Collection[str]
) -> Export:
    """The columns of an export, raw or label, under their field names.

    fields: of the data dictionary, [] without one. missing_codes: the project's codes for missing
    data. wanted: headings that study.yaml names; they are kept as they are. With a dictionary a cell
    of a field with choices shows the label and holds the code as its number (the number that the
    label is, where it is one), so that raw and label exports give the same.
    """
    names = _names(grid.headings, fields, wanted)
    _refuse_doubles(grid, names, wanted)
    by_name = {field.name: field for field in fields}
    columns: dict[str, Cells] = {}
    relabelled: list[str] = []
    for name, heading, cells in zip(names, grid.headings, grid.columns, strict=True):
        cells = _missing_marked(cells, missing_codes)
        field = by_name.get(name)
        if field is not None and field.choices and field.type != "checkbox":
            shown = _labelled(cells, field)
            if not (shown.text == cells.text).all():
                relabelled.append(name)
            cells = shown
        key = name if name not in columns else f"{heading} "
        while key in columns:  # a label that stands three times
            key += " "
        columns[key] = cells
    boxes = _ticked_labels(columns, by_name, missing_codes)
    return Export({**columns, **boxes}, len(grid.row_numbers), tuple(relabelled))


def _refuse_doubles(grid: Grid, names: Sequence[str], wanted: Collection[str]) -> None:
    """Raise COL-02 for a heading that study.yaml names and that stands twice."""
    doubles = [j for j, name in enumerate(names) if name in wanted and name in names[:j]]
    if doubles:
        raise FileProblemError(
            [
                make_finding(
                    "COL-02",
                    file=grid.file,
                    sheet=grid.sheet,
                    cell=grid.heading_cell(j),
                    column=grid.headings[j],
                    found=quoted(grid.headings[j]),
                    row=grid.heading_row,
                    facts={"value": grid.headings[j]},
                )
                for j in doubles[:1]
            ]
        )


def _names(headings: Sequence[str], fields: Sequence[Field], wanted: Collection[str]) -> list[str]:
    """The field name of every column; labels are found in the order of the dictionary."""
    expected: list[tuple[str, str]] = []
    for i, field in enumerate(fields):
        expected += field.columns
        if i + 1 == len(fields) or fields[i + 1].form != field.form:
            expected.append((f"{field.form}_complete", "Complete?"))
    raw = {name for name, _ in expected} | set(SYSTEM_LABELS.values())
    names: list[str] = []
    start = 0
    for heading in headings:
        label = plain_label(heading)
        if heading in raw or heading in wanted:
            names.append(heading)
            continue
        places = [i for i, (_, shown) in enumerate(expected) if shown == label]
        place = next((i for i in places if i >= start), places[0] if places else None)
        if place is not None:
            start = place + 1
            names.append(expected[place][0])
        else:
            names.append(SYSTEM_LABELS.get(label, heading))
    return names


def _missing_marked(cells: Cells, codes: Collection[str]) -> Cells:
    hit = cells.text.isin([code.strip() for code in codes]).to_numpy(dtype=bool)
    if not hit.any():
        return cells
    kind = cells.kind.copy()
    kind[hit] = CellKind.MISSING
    return replace(cells, kind=kind)


def _labelled(cells: Cells, field: Field) -> Cells:
    """Codes and labels of a field with choices -> the label as text and the code as number."""
    text = cells.text.astype("str")
    labels = {label: label for label in field.choices.values()} | field.choices
    numbers = {
        **{code: _number(label, code) for code, label in field.choices.items()},
        **{label: _number(label, code) for code, label in field.choices.items()},
    }
    met = text.isin(list(labels)).to_numpy(dtype=bool) & ~cells.is_missing
    number = text.map(numbers).to_numpy(dtype=np.float64)
    kind = np.where(met & np.isfinite(number), CellKind.NUMBER, cells.kind).astype(np.int8)
    return replace(
        cells,
        text=text.where(~met, text.map(labels)).astype("str"),
        kind=kind,
        number=np.where(met, number, cells.number),
    )


def _number(label: str, code: str) -> float:
    for text in (label, code):
        try:
            return float(text)
        except ValueError:
            continue
    return float("nan")


def _ticked_labels(
    columns: dict[str, Cells], fields: dict[str, Field], missing_codes: Collection[str]
) -> dict[str, Cells]:
    """One column for each checkbox field: its ticked labels, "" when nothing is ticked."""
    boxes: dict[str, list[tuple[str, str]]] = {}
    for name in columns:
        match = _BOX.fullmatch(name)
        if match is None or match[1] in columns:
            continue
        field = fields.get(match[1])
        choices = {} if field is None else field.choices
        by_column = {
            checkbox_column(match[1], code): (code, label) for code, label in choices.items()
        }
        code, label = by_column.get(name, (match[2], match[2]))
        if code not in missing_codes:
            boxes.setdefault(match[1], []).append((name, label))
    return {field: _joined_labels(columns, members) for field, members in boxes.items()}


def _joined_labels(columns: dict[str, Cells], members: Sequence[tuple[str, str]]) -> Cells:
    first = columns[members[0][0]]
    n = len(first.text)
    words = np.full(n, "", dtype=object)
    place = first.column_number.copy()
    for name, label in members:
        cells = columns[name]
        state = cells.text.str.casefold()
        ticked = state.isin(_TICKED).to_numpy(dtype=bool)
        # Anything else than ticked or not is shown as it is, so that it is looked at.
        odd = ~ticked & ~state.isin(_UNTICKED).to_numpy(dtype=bool) & ~cells.is_missing
        for rows, word in ((ticked, label), (odd, None)):
            shown = cells.text.to_numpy(dtype=object)[rows] if word is None else word
            started = words[rows] != ""
            place[rows] = np.where(started, place[rows], cells.column_number[rows])
            words[rows] = np.where(started, words[rows] + "; " + shown, shown)
    return Cells(
        pd.Series(words, dtype="str"), np.zeros(n, dtype=np.int8), np.full(n, np.nan), place
    )
