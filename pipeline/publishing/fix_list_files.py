"""Where the fix list of a cohort lies when there is no release to put it in."""

from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.publishing.write_fix_list import fix_list_csv, fix_list_html
from pipeline.workspace.atomic import write_bytes

FIX_LIST_PAGE: Final = "check/fix-list.html"
_FIX_LIST_TABLE: Final = "check/fix-list.csv"


def write_fix_list(reports: Path, cohort: str, findings: pd.DataFrame) -> Path:
    """Write the fix list as HTML and CSV below the report folder of a cohort; answers the page.

    findings: schema Findings. Raises EnvironmentProblem when the folder cannot be written.
    """
    page = reports / FIX_LIST_PAGE
    write_bytes(page, fix_list_html(findings, cohort).encode("utf-8"))
    write_bytes(reports / _FIX_LIST_TABLE, fix_list_csv(findings))
    return page
