"""How the numbers were made: sentences of the steps that ran with their works, software and provenance."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.publishing.report.cells import EMPTY, paragraph, words
from pipeline.publishing.report.printable import printable
from pipeline.publishing.report.report_inputs import ReportInputs
from pipeline.publishing.report.report_model import Block, Column, Ref, Row, Section, Table
from schemas.citations import CITATIONS, Citation
from schemas.methods import MethodSentence
from schemas.models import ANALYSIS_MODELS
from schemas.plan import ADJUSTMENT_LABELS

STAGES: Final[dict[str, str]] = {
    "intake": "Data",
    "signals": "Signals",
    "statistics": "Statistics",
    "publishing": "Report",
}

ABBREVIATIONS: Final[dict[str, str]] = {
    "BMI": "body mass index",
    "CI": "confidence interval",
    "EMG": "electromyography",
    "GMed": "gluteus medius",
    "IQR": "interquartile range",
    "MVIC": "maximal voluntary isometric contraction",
    "NPRS": "numeric pain rating scale",
    "ODI": "Oswestry Disability Index",
    "PCS": "Pain Catastrophizing Scale",
    "RMDQ": "Roland-Morris Disability Questionnaire",
    "RMS": "root mean square",
    "SD": "standard deviation",
    "SLS": "single-leg stance",
    "TSK": "Tampa Scale of Kinesiophobia",
    "VAS": "visual analogue scale",
}
"""What the sentences of the steps abbreviate; results spell "GMed" out as "Gluteus medius"."""


SAMPLE_SIZE: Final = (
    "Stance does not know how the size of the sample was planned. State in the methods how it was arrived at, also "
    "when nothing was calculated, as the STROBE statement asks."
)
"""For the authors, in the report only: methods.md is meant to be copied."""


def methods_section(steps: Sequence[MethodSentence]) -> Section:
    """One paragraph per stage, what authors have to add, then the reference list."""
    if not steps:
        return Section("methods", "Methods", (paragraph("No step left a methods sentence."),))
    blocks: list[Block] = []
    for stage, sentences in by_stage(steps).items():
        blocks.append(paragraph(stage_title(stage), kind="heading"))
        blocks.append(paragraph(" ".join(cite(step) for step in sentences)))
    spelled_out = abbreviations(steps)
    if spelled_out:
        blocks.append(paragraph(spelled_out))
    blocks.append(paragraph("For the authors", kind="heading"))
    blocks.append(paragraph(SAMPLE_SIZE))
    works = works_cited(steps)
    if works:
        blocks.append(paragraph("References", kind="heading"))
        blocks += [paragraph(work.full, kind="reference") for work in works]
    return Section("methods", "Methods", tuple(blocks))


def by_stage(steps: Sequence[MethodSentence]) -> dict[str, list[MethodSentence]]:
    """Sentences by stage, stages in the order of the pipeline and unknown ones last."""
    order = {stage: place for place, stage in enumerate(STAGES)}
    stages = sorted(
        {step.stage for step in steps}, key=lambda name: (order.get(name, len(order)), name)
    )
    return {stage: [step for step in steps if step.stage == stage] for stage in stages}


def stage_title(stage: str) -> str:
    """Heading of a stage."""
    return STAGES.get(stage, stage.capitalize())


def cite(step: MethodSentence) -> str:
    """A sentence with its works in brackets before the full stop; works it names itself stay there.

    Raises KeyError for a citation that the catalogue does not have: a bug of the step.
    """
    shorts = [CITATIONS[key].short for key in step.citations]
    works = "; ".join(short for short in shorts if short not in step.text)
    if not works:
        return step.text
    text = step.text.rstrip()
    ending = text[-1] if text and text[-1] in ".!?" else "."
    return f"{text.rstrip('.!?')} ({works}){ending}"


def abbreviations(steps: Sequence[MethodSentence]) -> str:
    """What the abbreviations of the sentences stand for, in the order of the alphabet, or ""."""
    text = " ".join(step.text for step in steps)
    used = [short for short in ABBREVIATIONS if re.search(rf"(?<!\w){short}(?!\w)", text)]
    if not used:
        return ""
    meanings = (f"{short}: {ABBREVIATIONS[short]}" for short in sorted(used, key=str.lower))
    return f"Abbreviations. {'; '.join(meanings)}."


def works_cited(steps: Sequence[MethodSentence]) -> tuple[Citation, ...]:
    """The works that the sentences cite, each once, by their printed names."""
    keys = {key for step in steps for key in step.citations}
    return tuple(sorted((CITATIONS[key] for key in keys), key=lambda work: work.short))


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
        blocks[1:1] = [paragraph("What it names: ", Ref("plan"), "."), _plan_table(inputs)]
    if inputs.software:
        blocks.append(paragraph("Software: ", Ref("software"), "."))
        blocks.append(_software_table(inputs.software))
    return Section("provenance", "Software and provenance", tuple(blocks))


def _plan_table(inputs: ReportInputs) -> Table:
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


def _software_table(versions: dict[str, str]) -> Table:
    columns = (Column("package", "Package", "text"), Column("version", "Version", "text"))
    rows = tuple(Row((words(name), words(versions[name]))) for name in sorted(versions))
    return Table("software", "Software versions", columns, rows)
