"""Key results: who was compared, and one sentence for each planned outcome, primary ones first."""

from pipeline.publishing.report.cells import paragraph
from pipeline.publishing.report.labels import counted
from pipeline.publishing.report.numbers import Numbers
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Notice, Paragraph, Section
from pipeline.publishing.sections.comparisons import has_values, main_result, result_sentence
from pipeline.publishing.sections.decisions import uneven_exclusions
from schemas.terms import CONFIRMATORY_ROLES


def summary_section(inputs: ReportInputs, numbers: Numbers) -> Section:
    """The sample, then the results of primary outcomes, then of secondary ones."""
    shown: list[Paragraph] = []
    for role in CONFIRMATORY_ROLES:
        for outcome in inputs.planned(role):
            row = main_result(numbers, inputs, outcome)
            if row is None or not (role == "primary" or has_values(numbers, outcome)):
                continue
            shown.append(result_sentence(row, inputs, kind="lead"))
    sample = _sample(inputs)
    uneven = uneven_exclusions(inputs)
    blocks: list[Block] = [*([sample] if sample else []), *shown]
    if uneven:
        blocks.append(Notice(f"{uneven} See the flow of participants and trials.", kind="caution"))
    if not shown:
        blocks.append(
            Notice("No planned outcome could be compared between the groups.", kind="caution")
        )
    return Section("key-results", "Key results", tuple(blocks))


def _sample(inputs: ReportInputs) -> Paragraph | None:
    counts = [
        inputs.flow_count("participants", "analysed", group, "n_participants")
        for group in inputs.groups
    ]
    case, reference = counts
    if case is None or reference is None:
        return None
    plan = " Roles of outcomes come from the default plan." if inputs.plan_is_default else ""
    return paragraph(
        case,
        f" {counted(int(case.value), 'participant')} of the group {inputs.case} and ",
        reference,
        f" of the group {inputs.reference} were compared; differences are {inputs.case} minus "
        f"{inputs.reference}, ratios {inputs.case} divided by {inputs.reference}.",
        plan,
    )
