"""The report as one HTML file: no script, no network, figures inside."""

from pipeline.publishing.report.pages import render
from pipeline.publishing.report.report_model import Report


def write_html(report: Report) -> str:
    """The whole page. The same report gives the same text; every text from data is escaped."""
    return render("report.html.j2", report=report)
