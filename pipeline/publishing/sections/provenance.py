"""Software and provenance: what made this report, and how to find where a number comes from."""

from pipeline.publishing.report.cells import EMPTY, paragraph, words
from pipeline.publishing.report.printable import printable
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Column, Ref, Row, Section, Table
from schemas.models import ANALYSIS_MODELS
from schemas.plan import ADJUSTMENT_LABELS


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
    if inputs.plan.outcomes:
        blocks[1:1] = [paragraph("What it names: ", Ref("plan"), "."), _plan(inputs)]
    if inputs.software:
        blocks.append(paragraph("Software: ", Ref("software"), "."))
        blocks.append(_software(inputs.software))
    return Section("provenance", "Software and provenance", tuple(blocks))


def _plan(inputs: ReportInputs) -> Table:
    """What the plan says of each outcome: role, model, estimand, family with its adjustment."""
    columns = (
        Column("outcome", "Outcome", "text"),
        Column("role", "Role", "text"),
        Column("model", "Model that answers", "text"),
        Column("estimand", "Estimand", "text"),
        Column("family", "Family", "text"),
    )
    rows = []
    for name, planned in inputs.plan.outcomes.items():
        model = ANALYSIS_MODELS.get(inputs.plan.model_of(name))
        adjustment = ADJUSTMENT_LABELS[inputs.plan.method_of(planned.family)]
        cells = (
            inputs.label(name),
            planned.role,
            "" if model is None else model.label,
            printable(planned.estimand),
            f"{printable(planned.family)} ({adjustment})" if planned.family else "",
        )
        rows.append(Row(tuple(words(cell) if cell else EMPTY for cell in cells)))
    correlated = inputs.plan.correlations
    if correlated.family:
        adjustment = ADJUSTMENT_LABELS[inputs.plan.method_of(correlated.family)]
        family = f"{printable(correlated.family)} ({adjustment})"
        coefficient = ANALYSIS_MODELS[correlated.coefficient].label
        cells = (f"Correlations within {inputs.case}", "exploratory", coefficient, "", family)
        rows.append(Row(tuple(words(cell) if cell else EMPTY for cell in cells)))
    made = Table("plan", "Analysis plan", columns, tuple(rows))
    return made.without_empty_columns()


def _software(versions: dict[str, str]) -> Table:
    columns = (Column("package", "Package", "text"), Column("version", "Version", "text"))
    rows = tuple(Row((words(name), words(versions[name]))) for name in sorted(versions))
    return Table("software", "Software versions", columns, rows)
