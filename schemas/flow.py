"""Flow of rows and people from the files to the analysis, by group."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import column


class Flow(pa.DataFrameModel):
    """One count. Key: stage, table, group, reason.

    `stage` is read, set_aside, not_matched, not_usable, analysed. `group` is a group label, or
    "(unknown)" when the row's participant is not known. `reason` is empty except for rows that
    left the analysis, where it is the sentence a report prints.
    """

    step: Series[int] = column("Order of the stage.")
    stage: Series[str] = column("Stage.")
    table: Series[str] = column("Table.")
    group: Series[str] = column("Group.")
    reason: Series[str] = column("Why rows left.")
    n_rows: Series[int] = column("Rows.", ge=0)
    n_participants: Series[int] = column("Participants.", ge=0)

    class Config:
        """The set of columns is fixed."""

        strict = True
        coerce = True
        unique = ["stage", "table", "group", "reason"]
