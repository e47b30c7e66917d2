"""The data dictionary as one page to read or print: no script, nothing loaded from elsewhere."""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from pipeline.intake.columns.example_rows import EXAMPLE_CODE
from pipeline.intake.templates.data_dictionary import (
    DictionaryEntry,
    dictionary_entries,
    purpose_in_words,
)
from schemas.tables import INPUT_TABLES, CohortTable

_STYLE: Final = """\
:root { color-scheme: light; }
body { font: 15px/1.45 "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #1d2733;
  background: #fff; max-width: 1240px; margin: 2em auto; padding: 0 1.5em; }
h1 { font-size: 1.7em; margin: 0 0 .3em; }
h2 { font-size: 1.3em; margin: 2em 0 .2em; padding-top: .4em; border-top: 2px solid #1f4e79; }
p { margin: .3em 0 .7em; max-width: 62em; }
nav ul { columns: 2; padding-left: 1.2em; max-width: 60em; }
table { border-collapse: collapse; width: 100%; font-size: .9em; table-layout: fixed; }
th:nth-child(1) { width: 15%; } th:nth-child(2) { width: 25%; } th:nth-child(3) { width: 9%; }
th:nth-child(4) { width: 12%; } th:nth-child(5) { width: 13%; } th:nth-child(6) { width: 14%; }
th:nth-child(7) { width: 12%; }
th { text-align: left; background: #e9eff6; }
th, td { box-sizing: border-box; border: 1px solid #c6d0db; padding: .4em .55em; vertical-align: top; }
tr { break-inside: avoid; }
code { font-family: Consolas, "DejaVu Sans Mono", monospace; font-size: .95em; }
td code { overflow-wrap: anywhere; }
td.name code { font-weight: 600; }
.needed { color: #8a1c1c; font-weight: 600; }
.small, td.name span { color: #4c5a69; font-size: .92em; display: block; }
dl { margin: .35em 0 0; display: grid; grid-template-columns: max-content 1fr; gap: .05em .8em; }
dt { font-family: Consolas, "DejaVu Sans Mono", monospace; } dd { margin: 0; color: #4c5a69; }
@page { size: A4 landscape; margin: 12mm; }
@media print { body { margin: 0; padding: 0 1px; max-width: none; font-size: 10pt; }
  h2 { break-after: avoid; } thead { display: table-header-group; } a { color: inherit; } }
"""
_HEADINGS: Final = (
    "Column",
    "What it holds",
    "Type",
    "Needed",
    "Range",
    "If it is wrong",
    "Example",
)


def dictionary_page(name: str) -> str:
    """The data dictionary of a cohort as an HTML page.

    name: name of the cohort. The same name gives the same text.
    """
    tables = list(INPUT_TABLES.values())
    contents = "\n".join(
        f'<li><a href="#{escape(t.name)}"><code>{escape(t.name)}</code></a>'
        f"{' (needed)' if t.required else ''}</li>"
        for t in tables
    )
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data dictionary: {escape(name)}</title>
<style>
{_STYLE}</style>
</head>
<body>
<h1>Data dictionary: {escape(name)}</h1>
<p>One sheet of the workbook <code>{escape(name)}.xlsx</code> for each table, one column for each
heading. Units are part of the headings: <code>hold_time_s</code> is in seconds. A value outside the
range is impossible and is set aside until somebody has looked at the paper form; a value outside the
plausible range is kept, and you are asked to look. An empty cell means that the value is not known.
The row with the participant <code>{EXAMPLE_CODE}</code> on each sheet shows how a row is filled in; it
is never read.</p>
<nav><ul>
{contents}
</ul></nav>
{"".join(_section(table) for table in tables)}</body>
</html>
"""


def _section(table: CohortTable) -> str:
    key = ", ".join(f"<code>{escape(name)}</code>" for name in table.key)
    one_row = f"One row for each {'combination of ' if len(table.key) > 1 else ''}{key}."
    head = "".join(f"<th scope='col'>{heading}</th>" for heading in _HEADINGS)
    rows = "".join(_row(entry) for entry in dictionary_entries(table))
    return f"""\
<section id="{escape(table.name)}">
<h2><code>{escape(table.name)}</code></h2>
<p>{escape(purpose_in_words(table))} {one_row}</p>
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}</tbody>
</table>
</section>
"""


def _row(entry: DictionaryEntry) -> str:
    kind = escape(entry.type) + _small(f"in {entry.unit}" if entry.unit else "")
    plausible = f"plausible: {entry.plausible}" if entry.plausible else ""
    if entry.plausible and entry.plausible_because:
        plausible += f", because {entry.plausible_because}"
    needed = escape(entry.required)
    if entry.required.startswith(("yes", "at least")):
        needed = f'<span class="needed">{needed}</span>'
    example = f"<code>{escape(entry.example)}</code>" if entry.example else ""
    cells = (
        _words(entry.description) + _terms(entry.terms),
        kind,
        needed,
        escape(entry.range) + _small(plausible),
        _words(entry.if_wrong),
        example,
    )
    name = f'<td class="name"><code>{escape(entry.column)}</code><span>{escape(entry.label)}</span></td>'
    return f"<tr>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"


def _words(text: str) -> str:
    """Text in which `backticks` mark what is typed."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _small(text: str) -> str:
    return f'<span class="small">{escape(text)}</span>' if text else ""


def _terms(terms: Sequence[tuple[str, str]]) -> str:
    if not terms:
        return ""
    pairs = "".join(f"<dt>{escape(term)}</dt><dd>{escape(words)}</dd>" for term, words in terms)
    return f"<dl>{pairs}</dl>"
