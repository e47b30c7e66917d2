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

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")
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
    """BibTeX with one entry per cited work; its reference-list entry stands in `note`."""
    entries = [
        f"@misc{{{work.key},\n  title = {{{work.short.translate(_BIBTEX)}}},\n"
        f"  note = {{{work.full.translate(_BIBTEX)}}}\n}}\n"
        for work in works_cited(report.steps)
    ]
    return "\n".join(entries).encode()
