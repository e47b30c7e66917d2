"""Defects that the rules of schemas.rules.study_rules have to find."""

from defects.defect import Defect

STUDY_DEFECTS: tuple[Defect, ...] = ()
