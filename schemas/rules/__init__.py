"""The rule catalogue: every problem that Stance can report about a cohort, one row each.

Rules stand here as data, grouped by what they look at; what decides whether one is broken does not.
"""

from typing import Final

from schemas.rules.cell_rules import CELL_RULES, COLUMN_RULES
from schemas.rules.file_rules import FILE_RULES, SOURCE_RULES, TEMPLATE_RULES
from schemas.rules.instrument_rules import INSTRUMENT_RULES
from schemas.rules.key_rules import KEY_RULES, MATCHING_RULES
from schemas.rules.measurement_rules import HOLD_RULES, RECORDING_RULES, STRENGTH_RULES
from schemas.rules.rule import Rule
from schemas.rules.study_rules import DECISION_RULES, STUDY_RULES
from schemas.rules.summary_rules import SUMMARY_RULES

__all__ = ["RULES", "Rule"]

RULES: Final[dict[str, Rule]] = {
    rule.rule_id: rule
    for rule in (
        *STUDY_RULES,
        *FILE_RULES,
        *COLUMN_RULES,
        *CELL_RULES,
        *KEY_RULES,
        *HOLD_RULES,
        *INSTRUMENT_RULES,
        *STRENGTH_RULES,
        *MATCHING_RULES,
        *SUMMARY_RULES,
        *RECORDING_RULES,
        *SOURCE_RULES,
        *DECISION_RULES,
        *TEMPLATE_RULES,
    )
}
"""By rule id. A rule keeps its id for ever; a rule that is given up leaves a gap."""
