"""Figures as files: SVG and PNG, each with the table behind it."""

from pipeline.publishing.report.report_model import Report
from pipeline.publishing.writers.write_csv import rows_as_csv


def write_figures(report: Report) -> dict[str, bytes]:
    """File name -> content: `<id>.svg`, `<id>.png` and `<id>.csv` of every figure."""
    files: dict[str, bytes] = {}
    for figure in report.figures():
        files[f"{figure.id}.svg"] = figure.svg
        files[f"{figure.id}.png"] = figure.png
        rows = [
            [cell if isinstance(cell, str | int | float) else None for cell in record.values()]
            for record in figure.data.to_dict("records")
        ]
        files[f"{figure.id}.csv"] = rows_as_csv([str(name) for name in figure.data.columns], rows)
    return files
