"""From estimates, counts and methods to the one report that every writer renders."""

from collections.abc import Iterator

from pipeline.publishing.report.numbers import Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Notice, Report
from pipeline.publishing.sections.activation import activation_section, onset_section
from pipeline.publishing.sections.associations import associations_section
from pipeline.publishing.sections.flow import flow_section
from pipeline.publishing.sections.hold_time import hold_time_section
from pipeline.publishing.sections.methods import methods_section
from pipeline.publishing.sections.model_fit import model_fit_section
from pipeline.publishing.sections.overview import overview_section
from pipeline.publishing.sections.participants import participants_section
from pipeline.publishing.sections.provenance import provenance_section
from pipeline.publishing.sections.quality import data_quality_section, signal_section
from pipeline.publishing.sections.rating import rating_section
from pipeline.publishing.sections.second_opinions import disagreement_notice
from pipeline.publishing.sections.section_outcomes import force_section
from pipeline.publishing.sections.sensitivity import sensitivity_section
from pipeline.publishing.sections.strength import strength_section
from pipeline.publishing.sections.summary import summary_section

__all__ = ["ReportInputs", "build_report"]

SIMULATED = Notice(
    "The data of this report are simulated: no person gave them. Its numbers show how Stance works "
    "and must not be cited as findings.",
    kind="simulated",
)
VERDICT_NOTES = {
    "draft": "Rows that were set aside wait for a decision; not ready for publication.",
    "final": "No row waits for a decision.",
}


def build_report(inputs: ReportInputs) -> Report:
    """The report of one cohort: verdict, key results, sections in the order of a results section.

    Everything printed comes from `inputs`; the same inputs give the same report. A section whose
    data were not handed in says so in one sentence. Raises KeyError for a citation that
    `schemas.citations` does not have.
    """
    inputs = inputs.cleaned()
    numbers = inputs.numbers()
    return Report(
        title=inputs.study.title,
        subtitle=f"{inputs.case} compared with {inputs.reference}",
        cohort=inputs.cohort,
        release=inputs.release,
        verdict=inputs.verdict,
        verdict_note=_verdict_note(inputs),
        banners=tuple(_banners(inputs, numbers)),
        sections=(
            summary_section(inputs, numbers),
            flow_section(inputs),
            participants_section(inputs, numbers),
            hold_time_section(inputs, numbers),
            activation_section(inputs, numbers),
            onset_section(inputs, numbers),
            *force_section(inputs, numbers),
            strength_section(inputs, numbers),
            associations_section(inputs, numbers),
            rating_section(inputs, numbers),
            overview_section(inputs, numbers),
            signal_section(inputs),
            sensitivity_section(inputs, numbers),
            model_fit_section(inputs),
            data_quality_section(inputs),
            methods_section(inputs.steps),
            provenance_section(inputs),
        ),
        numbers=inputs.estimates,
        steps=inputs.steps,
    )


def _banners(inputs: ReportInputs, numbers: Numbers) -> Iterator[Notice]:
    if inputs.study.simulated:
        yield SIMULATED
    if inputs.caution:
        yield Notice(inputs.caution, kind="caution")
    disagreement = disagreement_notice(inputs, numbers)
    if disagreement is not None:
        yield disagreement
    if inputs.study.description:
        yield Notice(inputs.study.description)


def _verdict_note(inputs: ReportInputs) -> str:
    note = VERDICT_NOTES.get(inputs.verdict, "")
    if inputs.plan_is_default:
        note += " The analysis plan is the default one, because the cohort has no plan of its own."
    return note
