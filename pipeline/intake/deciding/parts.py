"""Single rows of findings that are shown as runs of cells, as decisions name them.

More than a few equal findings in one column are shown as one finding, with an id of its own. A decision
about one of these rows, made when it stood alone, holds all the same: the row has the id that it would
have alone.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.intake.deciding.choices import CHOOSE_ONE
from pipeline.intake.findings.messages import Finding, alone, finding_ids, unique_findings

MOST_LISTED: Final = 50
"""Rows of a run that was decided in part are listed one by one up to this number."""

Parts = dict[str, tuple[str, ...]]
"""Id of a run -> ids of its rows, in the order of `Finding.rows`; "" for a row without a key."""


def parts_of(findings: Sequence[Finding], asked: frozenset[str]) -> Parts:
    """The runs of which at least one row is named by itself among `asked`."""
    unique = unique_findings(findings)
    ids = finding_ids(unique)
    runs = [_is_run(finding) for finding in unique]
    unknown = asked - set(ids)
    if not unknown or not any(runs):
        return {}
    # Numbered together with all others, as equal findings are where each stands alone.
    single_ids = iter(finding_ids(list(_one_by_one(unique))))
    parts: Parts = {}
    for finding, finding_id, is_run in zip(unique, ids, runs, strict=True):
        if not is_run:
            next(single_ids)
            continue
        named = tuple(next(single_ids) if subject else "" for subject, _, _ in _singles(finding))
        if not unknown.isdisjoint(named):
            parts[finding_id] = named
    return parts


def _singles(finding: Finding) -> Sequence[tuple[str, str, str]]:
    return finding.single_rows() if finding.single_rows is not None else ()


def _is_run(finding: Finding) -> bool:
    return finding.single_rows is not None and finding.rule_id not in CHOOSE_ONE


def _one_by_one(findings: Sequence[Finding]) -> Iterator[Finding]:
    for finding in findings:
        if _is_run(finding):
            yield from (alone(finding, *single) for single in _singles(finding) if single[0])
        else:
            yield finding
