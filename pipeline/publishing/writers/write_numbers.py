"""numbers.json: every estimate once, unrounded, with everything needed to read it."""

import json
import math

from pipeline.publishing.report.report_model import Report


def write_numbers(report: Report) -> bytes:
    """JSON with cohort, release, which ids the report prints, and all estimates; missing is null."""
    estimates = [
        {str(name): _json_value(cell) for name, cell in record.items()}
        for record in report.numbers.to_dict("records")
    ]
    content = {
        "cohort": report.cohort,
        "release": report.release,
        "verdict": report.verdict,
        "printed": list(report.used_ids()),
        "estimates": estimates,
    }
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _json_value(cell: object) -> str | float | int | bool | None:
    if isinstance(cell, str | bool):
        return cell
    if not isinstance(cell, int | float) or not math.isfinite(cell):
        return None
    return int(cell) if isinstance(cell, int) else float(cell)
