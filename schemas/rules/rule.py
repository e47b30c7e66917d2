"""What a rule is: one problem that Stance can report about a cohort, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule: stable id, severity, title, why it matters, how to fix it, source of a threshold.

    `why` and `fix` are sentences for a person who knows Excel and the study; braces are filled with
    what was found (value, column, low, high, unit, terms, suggestion, other, ...). The rest is for the
    rule's page in docs/rules: `checks` says in one sentence what is looked at; `good` and `bad` are a
    few cells or lines as a lab would type them, right and wrong. `source` is the paper, standard or
    decision behind a threshold, "" for a rule without one. `keepable`: whether a data manager may
    decide to keep a row that the rule sets aside (see `schemas.decisions`).
    """

    rule_id: str
    severity: str
    title: str
    why: str
    fix: str
    source: str = ""
    checks: str = ""
    good: str = ""
    bad: str = ""
    keepable: bool = False
