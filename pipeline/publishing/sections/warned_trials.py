"""How much a result rests on signals with a remark: the same comparison with and without them."""

from pipeline.publishing.report.cells import paragraph, result_parts
from pipeline.publishing.report.labels import quantity_label
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Paragraph, Ref
from pipeline.publishing.sections.comparisons import main_result
from schemas.models import WITHOUT_WARNED


def without_warned_sentence(
    inputs: ReportInputs, numbers: Numbers, outcome: str
) -> tuple[Paragraph, ...]:
    """What the comparison of an EMG outcome gives without the trials that have a remark, or that none has.

    Nothing when the outcome was not compared, or when no signal was judged (ready-made values).
    """
    if main_result(numbers, inputs, outcome) is None:
        return ()
    row = _without_warned(numbers, outcome)
    if row is None:
        summary = inputs.signal_summary
        if summary is None or summary.empty:
            return ()
        return (
            paragraph(
                "No trial with a value has a remark on its signal, so that there is no result without "
                "such trials to show. Rejected trials are in no result."
            ),
        )
    if not row.is_estimated:
        return (
            paragraph(
                "Without the trials that have a remark on their signal there is no comparison. ",
                row.reason,
            ),
        )
    return (
        paragraph(
            "Without the trials that have a remark on their signal, the ",
            f"{quantity_label(row.model, 'adjusted')} {row.contrast.replace(' - ', ' minus ')} was ",
            result_parts(row),
            "; ",
            Ref("sensitivity"),
            " shows it beside the main result. Rejected trials are in neither.",
        ),
    )


def _without_warned(numbers: Numbers, outcome: str) -> Estimate | None:
    rows = numbers.where(outcome=outcome, role="sensitivity")
    return next((row for row in rows if row.variant == WITHOUT_WARNED), None)
