"""Where a table comes from and how its file is laid out: sources, wide columns, blocks per person, REDCap.

Parts of `tables` in study.yaml. Each key is explained in its field; unknown keys are errors.
"""

import re
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from schemas.strict_model import StrictModel

Scalar = str | int | float | bool

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


def _inside_the_folder(value: str | None) -> str | None:
    if value is None:
        return None
    parts = value.replace("\\", "/").split("/")
    if value.startswith(("/", "\\")) or ".." in parts or ":" in value:
        raise ValueError("the file has to lie inside the cohort folder")
    return value


class HeadCell(StrictModel):
    """A cell in the head of a block."""

    cell: str = Field(
        description="Its address, as if the block began at A1. `Mass: C1` is short for `Mass: {cell: C1}`."
    )
    after: str = Field(
        default="",
        description="Where the cell holds more than the value: the text that stands before the value, such "
        "as `Participant:`.",
    )
    before: str = Field(
        default="",
        description="Where the cell holds more than the value: the text that stands behind it.",
    )

    _checked = field_validator("cell")(_address)


class Blocks(StrictModel):
    """A sheet with one block of cells for each person, instead of one table. A block ends where the next begins."""

    begins_with: str = Field(
        min_length=1, description="Text with which the first cell of every block begins."
    )
    cells: dict[str, Annotated[HeadCell, BeforeValidator(_long_form)]] = Field(
        min_length=1,
        description="A name of yours: the cell in the head of the block that holds its value for all rows of "
        "the block.",
    )
    table: str | None = Field(
        default=None,
        description="First heading of the small table in the block; left out when the head is all that is "
        "read. A column without a heading is called column A, by its place in the block.",
    )

    @field_validator("table")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        return None if value is None else _address(value)


class RedcapExport(StrictModel):
    """An export of REDCap (raw or labels), of which one instrument serves the table."""

    form: str = Field(
        min_length=1,
        description="The instrument whose rows are read, as the data dictionary or redcap_repeat_instrument "
        "writes it.",
    )
    dictionary: str | None = Field(
        default=None,
        description="File with the data dictionary of the project (CSV), which turns codes into labels.",
    )
    events: dict[str, str] = Field(
        default={},
        description="Event of the export: visit. An event with an empty visit is left out.",
    )
    missing_codes: tuple[str, ...] = Field(
        default=(), description="The codes of the project for missing data."
    )

    _checked = field_validator("dictionary")(_inside_the_folder)


class WideColumn(StrictModel):
    """Where the cells of one wide column go: `to` names our column, the rest are key values."""

    model_config = ConfigDict(extra="allow", frozen=True)

    to: str = Field(
        description="Our column, such as hold_time_s. All further keys are columns of ours with the value "
        "that the heading stands for, such as `leg: left`."
    )

    @property
    def keys(self) -> dict[str, Scalar]:
        """Our key columns and their values for this wide column, such as leg: left, trial: 1."""
        extra = self.__pydantic_extra__ or {}
        return dict(extra)


class TableSource(StrictModel):
    """One file (or sheet) that serves one table, and how to read it."""

    file: str = Field(description="The file, inside the cohort folder.")
    sheet: str | None = Field(default=None, description="Sheet of the workbook.")
    columns: dict[str, str] = Field(default={}, description="Our column: your heading.")
    values: dict[str, dict[str, str]] = Field(
        default={}, description="Our column: {your word: our word}."
    )
    units: dict[str, str] = Field(
        default={},
        description='Our column: unit in the file, where it is not ours; "in cells" when every cell has its '
        'own, as in "12.4 s".',
    )
    constants: dict[str, Scalar] = Field(
        default={}, description="Our column: one value for all rows."
    )
    rows: dict[str, tuple[str, ...]] = Field(
        default={}, description="Only rows whose cell under this heading is one of these are read."
    )
    distinct: bool = Field(
        default=False, description="Whether rows that are equal after all this are read once."
    )
    decimal: Literal[".", ","] | None = Field(
        default=None, description="Decimal mark of this file, if it differs from the others."
    )
    wide: dict[str, WideColumn] = Field(
        default={},
        description="One column for each leg or trial: your heading, our column and what the heading stands "
        "for.",
    )
    codes: dict[str, dict[str, dict[str, Scalar]]] = Field(
        default={},
        description="One code that sets several columns; the column itself is dropped.",
    )
    blocks: Blocks | None = Field(
        default=None,
        description="One block of cells for each person in place of a table. Addresses count as if the block "
        "began at A1.",
    )
    redcap: RedcapExport | None = Field(
        default=None, description="The file is an export of REDCap, raw or with labels."
    )

    @model_validator(mode="after")
    def _one_layout(self) -> "TableSource":
        if self.blocks is not None and self.redcap is not None:
            raise ValueError("blocks and redcap cannot stand together: a file has one layout")
        return self

    _checked = field_validator("file")(_inside_the_folder)
