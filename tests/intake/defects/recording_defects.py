"""Defects that the rules of schemas.rules.recording_rules have to find."""

from defects.defect import Defect

RECORDING_DEFECTS: tuple[Defect, ...] = ()
