"""Defects that the rules of schemas.rules.key_rules have to find."""

from defects.defect import Defect

KEY_DEFECTS: tuple[Defect, ...] = ()
