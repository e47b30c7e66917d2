"""Files of a release that need no library: the page, figures, numbers.json, the methods text and its works."""

import json
import math
import re

from pipeline.publishing.report.pages import render
from pipeline.publishing.report.report_model import Report
from pipeline.publishing.sections.methods import (
    abbreviations,
    by_stage,
    cite,
    stage_title,
    works_cited,
)
from pipeline.publishing.writers.write_csv import rows_as_csv
from schemas.citations import Citation


def write_html(report: Report) -> str:
    """The whole page. The same report gives the same text; every text from data is escaped."""
    return render("report.html.j2", report=report)


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


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")
_AS_IT_STANDS = {"title", "doi"}
"""The title has braces of its own, so that its capitals stay; a DOI is not TeX."""
_BIBTEX = str.maketrans({c: f"\\{c}" for c in "{}%&#_$"} | {"\\": "\\textbackslash "})


def write_methods(report: Report) -> bytes:
    """Markdown: a heading and a paragraph per stage that ran, abbreviations, the reference list."""
    lines = ["# Methods", ""]
    for stage, sentences in by_stage(report.steps).items():
        text = " ".join(cite(sentence) for sentence in sentences)
        lines += [f"## {stage_title(stage)}", "", _literal(text), ""]
    spelled_out = abbreviations(report.steps)
    if spelled_out:
        lines += [_literal(spelled_out), ""]
    works = works_cited(report.steps)
    if works:
        lines += ["## References", ""]
        lines += [f"- {_literal(work.full)}" for work in works]
        lines.append("")
    return "\n".join(lines).encode()


def _literal(text: str) -> str:
    """Text that Markdown prints as it stands."""
    return _MARKDOWN.sub(r"\\\1", text)


def write_citations(report: Report) -> bytes:
    """BibTeX with one entry per cited work: author, title, journal, year and what else it has."""
    return "\n".join(bibtex_entry(work) for work in works_cited(report.steps)).encode()


def bibtex_entry(work: Citation) -> str:
    """A work as an entry of BibTeX, which Zotero, Mendeley and EndNote read."""
    journal = {"inproceedings": "booktitle", "book": "publisher"}.get(work.kind, "journal")
    facts = {
        "author": " and ".join(work.authors),
        "title": f"{{{work.title.translate(_BIBTEX)}}}",
        journal: work.venue,
        "year": str(work.year),
        "volume": work.volume,
        "number": work.number,
        "pages": work.pages.replace("-", "--"),
        "doi": work.doi,
    }
    escaped = {
        name: text if name in _AS_IT_STANDS else text.translate(_BIBTEX)
        for name, text in facts.items()
        if text
    }
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in escaped.items())
    return f"@{work.kind}{{{work.key},\n{lines}\n}}\n"
