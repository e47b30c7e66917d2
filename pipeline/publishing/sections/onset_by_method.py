"""How much the difference in onset rests on the detector and on the rule for lift-off, in a sentence."""

from typing import Final

from pipeline.publishing.report.cells import Piece, paragraph, unit_after
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_model import Paragraph, Ref
from schemas.models import LIFTOFF_BY, ONSET_BY

_WAYS: Final = ((ONSET_BY, "other detectors"), (LIFTOFF_BY, "other rules for lift-off"))


def by_method_sentence(numbers: Numbers, outcome: str) -> tuple[Paragraph, ...]:
    """Lowest and highest difference over all detectors and rules; nothing when none was compared."""
    said: list[Piece] = []
    for begins, words in _WAYS:
        rows = [
            row
            for row in numbers.where(outcome=outcome, role="sensitivity")
            if row.variant.startswith(begins) and row.is_estimated
        ]
        if rows:
            said += ["; with " if said else "With ", words, " the difference was ", *_range(rows)]
    if not said:
        return ()
    return (paragraph(*said, ". ", Ref("sensitivity"), " shows them all."),)


def _range(rows: list[Estimate]) -> tuple[Piece, ...]:
    ordered = sorted(rows, key=lambda row: float(row.estimate or 0.0))
    lowest, highest = ordered[0], ordered[-1]
    unit = unit_after(lowest.unit)
    if lowest is highest:
        return (lowest.value(), unit)
    return (lowest.value(), " to ", highest.value(), unit)
