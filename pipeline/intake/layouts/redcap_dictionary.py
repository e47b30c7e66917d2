"""The data dictionary of a REDCap project: which fields there are, their forms, choices and limits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.intake.cells.grid import Grid
from pipeline.intake.columns.headings import plain_name
from pipeline.intake.findings.messages import FileProblemError, make_finding
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
