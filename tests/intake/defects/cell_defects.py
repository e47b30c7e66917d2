"""Defects that the rules of schemas.rules.cell_rules have to find."""

from defects.defect import Defect

CELL_DEFECTS: tuple[Defect, ...] = ()
