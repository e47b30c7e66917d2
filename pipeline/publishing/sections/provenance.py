"""Software and provenance: what made this report, and how to find where a number comes from."""

from pipeline.publishing.cells import paragraph, words
from pipeline.publishing.report_inputs import ReportInputs
from pipeline.publishing.report_model import Block, Column, Ref, Row, Section, Table


def provenance_section(inputs: ReportInputs) -> Section:
    """Cohort, release, plan, command and versions."""
    plan = (
        "The analysis followed the default plan of Stance, because the cohort has no plan of its own."
        if inputs.plan_is_default
        else "The analysis followed the plan that was handed in with the cohort."
    )
    blocks: list[Block] = [
        paragraph(f"Cohort {inputs.cohort}, release {inputs.release}. {plan}"),
        paragraph(
            "The command was:",
        ),
        paragraph(inputs.command or "not recorded", kind="code"),
        paragraph(
            "Every number of this report stands once, unrounded and with its method, in numbers.json "
            "beside it; the manifest of the release holds the hashes of all inputs and outputs."
        ),
    ]
    if inputs.software:
        blocks.append(paragraph("Software: ", Ref("software"), "."))
        blocks.append(_software(inputs.software))
    return Section("provenance", "Software and provenance", tuple(blocks))


def _software(versions: dict[str, str]) -> Table:
    columns = (Column("package", "Package", "text"), Column("version", "Version", "text"))
    rows = tuple(Row((words(name), words(versions[name]))) for name in sorted(versions))
    return Table("software", "Software versions", columns, rows)
