"""From estimates, counts and methods to the one report that every writer renders."""

from collections.abc import Iterator

from pipeline.publishing.report.numbers import Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Notice, Report
from pipeline.publishing.sections.activation import activation_section, onset_section
from pipeline.publishing.sections.associations import associations_section
from pipeline.publishing.sections.decisions import uneven_exclusions
from pipeline.publishing.sections.flow import flow_section
from pipeline.publishing.sections.hold_time import hold_time_section
from pipeline.publishing.sections.methods import methods_section, provenance_section
from pipeline.publishing.sections.model_fit import model_fit_section
from pipeline.publishing.sections.participants import participants_section
from pipeline.publishing.sections.quality import data_quality_section, signal_section
from pipeline.publishing.sections.rating import rating_section
from pipeline.publishing.sections.second_opinions import disagreement_notice
from pipeline.publishing.sections.section_outcomes import force_section
from pipeline.publishing.sections.sensitivity import sensitivity_section
from pipeline.publishing.sections.strength import strength_section
from pipeline.publishing.sections.summary import overview_section, summary_section

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
    """The report of one cohort: from results to what every writer renders, in five stages.

    1. **Clean.** `ReportInputs.cleaned` makes every text printable: no control characters, no letters
       that turn the reading direction, a true minus sign before negative numbers. From here on no
       writer has to look at the text of a lab again; it only escapes what its format needs.
    2. **Look numbers up.** `Numbers` finds estimates by outcome, contrast, model and role. A number
       that is printed is one of them (`Num` carries the id of its row), a count of `flow` or
       `findings`, or a setting of the plan. Nothing is computed and no number is typed here, so that
       `numbers.json` can say of each estimate whether the report prints it.
    3. **Say what comes before all results.** Banners, in this order: the data are simulated; no
       comparison is possible and why; two routes to one number disagree; the study's own description.
       The note beside the verdict says whether rows wait for a decision and whose plan was followed.
    4. **Make the sections**, in the order of a results section: who was analysed, the planned outcomes,
       what the muscle did, associations, the rating; then what a reviewer asks for: signal quality,
       sensitivity analyses, the fit of the models, data quality, methods, provenance. A section turns
       inputs and numbers into blocks: paragraphs with pointers to tables and figures, tables of cells,
       figures with the table behind them, notices. One whose data were not handed in says so in one
       sentence; none is left out in silence. A new section is its file in `sections/` and one line below.
    5. **Number tables and figures.** `Report` counts them in reading order when it is made, so that a
       pointer prints "Table 3" wherever its table has moved to.

    Formats come after this: `release_files` hands the report to every writer. Which files hold codes
    of participants is decided there, not here.

    inputs: everything that is printed; the same inputs give the same report, byte for byte in every
    format. Raises KeyError for a citation that `schemas.citations` does not have, and, when a writer
    renders it, for a pointer to a table or figure that is not there: both are bugs.
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
    uneven = uneven_exclusions(inputs)
    return f"{note} {uneven}".strip()
