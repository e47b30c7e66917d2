"""How a column is declared: type, range, unit and the sentence a person reads when a cell breaks the rule.

The pandera field keeps the machine's half of the rule; its metadata keeps the human half, so that
intake, the data dictionary, the workbook template and the Dagster column table all read one source.
"""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final, TypedDict

import pandas as pd
import pandera.pandas as pa
from pandera.api.pandas.container import DataFrameSchema

from schemas.terms import LEGS, RECORDING_ROLES


class ColumnFacts(TypedDict):
    """The human half of a column rule, stored as pandera field metadata."""

    unit: str
    label: str
    fix: str
    plausible_low: float | None
    plausible_high: float | None
    plausible_why: str
    identifies: bool
    part_of: str
    measured: str


def column(
    description: str,
    *,
    label: str = "",
    unit: str = "",
    fix: str = "",
    ge: float | None = None,
    le: float | None = None,
    gt: float | None = None,
    isin: tuple[str, ...] | None = None,
    nullable: bool = False,
    plausible: tuple[float | None, float | None] = (None, None),
    plausible_why: str = "",
    identifies: bool = False,
    part_of: str = "",
    measured: str = "",
) -> Any:
    """Declare one column of a table.

    description: what the column holds, one sentence. label: short name for report tables; the
    description's first words when empty. unit: printed unit ("s", "mm", "N/kg"), "" when it has
    none. fix: what to do about a cell that breaks the rule; never a value that is not on the paper
    form. ge, le, gt: hard limits in `unit`; a cell outside is set aside. plausible: (low, high) in
    `unit`; a cell outside is possible but is worth a look. identifies: the column is part of the
    row's key. part_of: the score that this answer is part of; reports show the score alone.
    measured: for a value that is measured in recordings, the field of the measurement that holds it
    (`pipeline.signals.cohort.measured_tables` follows it). Returns a pandera field (typed Any, as pandera's own `Field` is).
    """
    facts = ColumnFacts(
        unit=unit,
        label=label or description.rstrip(".").split(",")[0],
        fix=fix or "Check the paper form and correct the cell.",
        plausible_low=plausible[0],
        plausible_high=plausible[1],
        plausible_why=plausible_why,
        identifies=identifies,
        part_of=part_of,
        measured=measured,
    )
    return pa.Field(
        description=description,
        ge=ge,
        le=le,
        gt=gt,
        isin=list(isin) if isin is not None else None,
        nullable=nullable,
        coerce=True,
        metadata=dict(facts),
    )


class StrictTable(pa.DataFrameModel):
    """A table whose columns are fixed; unknown ones are reported by intake and do not travel on."""

    class Config:
        """Every column has its type, and there are no others."""

        strict = True
        coerce = True


PARTICIPANT_ID: Final = partial(column, "Code of the person.", label="Participant", identifies=True)
VISIT: Final = partial(column, "Visit of a repeated study.", label="Visit", identifies=True)
TASK: Final = partial(column, "Balance task.", label="Task", identifies=True)
STANCE_LEG: Final = partial(column, "Stance leg.", label="Leg", isin=LEGS, identifies=True)
TRIAL: Final = partial(column, "Number of the trial.", label="Trial", ge=1, le=100, identifies=True)
ROLE: Final = partial(
    column, "What was recorded.", label="Role", isin=tuple(RECORDING_ROLES), identifies=True
)
"""Columns that say whose row it is: the same in every table that has them."""


@dataclass(frozen=True)
class ColumnRule:
    """One column as intake, templates and documentation need it.

    `kind` is "text", "number", "integer" or "date". Limits are in `unit`; None means no limit.
    `low_open` is True when `low` itself is not allowed. `terms` are the accepted words, empty when
    the column is free.
    """

    name: str
    kind: str
    required: bool
    nullable: bool
    description: str
    facts: ColumnFacts
    low: float | None
    high: float | None
    low_open: bool
    terms: tuple[str, ...]


_KINDS = {"f": "number", "i": "integer", "M": "date"}


def column_rules(model: type[pa.DataFrameModel]) -> dict[str, ColumnRule]:
    """The columns of a table model, by name and in order. Errors: none for models built with `column`."""
    return dict(_kept_column_rules(model))


@cache
def _kept_column_rules(model: type[pa.DataFrameModel]) -> dict[str, ColumnRule]:
    """Made once: a cohort's tables are asked for their rules a hundred times while they are read."""
    schema: DataFrameSchema = model.to_schema()
    rules: dict[str, ColumnRule] = {}
    for name, field in schema.columns.items():
        limits: dict[str, dict[str, Any]] = {
            str(check.name): check.statistics or {}
            for check in field.checks
            if isinstance(check, pa.Check)
        }
        low = limits.get("greater_than_or_equal_to", {}).get("min_value")
        above = limits.get("greater_than", {}).get("min_value")
        high = limits.get("less_than_or_equal_to", {}).get("max_value")
        dtype_kind = getattr(getattr(field.dtype, "type", None), "kind", "O")
        rules[name] = ColumnRule(
            name=name,
            kind=_KINDS.get(dtype_kind, "text"),
            required=bool(field.required),
            nullable=bool(field.nullable),
            description=field.description or "",
            facts=field.metadata,
            low=low if above is None else above,
            high=high,
            low_open=above is not None,
            terms=tuple(limits.get("isin", {}).get("allowed_values", ())),
        )
    return rules


def validated(model: type[pa.DataFrameModel], table: pd.DataFrame) -> pd.DataFrame:
    """The table with the model's types, as `model.validate(table, lazy=True)` gives it; raises SchemaErrors.

    Half the time where the columns have these types already: nothing is converted, and pandera does
    not look at the type of a text column value by value.
    """
    types = _kept_empty_table(model).dtypes
    # By name: a text column is text however it is stored.
    has_types = all(str(types.get(name)) == str(kind) for name, kind in table.dtypes.items())
    schema = _value_checks(model) if has_types else model.to_schema()
    return schema.validate(table, lazy=True)


@cache
def _value_checks(model: type[pa.DataFrameModel]) -> DataFrameSchema:
    """The model's rules about values."""
    schema: DataFrameSchema = model.to_schema()
    untyped = schema.update_columns(
        {name: {"dtype": None, "coerce": False} for name in schema.columns}
    )
    untyped.coerce = False
    return untyped


def empty_table(model: type[pa.DataFrameModel]) -> pd.DataFrame:
    """A table with the model's columns and types and no rows."""
    return _kept_empty_table(model).copy()


@cache
def _kept_empty_table(model: type[pa.DataFrameModel]) -> pd.DataFrame:
    """Made once: setting the types of eighty columns takes a tenth of a second."""
    return model.to_schema().coerce_dtype(
        pd.DataFrame({name: [] for name in model.to_schema().columns})
    )
