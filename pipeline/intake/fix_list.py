"""The fix list for the console. HTML, CSV and marked workbooks are written by publishing."""

import textwrap

import pandas as pd

from schemas.terms import SEVERITIES

WIDTH = 100


def fix_list_text(findings: pd.DataFrame) -> str:
    """The findings as plain text: counts first, then worst first and file by file.

    findings: a `Findings` table. Each entry says the cell, what was found, why it is a problem,
    how to fix it, and the rule.
    """
    if findings.empty:
        return "No problems were found."
    lines = [_summary(findings)]
    for severity in SEVERITIES:
        block = findings[findings["severity"] == severity]
        if block.empty:
            continue
        lines += ["", f"{severity}: {SEVERITIES[severity]} ({_problems(len(block))})"]
        place = block["file"].fillna("(cohort folder)")
        sheets = block["sheet"].fillna("")
        for (file, sheet), group in block.groupby([place, sheets], sort=False):
            name = f"{file}, sheet {sheet}" if sheet else str(file)
            lines.append(f"  {name} ({len(group)})")
            for row in group.fillna("").to_dict("records"):
                lines += _entry({str(key): str(value) for key, value in row.items()})
    return "\n".join(lines)


def _summary(findings: pd.DataFrame) -> str:
    counts = findings["severity"].value_counts()
    parts = [f"{counts[severity]} {severity}" for severity in SEVERITIES if severity in counts]
    return f"{_problems(len(findings))}: {', '.join(parts)}."


def _problems(n: int) -> str:
    return "1 finding" if n == 1 else f"{n} findings"


def _entry(row: dict[str, str]) -> list[str]:
    places = [row["cell"], row["column"], row["found"]]
    if row["participant_id"]:
        places.append(f"participant {row['participant_id']}")
    head = "  ".join(place for place in places if place)
    text = f"{row['why']} {row['fix']} [{row['rule_id']}]"
    wrapped = textwrap.wrap(text, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
    return [f"    {head}".rstrip() or "    (whole file)", *wrapped]
