"""What every asset of Stance carries: group, kinds, owner, and what its table looks like on the asset page.

Columns with their rules in words, row counts, rows as a table of few columns, cells that break a rule.
"""

import inspect
from collections.abc import Sequence
from typing import Any

import dagster as dg
import pandas as pd
import pandera.pandas as pa

from schemas.columns import ColumnRule, column_rules, validated
from schemas.tables import COHORT_TABLES

OWNERS = ["team:stance"]


def output(
    group: str,
    *kinds: str,
    description: str = "",
    model: type[pa.DataFrameModel] | None = None,
    is_required: bool = True,
) -> dg.AssetOut:
    """One output of a stage.

    model: table model; it gives the columns, and the description where none is given. is_required:
    False for an output that a stopped cohort withholds.
    """
    return dg.AssetOut(
        is_required=is_required,
        description=description or (described(model) if model is not None else ""),
        kinds=set(kinds),
        group_name=group,
        owners=OWNERS,
        metadata={"dagster/column_schema": column_schema(model)} if model is not None else {},
    )


MAXIMUM_ROWS_SHOWN = 50
_MODELS_WITH_WORDS: list[type[pa.DataFrameModel]] = [t.model for t in COHORT_TABLES.values()]
Cell = str | int | float | bool | None


def column_schema(model: type[pa.DataFrameModel]) -> dg.TableSchema:
    """The columns of a table model for Dagster's "Columns" tab: kind, unit, range, in words."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=rule.name,
                type=rule.kind,
                description=_in_words(rule),
                constraints=dg.TableColumnConstraints(nullable=rule.nullable),
            )
            for rule in column_rules(model).values()
        ]
    )


def _in_words(rule: ColumnRule) -> str:
    parts = [rule.description]
    unit = rule.facts["unit"]
    if rule.low is not None and rule.high is not None:
        parts.append(f"{rule.low:g} to {rule.high:g} {unit}".strip() + ".")
    elif unit:
        parts.append(f"In {unit}.")
    if rule.terms:
        parts.append("One of: " + ", ".join(rule.terms) + ".")
    return " ".join(parts)


def described(model: type[pa.DataFrameModel]) -> str:
    """What a table model says about itself, as the asset's description."""
    return inspect.cleandoc(model.__doc__ or "")


def cell(value: Any) -> Cell:
    """A value as Dagster can show it: plain Python, rounded, and None for a missing one."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.4g}")
    return value if isinstance(value, str | int | bool) else str(value)


def shown_table(table: pd.DataFrame, columns: Sequence[str]) -> dg.TableMetadataValue:
    """The first rows of a few columns as a metadata table; five columns are readable on a page."""
    present = [name for name in columns if name in table]
    records = [
        dg.TableRecord({name: cell(row[name]) for name in present})
        for row in table[present].head(MAXIMUM_ROWS_SHOWN).to_dict("records")
    ]
    schema = dg.TableSchema(
        columns=[
            dg.TableColumn(
                name,
                type="float" if pd.api.types.is_float_dtype(table[name]) else "string",
            )
            for name in present
        ]
    )
    return dg.MetadataValue.table(records, schema=schema)


def observed_columns(table: pd.DataFrame) -> dg.TableSchema:
    """The columns of a derived table, with the words of the models where a column has them."""
    words = {
        name: _in_words(rule)
        for model in _MODELS_WITH_WORDS
        for name, rule in column_rules(model).items()
    }
    return dg.TableSchema(
        columns=[
            dg.TableColumn(str(name), type=_kind(column), description=words.get(str(name)))
            for name, column in table.items()
        ]
    )


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "yes or no"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(column) else "text"


def table_facts(table: pd.DataFrame) -> dict[str, Any]:
    """Columns, rows and participants of a table that has no model of its own."""
    return {**row_counts(table), "dagster/column_schema": observed_columns(table)}


def row_counts(table: pd.DataFrame) -> dict[str, Any]:
    """Rows and participants as metadata; Dagster draws both over time."""
    counts: dict[str, dg.MetadataValue[Any]] = {
        "dagster/row_count": dg.MetadataValue.int(len(table)),
    }
    if "participant_id" in table:
        counts["participants"] = dg.MetadataValue.int(int(table["participant_id"].nunique()))
    return counts


def schema_failures(model: type[pa.DataFrameModel], table: pd.DataFrame) -> pd.DataFrame:
    """The cells that break a table model: columns column, rule, value, row (counted from 1).

    Empty when the table is valid. Intake sets faulty cells aside before this second gate, so that
    a row here is a gap in Stance's own rules.
    """
    try:
        validated(model, table.reset_index(drop=True))
    except pa.errors.SchemaErrors as problem:
        cases = problem.failure_cases
        return pd.DataFrame(
            {
                "column": cases["column"].astype(str),
                "rule": cases["check"].astype(str),
                "value": cases["failure_case"].astype(str),
                "row": cases["index"] + 1,
            }
        ).drop_duplicates()
    return pd.DataFrame({"column": [], "rule": [], "value": [], "row": []})
