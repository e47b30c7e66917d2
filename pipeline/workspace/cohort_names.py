"""Which names a cohort may have. A cohort name is a folder name, a Dagster partition and part of an address."""

import re

from pipeline.workspace.errors import UsageError

_RULE = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
POOLED = "pooled"
"""Folder of the reports on all cohorts together."""
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", POOLED}
    | {f"com{n}" for n in range(1, 10)}
    | {f"lpt{n}" for n in range(1, 10)}
)
RULE_IN_WORDS = "A cohort name has 1 to 48 lower-case letters, digits, - or _, and starts with a letter or digit."


def is_cohort_name(name: str) -> bool:
    """Whether `name` may be a cohort: the rule above, and no name that Windows or Stance reserves."""
    return _RULE.fullmatch(name) is not None and name not in _RESERVED


def checked_cohort_name(name: str) -> str:
    """Return `name` if it may be a cohort; raise UsageError with a usable suggestion otherwise."""
    if is_cohort_name(name):
        return name
    if name in _RESERVED:
        keeps = "Stance keeps" if name == POOLED else "Windows keeps"
        raise UsageError(
            f"{name!r} cannot be the name of a cohort: {keeps} it for itself, in any folder.",
            f"Add a word, such as {name}-study.",
        )
    simpler = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:48]
    hint = f"Use {simpler}." if is_cohort_name(simpler) else "Choose another name."
    raise UsageError(f"{name!r} cannot be the name of a cohort. {RULE_IN_WORDS}", hint)
