"""How often each rule spoke: for the report, and for the page that leaves the lab without one.

Draws nothing, so that a check of a cohort loads no figures.
"""

import pandas as pd

from schemas.rules import RULES
from schemas.terms import SEVERITIES


def rule_counts(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings per severity and rule, worst first: columns severity, rule_id, title, n."""
    worst_first = {severity: place for place, severity in enumerate(SEVERITIES)}
    counts = findings.groupby(["severity", "rule_id"], as_index=False).size()
    counts = counts.rename(columns={"size": "n"})
    counts["title"] = [rule_title(rule_id) for rule_id in counts["rule_id"]]
    counts["place"] = counts["severity"].map(worst_first)
    return counts.sort_values(["place", "rule_id"], ignore_index=True).drop(columns="place")


def rule_title(rule_id: str) -> str:
    """Title of a rule; the id itself when this version does not know it."""
    return RULES[rule_id].title if rule_id in RULES else rule_id
