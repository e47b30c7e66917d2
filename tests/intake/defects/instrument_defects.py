"""Defects that the rules of schemas.rules.instrument_rules have to find."""

from defects.defect import Defect

INSTRUMENT_DEFECTS: tuple[Defect, ...] = ()
