"""How a file is laid out when it is no plain table: blocks per person, a REDCap export.

Parts of `TableSource` in study.yaml. Every key is described here; unknown keys are errors.
"""

import re
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

_ADDRESS = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,5})")

REDCAP_DICTIONARY_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "type": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "low": ("Text Validation Min", "text_validation_min"),
    "high": ("Text Validation Max", "text_validation_max"),
    "identifier": ("Identifier?", "identifier"),
}
"""What we call it -> its heading in the file that REDCap downloads, and in that of its API."""


def _address(value: str) -> str:
    if _ADDRESS.fullmatch(value.strip()) is None:
        raise ValueError("an address has to look like B1, as if the block began at A1")
    return value.strip().upper()


def _long_form(value: object) -> object:
    """`group: D1` is short for `group: {cell: D1}`."""
    return {"cell": value} if isinstance(value, str) else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadCell(_Strict):
    """A cell in the head of a block.

    cell: its address as if the block began at A1. after, before: where the cell holds more than the
    value, the text that stands before the value (such as "Participant:") and the text behind it.
    """

    cell: str
    after: str = ""
    before: str = ""

    _checked = field_validator("cell")(_address)


class Blocks(_Strict):
    """A sheet with one block of cells for each person, instead of one table.

    begins_with: text with which the first cell of every block begins. cells: name of a column ->
    the cell in the head of the block that holds its value for all rows of the block. table: address
    of the first heading of the small table in the block; None when the head is all that is read. A
    column without a heading is called `column A`, by its place in the block.
    Addresses count as if the block began at A1. A block ends where the next one begins.
    """

    begins_with: str = Field(min_length=1)
    cells: dict[str, Annotated[HeadCell, BeforeValidator(_long_form)]] = Field(min_length=1)
    table: str | None = None

    @field_validator("table")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        return None if value is None else _address(value)


class RedcapExport(_Strict):
    """An export of REDCap (raw or labels), of which one instrument serves the table.

    form: the instrument whose rows are read, as the data dictionary or redcap_repeat_instrument
    writes it. dictionary: file with the data dictionary (CSV), which turns codes into labels.
    events: event of the export -> visit; an event with an empty visit is left out.
    missing_codes: the project's missing-data codes.
    """

    form: str = Field(min_length=1)
    dictionary: str | None = None
    events: dict[str, str] = {}
    missing_codes: tuple[str, ...] = ()

    @field_validator("dictionary")
    @classmethod
    def _inside_the_folder(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = value.replace("\\", "/").split("/")
        if value.startswith(("/", "\\")) or ".." in parts or ":" in value:
            raise ValueError("the file has to lie inside the cohort folder")
        return value
