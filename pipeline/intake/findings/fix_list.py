"""The fix list for the console: one screen. HTML, CSV and marked copies are written by publishing."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from schemas.rules import RULES
from schemas.terms import SEVERITIES

WIDTH: Final = 96
LINES: Final = 40
"""About one screen. The worst group is always shown, whatever its length."""

_RANGE: Final = re.compile(r"[A-Z]+(\d+)(?::[A-Z]+(\d+))?")
_CELLS_SHOWN: Final = 4
_VALUES_SHOWN: Final = 3
_FIXES_SHOWN: Final = 2
_MANY_FIXES: Final = "How to mend it differs; see the fix list for each."
_TEXT_INDENT: Final = 6
_RESET: Final = "\033[0m"
_OPEN: Final = ("", "open")
_DECIDED: Final = "DECIDED"
_BLOCKS: Final[Mapping[str, str]] = {
    **SEVERITIES,
    _DECIDED: "somebody signed what happens to these; nothing to do",
}
"""Headings of the list, in their order; what is decided stands under none of the severities."""

_COLOURS: Final[Mapping[str, str]] = {
    "STOP": "\033[1;31m",
    "SET ASIDE": "\033[1;33m",
    "WARN": "\033[33m",
    "NOTE": "\033[2m",
    _DECIDED: "\033[2m",
}


@dataclass(frozen=True)
class _Group:
    """Findings of one rule in one column of one file or sheet, or in the same words of whole files."""

    block: str
    rows: Sequence[Mapping[str, str]]

    @property
    def n_cells(self) -> int:
        """Wrong cells of all findings; a finding without cells counts as one."""
        return sum(_n_cells(row["cells"]) for row in self.rows)

    @property
    def first(self) -> Mapping[str, str]:
        return self.rows[0]


def fix_list_text(
    findings: pd.DataFrame, *, since: str = "", colour: bool = False, lines: int = LINES
) -> str:
    """The findings as plain text: counts first, then worst first, the same problem of a column once.

    findings: a `Findings` table. since: sentence about the last check. colour: for a terminal. lines:
    how long the text may be; what does not fit is counted in a last line. Each group says the cells,
    what was found, why it is a problem, how to fix it, and the rule.
    """
    if findings.empty:
        return "\n".join(line for line in ("No problems were found.", since) if line)
    text = [_summary(findings), *([since] if since else [])]
    groups = _groups(findings)
    shown, left_out = 0, 0
    for word, meaning in _BLOCKS.items():
        of_severity = [group for group in groups if group.block == word]
        if not of_severity:
            continue
        n = sum(len(group.rows) for group in of_severity)
        head = f"{word}: {meaning} ({_problems(n)})"
        block = ["", f"{_COLOURS[word]}{head}{_RESET}" if colour else head]
        for group in of_severity:
            entry = _entry(group)
            if shown and (left_out or len(text) + len(block) + len(entry) > lines):
                left_out += len(group.rows)
                continue
            text += [*block, *entry]
            block = []
            shown += 1
    if left_out:
        text += ["", f"... and {left_out} more in the fix list."]
    return "\n".join(text)


def _groups(findings: pd.DataFrame) -> list[_Group]:
    """Groups in the order of the findings, those with most wrong cells first."""
    alike: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
    for record in findings.fillna("").to_dict("records"):
        row = {str(name): str(value) for name, value in record.items()}
        by = ("file", "sheet", "column") if row["cell"] else ("why", "fix")
        block = row["severity"] if row["status"] in _OPEN else _DECIDED
        key = (block, *(row[name] for name in ("rule_id", "status", *by)))
        alike.setdefault(key, []).append(row)
    made = [_Group(key[0], rows) for key, rows in alike.items()]
    return sorted(made, key=lambda group: -group.n_cells)


def _n_cells(cells: str) -> int:
    """How many cells Excel ranges of single columns such as "C2:C31 C40" name."""
    n = 0
    for first, last in _RANGE.findall(cells):
        n += int(last or first) - int(first) + 1
    return max(n, 1)


def _summary(findings: pd.DataFrame) -> str:
    is_open = findings["status"].fillna("").isin(_OPEN)
    counts = findings.loc[is_open, "severity"].value_counts()
    parts = [f"{counts[severity]} {severity}" for severity in SEVERITIES if severity in counts]
    if is_open.all():
        return f"{_problems(len(findings))}: {', '.join(parts)}."
    told = f"{int(is_open.sum())} open ({', '.join(parts)})" if parts else "none open"
    return f"{_problems(len(findings))}: {told}, {int((~is_open).sum())} decided."


def _problems(n: int) -> str:
    return "1 finding" if n == 1 else f"{n} findings"


def _entry(group: _Group) -> list[str]:
    """Place, cells and found values on one line; what is wrong and how to mend it below."""
    row = group.first
    place = _some(dict.fromkeys(_place(r) for r in group.rows), _CELLS_SHOWN)
    if len(group.rows) == 1 or not row["cell"]:
        person = f"participant {row['participant_id']}" if row["participant_id"] else ""
        pieces = [row["cell"], row["column"], row["found"], person]
        sentences = f"{row['why']} {row['fix']}"
    else:
        cells = _some([r["cell"] for r in group.rows], _CELLS_SHOWN)
        values = _some(dict.fromkeys(r["found"] for r in group.rows), _VALUES_SHOWN)
        pieces = [f"{len(group.rows)} x", row["column"], cells, values]
        alike = len({r["why"] for r in group.rows}) == 1
        rule = RULES.get(row["rule_id"])
        what = row["why"] if alike or rule is None else f"{rule.title}."
        fixes = [*dict.fromkeys(r["fix"] for r in group.rows)]
        fix = " Or: ".join(fixes) if len(fixes) <= _FIXES_SHOWN else _MANY_FIXES
        sentences = f"{what} {fix}"
    head = "  ".join([place, *(piece for piece in pieces if piece)])
    status = "" if row["status"] in ("", "open") else f" ({row['status']})"
    text = f"{sentences} [{row['rule_id']}]{status}"
    return [
        *_wrapped(head, 2, _TEXT_INDENT + 4),
        *_wrapped(text, _TEXT_INDENT, _TEXT_INDENT),
    ]


def _place(row: Mapping[str, str]) -> str:
    file = row["file"] or "(cohort folder)"
    return f"{file}, sheet {row['sheet']}" if row["sheet"] else file


def _wrapped(text: str, first: int, others: int) -> list[str]:
    # A file name or a cell may hold letters that steer a terminal.
    printable = "".join(letter if letter.isprintable() else "?" for letter in text)
    return textwrap.wrap(
        printable,
        WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * others,
        break_on_hyphens=False,
    )


def _some(words: "Sequence[str] | Mapping[str, None]", limit: int) -> str:
    """The first few words and how many there are besides."""
    listed = [word for word in words if word]
    shown = ", ".join(listed[:limit])
    return shown if len(listed) <= limit else f"{shown} and {len(listed) - limit} more"
