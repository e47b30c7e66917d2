"""docs/rules: one page per rule of the catalogue and a list by subject, made from `schemas.rules` alone.

Rewrite them after any change of a rule: `python -m pipeline.intake.rule_pages docs/rules`.
"""

import importlib
import pkgutil
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Final

import schemas.rules
from pipeline.workspace.atomic import write_text
from schemas.rules import RULES, Rule
from schemas.terms import SEVERITIES

LIST_PAGE: Final = "README.md"

WORDS: Final[dict[str, str]] = {
    "near": "",
    "column": "the column",
    "value": "what was found",
    "other": "the other one",
    "keys": "the entries",
    "terms": "the words that can stand here",
    "range": "within its possible range",
    "limit": "the limit",
    "direction": "beyond",
    "plausible_why": "few people are there",
    "expected": "the names of this table",
    "what": "this table",
    "problem": "the finding says what is wrong.",
    "suggestion": "the finding says what to do.",
}
"""What stands on a page where a finding prints what it found. A field that is not here gets its name."""

_SUBJECT = re.compile(r"^Rules about (.*?)[.]?$")
_KEEP: Final = {
    True: "Yes. Where the cell is right as it stands, write `keep` with a reason, your initials and the day "
    "into decisions.csv: the row is analysed as it is, and the report counts it.",
    False: "No. Correct the file, or write `accept` with a reason into decisions.csv where the row is to "
    "stay out.",
}
_NO_ROW: Final = "This rule takes no row out, so there is nothing to keep."


def rule_pages() -> dict[str, str]:
    """File name -> Markdown text of every page, the list first."""
    return {LIST_PAGE: _list_page(), **{f"{r}.md": rule_page(rule) for r, rule in RULES.items()}}


def rule_page(rule: Rule) -> str:
    """The page of one rule."""
    keep = _KEEP[rule.keepable] if rule.severity == "SET ASIDE" else _NO_ROW
    return "\n".join(
        [
            f"# {rule.rule_id}: {rule.title}",
            "",
            f"**{rule.severity}**: {SEVERITIES[rule.severity]}.",
            "",
            *_section("What is checked", rule.checks),
            *_section("Why it matters", in_words(rule.why)),
            *_section("How to fix it", in_words(rule.fix)),
            *_section(
                "Where the threshold comes from", rule.source or "This rule has no threshold."
            ),
            *_section("Right", _example(rule.good)),
            *_section("Wrong", _example(rule.bad)),
            *_section("Can a row be kept as it is?", keep),
            f"[All rules]({LIST_PAGE})",
            "",
        ]
    )


def in_words(template: str) -> str:
    """A sentence of a rule with words where a finding prints what it found; they stand in italics."""
    text = ""
    for literal, field, _, _ in Formatter().parse(template):
        text += literal
        if field is not None:
            words = WORDS.get(field, field.replace("_", " "))
            starts = not text.strip() or text.rstrip().endswith((".", "!", "?"))
            words = words[:1].upper() + words[1:] if starts else words
            in_code = text.count("`") % 2 == 1
            text += f"*{words}*" if words and not in_code else words
    return text.replace(".*.", ".*")


def subjects() -> dict[str, list[Rule]]:
    """Subject -> its rules, in the order of the catalogue; a subject is a file of `schemas.rules`."""
    subject_of: dict[str, str] = {}
    for module in pkgutil.iter_modules(schemas.rules.__path__):
        if not module.name.endswith("_rules"):
            continue
        found = importlib.import_module(f"schemas.rules.{module.name}")
        first_line = (found.__doc__ or module.name).splitlines()[0]
        named = _SUBJECT.match(first_line)
        title = named[1] if named else first_line.rstrip(".")
        for value in vars(found).values():
            if isinstance(value, tuple):
                rules = [rule for rule in value if isinstance(rule, Rule)]
                subject_of |= {rule.rule_id: title[:1].upper() + title[1:] for rule in rules}
    grouped: dict[str, list[Rule]] = {}
    for rule_id, rule in RULES.items():
        grouped.setdefault(subject_of[rule_id], []).append(rule)
    return grouped


def write_rule_pages(folder: Path) -> list[Path]:
    """Write all pages, remove pages of rules that are gone; answers the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = rule_pages()
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        write_text(folder / name, text)
    return [folder / name for name in pages]


def _list_page() -> str:
    lines = [
        "# Rules",
        "",
        f"All {len(RULES)} problems that Stance can report about a cohort. A rule keeps its id for ever. On "
        "the pages, words in italics stand for what a finding prints about the cell or file. These pages are made from `schemas/rules`: `python -m pipeline.intake.rule_pages docs/rules`.",
        "",
        *_table(("Severity", "Meaning"), {word: f"{text}." for word, text in SEVERITIES.items()}),
    ]
    for subject, rules in subjects().items():
        rows = {
            f"[{rule.rule_id}]({rule.rule_id}.md) | {rule.severity}": rule.title for rule in rules
        }
        lines += [f"## {subject}", "", *_table(("Rule | Severity", "Problem"), rows)]
    return "\n".join(lines)


def _table(heads: tuple[str, str], rows: Mapping[str, str]) -> list[str]:
    rule = " | ".join("---" for _ in " | ".join(heads).split(" | "))
    body = [f"| {first} | {second} |" for first, second in rows.items()]
    return [f"| {' | '.join(heads)} |", f"| {rule} |", *body, ""]


def _section(title: str, text: str) -> list[str]:
    return [f"## {title}", "", text, ""]


def _example(text: str) -> str:
    return f"```text\n{text}\n```"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say the folder of the pages: python -m pipeline.intake.rule_pages docs/rules")
    sys.stdout.write(f"{len(write_rule_pages(Path(sys.argv[1])))} pages written\n")
