"""Rules about questionnaires, body measures, strength scales, matching and reported summaries."""

from typing import Final

from schemas.rules.rule import Rule

INSTRUMENT_RULES: Final[tuple[Rule, ...]] = ()
