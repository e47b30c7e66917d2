"""Every defect that the tests can plant in a valid cohort: one table, by rule.

The table serves the fixtures of the rules, the golden messages and the mutation test.
"""

from defects.cell_defects import CELL_DEFECTS
from defects.column_defects import COLUMN_DEFECTS
from defects.decision_defects import DECISION_DEFECTS
from defects.defect import Defect, Planted
from defects.file_defects import FILE_DEFECTS
from defects.hold_defects import HOLD_DEFECTS
from defects.instrument_defects import INSTRUMENT_DEFECTS
from defects.key_defects import KEY_DEFECTS
from defects.lab import Lab
from defects.matching_defects import MATCHING_DEFECTS
from defects.recording_defects import RECORDING_DEFECTS
from defects.source_defects import SOURCE_DEFECTS
from defects.strength_defects import STRENGTH_DEFECTS
from defects.study_defects import STUDY_DEFECTS
from defects.summary_defects import SUMMARY_DEFECTS
from defects.template_defects import TEMPLATE_DEFECTS

__all__ = ["DEFECTS", "Defect", "Lab", "Planted"]

DEFECTS: tuple[Defect, ...] = (
    *STUDY_DEFECTS,
    *FILE_DEFECTS,
    *COLUMN_DEFECTS,
    *CELL_DEFECTS,
    *KEY_DEFECTS,
    *HOLD_DEFECTS,
    *INSTRUMENT_DEFECTS,
    *STRENGTH_DEFECTS,
    *MATCHING_DEFECTS,
    *SUMMARY_DEFECTS,
    *RECORDING_DEFECTS,
    *SOURCE_DEFECTS,
    *DECISION_DEFECTS,
    *TEMPLATE_DEFECTS,
)
