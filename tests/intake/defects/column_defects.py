"""Defects that the rules of schemas.rules.column_rules have to find."""

from defects.defect import Defect

COLUMN_DEFECTS: tuple[Defect, ...] = ()
