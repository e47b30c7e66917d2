"""Defects that the rules of schemas.rules.file_rules have to find."""

from defects.defect import Defect

FILE_DEFECTS: tuple[Defect, ...] = ()
