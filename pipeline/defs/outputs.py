"""What every asset of Stance carries: group, kinds, owner, description, and columns where it is a table."""

import dagster as dg
import pandera.pandas as pa

from pipeline.defs.table_metadata import column_schema, described

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
