"""The data dictionary: every table and column in the words of a person, from the table models.

What is gathered here is written as CSV and as one page to read or print (no script, nothing loaded from
elsewhere); the workbook template takes its comments, input messages and vocabulary from it.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from pipeline.intake.columns.column_map import HOLD_VALUES, ONE_OF
from pipeline.intake.columns.example_rows import EXAMPLE_CODE
from pipeline.intake.templates.example_values import example_value
from schemas.columns import ColumnRule, column_rules
from schemas.tables import INPUT_TABLES, CohortTable
from schemas.terms import BALANCE_TASKS, CONDITIONS, HOLD_ENDINGS, RECORDING_ROLES

DICTIONARY_HEADINGS: Final = (
    "table",
    "column",
    "label",
    "type",
    "unit",
    "required",
    "range",
    "plausible",
    "plausible_because",
    "terms",
    "meanings",
    "description",
    "if_wrong",
    "example",
)
TABLE_PURPOSES: Final = {
    "participants": "Who took part, in which group, and what is known about the person: body "
    "measures, pain, questionnaires. Needed in every study.",
    "hold_times": "How long the person stood, one row for each trial of each leg. Needed in every "
    "study.",
    "activation": "Gluteus medius activation and onset that you have computed already. Leave it out "
    "when Stance computes them from recordings.",
    "recordings": "Which file with EMG or force signals belongs to which person, leg and trial.",
    "strength": "Strength of the hip abductors, on one scale for the whole study.",
    "clinical_test": "The observer's verdict on the single-leg stance, positive or negative; not the "
    "hold time, which has a table of its own.",
    "training_log": "What was practised at home, one row for each day, exercise and leg.",
    "group_summaries": "Means that are printed somewhere, in a paper or a report of your own. They are "
    "checked for figures that cannot be true, and never analysed. Not in the workbook: add a sheet or a "
    "file of this name.",
}
"""What each table is for."""

_TYPES: Final = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "date": "date",
}
_ONE_OF: Final = {**ONE_OF, "hold_times": HOLD_VALUES}
_INSTEAD: Final = {"ceiling_s": "the ceiling of study.yaml"}
"""Column -> what counts where the table does not have it."""
_SIDE: Final = {"left": "the left", "right": "the right"}


def _task_meaning(term: str) -> str:
    task = BALANCE_TASKS[term]
    words = [task.label]
    if task.goals_s:
        words.append(f"goal {' and '.join(f'{goal:g}' for goal in task.goals_s)} s")
    if task.usual_ceiling_s is not None:
        words.append(f"testers usually stop the clock at {task.usual_ceiling_s:g} s")
    return "; ".join(words)


_MEANINGS: Final[dict[str, dict[str, str]]] = {
    "ended_by": HOLD_ENDINGS,
    "condition": CONDITIONS,
    "role": RECORDING_ROLES,
    "task": {term: _task_meaning(term) for term in BALANCE_TASKS},
    "dominant_leg": {side: f"{words} leg kicks the ball" for side, words in _SIDE.items()},
    "painful_side": {
        "left": "pain on the left",
        "right": "pain on the right",
        "bilateral": "pain on both sides",
        "none": "no pain",
    },
    "leg": {side: f"{words} leg" for side, words in _SIDE.items()},
    "quality": {
        "good": "the signal can be used",
        "warn": "the signal can be used with caution",
        "reject": "the signal cannot be used",
    },
    "sls_test": {
        "positive": "the observer saw the sign that the test looks for",
        "negative": "the observer did not see it",
    },
}
"""Column -> what its terms mean; a term that speaks for itself is left out."""


@dataclass(frozen=True)
class DictionaryEntry:
    """One column in words. `terms` are (term, meaning); texts are "" where there is nothing to say."""

    table: str
    column: str
    label: str
    type: str
    unit: str
    required: str
    range: str
    plausible: str
    plausible_because: str
    terms: tuple[tuple[str, str], ...]
    description: str
    if_wrong: str
    example: str


def dictionary_entries(table: CohortTable) -> list[DictionaryEntry]:
    """The columns of a table, in order."""
    return [_entry(table, rule) for rule in column_rules(table.model).values()]


def dictionary_text() -> str:
    """The data dictionary as CSV text: one row per table and column."""
    text = io.StringIO()
    writer = csv.DictWriter(text, DICTIONARY_HEADINGS, lineterminator="\n")
    writer.writeheader()
    for table in INPUT_TABLES.values():
        writer.writerows(_csv_row(entry) for entry in dictionary_entries(table))
    return text.getvalue()


def purpose_in_words(table: CohortTable) -> str:
    """What a table is for."""
    return TABLE_PURPOSES.get(table.name, f"The {table.what} table.")


def is_needed(table: CohortTable, rule: ColumnRule) -> bool:
    """Whether the table cannot be read without the column."""
    return rule.required and rule.name not in (*table.may_omit, *table.defaults)


def is_one_of(table: CohortTable, rule: ColumnRule) -> bool:
    """Whether the column is one of several of which the table needs at least one."""
    return rule.name in _ONE_OF.get(table.name, ())


def requirement_in_words(table: CohortTable, rule: ColumnRule) -> str:
    """Whether the table needs the column, such as "yes" or "no; without it: baseline"."""
    instead = _INSTEAD.get(rule.name, table.defaults.get(rule.name))
    if instead is not None:
        return f"no; without it: {instead}"
    if is_one_of(table, rule):
        return f"at least one of {', '.join(_ONE_OF[table.name])}"
    if rule.facts["part_of"]:
        return f"no; an answer from which Stance computes {rule.facts['part_of']}"
    if not is_needed(table, rule):
        return "no"
    return "yes; a cell may be empty" if rule.nullable else "yes"


def range_in_words(rule: ColumnRule) -> str:
    """The accepted range in words, such as "0 to 100" or "above 0", or "" when there is none."""
    return _interval(rule.low, rule.high, low_open=rule.low_open)


def type_in_words(rule: ColumnRule) -> str:
    """What a cell of the column holds: text, one of the terms, number, whole number or date."""
    if rule.name in _MEANINGS and not rule.terms:
        return "one of the terms, or a term of your own from study.yaml"
    return "one of the terms" if rule.terms else _TYPES[rule.kind]


def term_meanings(rule: ColumnRule) -> tuple[tuple[str, str], ...]:
    """The words that a column offers and what each one means, () for a free column."""
    meanings = _MEANINGS.get(rule.name, {})
    return tuple((term, meanings.get(term, "")) for term in rule.terms or meanings)


def _entry(table: CohortTable, rule: ColumnRule) -> DictionaryEntry:
    facts = rule.facts
    return DictionaryEntry(
        table=table.name,
        column=rule.name,
        label=facts["label"],
        type=type_in_words(rule),
        unit=facts["unit"],
        required=requirement_in_words(table, rule),
        range=range_in_words(rule),
        plausible=_interval(facts["plausible_low"], facts["plausible_high"]),
        plausible_because=facts["plausible_why"],
        terms=term_meanings(rule),
        description=rule.description,
        if_wrong=facts["fix"],
        example=example_value(table, rule),
    )


def _csv_row(entry: DictionaryEntry) -> dict[str, str]:
    return {
        **{name: getattr(entry, name) for name in DICTIONARY_HEADINGS if name != "meanings"},
        "terms": " | ".join(term for term, _ in entry.terms),
        "meanings": " | ".join(f"{term}: {meaning}" for term, meaning in entry.terms if meaning),
    }


def _interval(low: float | None, high: float | None, *, low_open: bool = False) -> str:
    """Two limits in words; a negative one is never first, because a spreadsheet would calculate."""
    start = "" if low is None else f"{low:g}"
    end = "" if high is None else f"{high:g}"
    if start and low_open:
        return f"above {start}" + (f", at most {end}" if end else "")
    if start and end:
        return f"{start} to {end}" if not start.startswith("-") else f"from {start} to {end}"
    return f"at least {start}" if start else f"at most {end}" if end else ""


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
