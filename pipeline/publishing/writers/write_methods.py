"""The methods text for a manuscript, and its works as BibTeX."""

import re

from pipeline.publishing.report.report_model import Report
from pipeline.publishing.sections.methods import (
    abbreviations,
    by_stage,
    cited,
    stage_title,
    works_cited,
)
from schemas.citations import Citation

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")
_AS_IT_STANDS = {"title", "doi"}
"""The title has braces of its own, so that its capitals stay; a DOI is not TeX."""
_BIBTEX = str.maketrans({c: f"\\{c}" for c in "{}%&#_$"} | {"\\": "\\textbackslash "})


def write_methods(report: Report) -> bytes:
    """Markdown: a heading and a paragraph per stage that ran, abbreviations, the reference list."""
    lines = ["# Methods", ""]
    for stage, sentences in by_stage(report.steps).items():
        text = " ".join(cited(sentence) for sentence in sentences)
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
