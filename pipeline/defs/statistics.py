"""Stage 3, statistics: joined analysis sets with counts, then every estimate of the report.

What joins and fits is imported by the stage when it runs: a stopped cohort needs none of it.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.defs.outputs import output, row_counts, shown_table, table_facts
from pipeline.defs.partitions import COHORTS
from pipeline.defs.progress import Progress
from pipeline.workspace.hashing import code_hash
from schemas.decisions import Exclusions
from schemas.diagnostics import LOOK_AT, DiagnosticPoints, ModelDiagnostics
from schemas.estimates import Estimates
from schemas.intake_results import Findings, Flow
from schemas.plan import Plan
from schemas.study import Study
from schemas.terms import CONFIRMATORY_ROLES

GROUP = "statistics"
_SHOWN_OF_A_CHECK = ("outcome", "model", "diagnostic", "p", "sentence")
ANALYSIS_SETS = {
    "analysed_participants": "The people of the analysis.",
    "analysed_hold_times": "Every trial with its bounds on the log scale, its person and leg.",
    "analysed_holds_not_done": "Every trial that was recorded as not done, with its person and leg.",
    "analysed_hold_visits": "As analysed_hold_times, of all visits of a repeated study.",
    "analysed_training": "Every entry of the training log with its person.",
    "analysed_activation": "Every usable stance recording or ready-made row with its person and leg.",
    "analysed_stance_force": "Every stance trial on force plates with its person and leg, where planned.",
    "analysed_strength": "Every strength trial with its person and leg.",
    "analysed_clinical_test": "Every observer rating with its person and leg.",
}


@dg.multi_asset(
    name="analysis_sets",
    outs={
        **{
            name: output(GROUP, "pandas", "parquet", description=text)
            for name, text in ANALYSIS_SETS.items()
        },
        "analysis_flow": output(
            GROUP,
            "pandas",
            "parquet",
            description="Rows that could not be used and rows analysed, by table, group and reason.",
            model=Flow,
        ),
        "exclusions": output(
            GROUP,
            "scipy",
            "parquet",
            description="Participants of whom something left the analysis, by group, with Fisher's exact test.",
            model=Exclusions,
        ),
        "flow_findings": output(
            GROUP,
            "pandas",
            "parquet",
            description="Tables of which one group lost more participants than the other.",
            model=Findings,
        ),
        "participant_points": output(
            GROUP,
            "pandas",
            "parquet",
            description="Leg mean of every person, without codes, for the figures.",
        ),
        "signal_summary": output(
            GROUP,
            "pandas",
            "parquet",
            description="Stance recordings by group and verdict on the signal.",
        ),
    },
    partitions_def=COHORTS,
    code_version=code_hash()[:12],
)
def analysis_sets(
    study: dict[str, Any],
    participants: pd.DataFrame,
    hold_times: pd.DataFrame,
    activation: pd.DataFrame,
    stance_force: pd.DataFrame,
    strength: pd.DataFrame,
    clinical_test: pd.DataFrame,
    training_log: pd.DataFrame,
    set_aside: pd.DataFrame,
) -> Iterator[dg.Output[Any]]:
    """Join every table to its people, with counts of what was left out and why."""
    from pipeline.intake.deciding.exclusions import exclusion_findings
    from pipeline.intake.findings.messages import findings_table
    from pipeline.statistics.analysed_outcomes import participant_points
    from pipeline.statistics.analysis_set import build_analysis_sets, signal_summary

    tables = {
        "participants": participants,
        "hold_times": hold_times,
        "activation": activation,
        "stance_force": stance_force,
        "strength": strength,
        "clinical_test": clinical_test,
        "training_log": training_log,
    }
    handed_in = {name: table for name, table in tables.items() if len(table)}
    settings = Study.model_validate(study["study"])
    plan = Plan.model_validate(study["plan"])
    sets = build_analysis_sets(handed_in, settings, plan, set_aside)
    for name in ANALYSIS_SETS:
        table = getattr(sets, name.removeprefix("analysed_"))
        metadata = table_facts(table) if table is not None else {"handed_in": False}
        yield dg.Output(table, name, metadata=metadata)
    yield dg.Output(sets.flow, "analysis_flow", metadata=row_counts(sets.flow))
    yield dg.Output(sets.exclusions, "exclusions", metadata=row_counts(sets.exclusions))
    uneven = findings_table(exclusion_findings(sets.exclusions, (), settings.groups.labels), {})
    yield dg.Output(uneven, "flow_findings", metadata=row_counts(uneven))
    points = participant_points(sets, settings, plan)
    yield dg.Output(points, "participant_points", metadata=table_facts(points))
    summary = signal_summary(activation, participants)
    facts = table_facts(summary) if summary is not None else {"handed_in": False}
    yield dg.Output(summary, "signal_summary", metadata=facts)


@dg.multi_asset(
    name="statistics",
    outs={
        "estimates": output(GROUP, "statsmodels", "pandera", "parquet", model=Estimates),
        "survival_curves": output(
            GROUP,
            "statsmodels",
            "parquet",
            description="Share of trials still held over time, by group, with trials at risk.",
        ),
        "model_diagnostics": output(
            GROUP, "statsmodels", "pandera", "parquet", model=ModelDiagnostics
        ),
        "diagnostic_points": output(
            GROUP, "statsmodels", "pandera", "parquet", model=DiagnosticPoints
        ),
        "statistics_methods": output(
            GROUP,
            "json",
            description="Sentences of the methods section, from the models that ran.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "primary_results_estimable",
            asset="estimates",
            description="Every primary outcome could be estimated.",
            partitions_def=COHORTS,
        )
    ],
    partitions_def=COHORTS,
    code_version=code_hash()[:12],
)
def statistics(
    context: dg.AssetExecutionContext,
    progress: dg.ResourceParam[Progress],
    study: dict[str, Any],
    analysed_participants: pd.DataFrame,
    analysed_hold_times: Any,
    analysed_hold_visits: Any,
    analysed_holds_not_done: Any,
    analysed_training: Any,
    analysed_activation: Any,
    analysed_stance_force: Any,
    analysed_strength: Any,
    analysed_clinical_test: Any,
    analysis_flow: pd.DataFrame,
    onset_sensitivity: pd.DataFrame,
    event_sensitivity: pd.DataFrame,
) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
    """Fit the models of the plan."""
    from pipeline.statistics.analysis import analyse
    from pipeline.statistics.analysis_set import AnalysisSets

    sets = AnalysisSets(
        participants=analysed_participants,
        hold_times=analysed_hold_times,
        hold_visits=analysed_hold_visits,
        holds_not_done=analysed_holds_not_done,
        training=analysed_training,
        activation=analysed_activation,
        stance_force=analysed_stance_force,
        strength=analysed_strength,
        clinical_test=analysed_clinical_test,
        flow=analysis_flow,
        onset_by_detector=onset_sensitivity,
        liftoff_by_rule=event_sensitivity,
    )
    result = analyse(
        context.partition_key,
        sets,
        Study.model_validate(study["study"]),
        Plan.model_validate(study["plan"]),
    )
    progress.say(f"statistics: {len(result.estimates)} estimates")
    planned = result.estimates[result.estimates["role"].isin(CONFIRMATORY_ROLES)]
    yield dg.Output(
        result.estimates,
        "estimates",
        metadata={
            **row_counts(result.estimates),
            "results": shown_table(
                planned.assign(result=planned.apply(_in_short, axis=1)),
                ("outcome", "contrast", "result", "p", "status"),
            ),
            "look_at_the_fit": shown_table(_in_doubt(result.diagnostics), _SHOWN_OF_A_CHECK),
        },
    )
    yield dg.Output(result.curves, "survival_curves", metadata=table_facts(result.curves))
    yield dg.Output(
        result.diagnostics,
        "model_diagnostics",
        metadata={
            **row_counts(result.diagnostics),
            "look_at_the_fit": shown_table(_in_doubt(result.diagnostics), _SHOWN_OF_A_CHECK),
        },
    )
    points = result.diagnostic_points
    yield dg.Output(points, "diagnostic_points", metadata=row_counts(points))
    yield dg.Output([asdict(step) for step in result.steps], "statistics_methods")
    failed = planned[(planned["role"] == "primary") & (planned["status"] == "not_estimable")]
    yield dg.AssetCheckResult(
        check_name="primary_results_estimable",
        asset_key="estimates",
        passed=failed.empty,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(failed["note"].dropna().unique()) or "All were estimated.",
        metadata={"not_estimable": shown_table(failed, ("outcome", "contrast", "model", "note"))},
    )


def _in_doubt(diagnostics: pd.DataFrame) -> pd.DataFrame:
    """Checks that speak against a model, planned results first."""
    found = diagnostics[diagnostics["verdict"] == LOOK_AT]
    planned = found["role"].isin(CONFIRMATORY_ROLES)
    return pd.concat([found[planned], found[~planned]])


def _in_short(row: pd.Series) -> str:
    if pd.isna(row["estimate"]):
        return "not estimable"
    interval = f" ({row['ci_low']:.3g} to {row['ci_high']:.3g})" if pd.notna(row["ci_low"]) else ""
    return f"{row['estimate']:.3g}{interval} {row['unit']}".strip()
