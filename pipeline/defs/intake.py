"""Stage 1, intake: the files of a cohort folder become validated tables and findings."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.defs.outputs import output, row_counts, schema_failures, shown_table
from pipeline.defs.partitions import COHORTS
from pipeline.defs.progress import Progress
from pipeline.defs.resources import MADE_FROM
from pipeline.intake.cohort import CohortIntake, read_cohort
from pipeline.workspace.hashing import code_hash, combined
from pipeline.workspace.known_hashes import known_hashes
from pipeline.workspace.layout import Workspace
from schemas.columns import empty_table
from schemas.decisions import OPEN, Decisions, SetAside, ToDecide
from schemas.intake_results import Findings, Flow
from schemas.study import Study
from schemas.tables import COHORT_TABLES, CohortTable

GROUP = "intake"
FINDING_COLUMNS = ("file", "cell", "found", "why", "fix")

_GIVEN = "given_"
"""Input tables carry this prefix where a later stage makes a table of the same name."""


def asset_name(table: str) -> str:
    """Asset of an input table; ready-made activation is `given_activation`."""
    return f"{_GIVEN}{table}" if table == "activation" else table


def _outputs() -> dict[str, dg.AssetOut]:
    outputs = {
        "study": output(
            GROUP,
            "yaml",
            description="study.yaml and plan.yaml as Stance understood them.",
            is_required=False,
        ),
        "findings": output(
            GROUP,
            "pandas",
            "parquet",
            description="Every problem in the files: where, what, why, how to fix.",
            model=Findings,
        ),
        "decisions": output(
            GROUP,
            "csv",
            "parquet",
            description="decisions.csv line by line: what the data manager decided, and what became of it.",
            model=Decisions,
        ),
        "to_decide": output(
            GROUP,
            "pandas",
            "parquet",
            description="Findings that wait for a decision of the data manager.",
            model=ToDecide,
        ),
        "set_aside": output(
            GROUP,
            "pandas",
            "parquet",
            description="Who had rows set aside, table by table.",
            model=SetAside,
        ),
        "intake_flow": output(
            GROUP,
            "pandas",
            "parquet",
            description="Rows read and rows set aside, by table, group and reason.",
            model=Flow,
            is_required=False,
        ),
    }
    for table in COHORT_TABLES.values():
        outputs[asset_name(table.name)] = output(
            GROUP, "pandas", "pandera", "parquet", model=table.model, is_required=False
        )
    return outputs


def _checks() -> list[dg.AssetCheckSpec]:
    checks = [
        dg.AssetCheckSpec(
            "nothing_stops_the_cohort",
            asset="findings",
            description="No finding is so grave that the cohort cannot be analysed.",
            partitions_def=COHORTS,
        )
    ]
    for table in COHORT_TABLES.values():
        checks.append(
            dg.AssetCheckSpec(
                "matches_schema",
                asset=asset_name(table.name),
                description="Types, units and ranges of every cell, after faulty rows were set aside.",
                blocking=True,
                partitions_def=COHORTS,
            )
        )
        checks.append(
            dg.AssetCheckSpec(
                "no_rows_set_aside",
                asset=asset_name(table.name),
                description="No row of the table waits for a decision.",
                partitions_def=COHORTS,
            )
        )
    return checks


@dg.multi_asset(
    name="intake",
    outs=_outputs(),
    check_specs=_checks(),
    partitions_def=COHORTS,
    code_version=code_hash()[:12],
)
def intake(
    context: dg.AssetExecutionContext,
    workspace: dg.ResourceParam[Workspace],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
    """Read, check and validate the tables of one cohort."""
    folder = workspace.existing_cohort_folder(context.partition_key)
    known = known_hashes(workspace, context.partition_key)
    inputs = known.input_hashes()
    origin = combined({**inputs, "code": code_hash()})
    read = read_cohort(folder, sha256_of=known.sha256_of)
    counts = read.findings["severity"].value_counts().to_dict()
    yield _output(
        read.findings,
        "findings",
        origin,
        {
            **{str(name).lower().replace(" ", "_"): int(n) for name, n in counts.items()},
            "findings": shown_table(read.findings, ("severity", *FINDING_COLUMNS[:4])),
        },
    )
    yield _output(read.decisions, "decisions", origin, row_counts(read.decisions))
    yield _output(read.to_decide, "to_decide", origin, row_counts(read.to_decide))
    yield _output(read.set_aside, "set_aside", origin, row_counts(read.set_aside))
    yield _stop_check(read.findings)
    if read.stopped or read.study is None:
        progress.say(f"intake: stopped by {counts.get('STOP', 0)} problem(s)")
        yield from _not_checked()
        return
    progress.say(f"intake: {_read_in_words(read)}")
    yield _output(_as_record(read, read.study, inputs), "study", origin, {})
    yield _output(read.flow, "intake_flow", origin, row_counts(read.flow))
    for table in COHORT_TABLES.values():
        yield from _passed_on(table, read, origin)


def _output(value: Any, name: str, origin: str, metadata: dict[str, Any]) -> dg.Output[Any]:
    """One output that says from which files and code it was made."""
    return dg.Output(value, name, metadata={**metadata, MADE_FROM: dg.MetadataValue.text(origin)})


def _as_record(read: CohortIntake, study: Study, inputs: dict[str, str]) -> dict[str, Any]:
    return {
        "study": study.model_dump(mode="json"),
        "plan": read.plan.model_dump(mode="json"),
        "plan_is_default": read.plan_is_default,
        "steps": [asdict(step) for step in read.steps],
        "inputs": inputs,
        "code": code_hash(),
    }


def _stop_check(findings: pd.DataFrame) -> dg.AssetCheckResult:
    stops = findings[findings["severity"] == "STOP"]
    return dg.AssetCheckResult(
        check_name="nothing_stops_the_cohort",
        asset_key="findings",
        passed=stops.empty,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{len(stops)} problem(s) stop the cohort." if len(stops) else "None.",
        metadata={"problems": shown_table(stops, FINDING_COLUMNS)},
    )


def _passed_on(
    table: CohortTable, read: CohortIntake, origin: str
) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
    """A table and its two checks; a table that the cohort does not have is an empty one."""
    content = read.tables.get(table.name)
    handed_in = content is not None
    if content is None:
        content = empty_table(table.model)
    failures = schema_failures(table.model, content)
    asset = asset_name(table.name)
    if failures.empty:
        metadata = {**row_counts(content), "handed_in": dg.MetadataValue.bool(handed_in)}
        yield _output(content, asset, origin, metadata)
    yield dg.AssetCheckResult(
        check_name="matches_schema",
        asset_key=asset,
        passed=failures.empty,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{len(failures)} cell(s) break a rule."
        if len(failures)
        else f"{len(content)} rows are valid.",
        metadata={"failing_cells": shown_table(failures, ("column", "rule", "value", "row"))},
    )
    yield _set_aside_check(asset, table.name, read.findings)


def _not_checked() -> Iterator[dg.AssetCheckResult]:
    """Answers for the checks of tables that were withheld: not passed, and not an error of theirs."""
    for table in COHORT_TABLES.values():
        for check in ("matches_schema", "no_rows_set_aside"):
            yield dg.AssetCheckResult(
                check_name=check,
                asset_key=asset_name(table.name),
                passed=False,
                severity=dg.AssetCheckSeverity.WARN,
                description="Not checked, because a problem stops the cohort; see the fix list.",
            )


def _set_aside_check(asset: str, table: str, findings: pd.DataFrame) -> dg.AssetCheckResult:
    aside = findings[
        (findings["table"] == table)
        & (findings["severity"] == "SET ASIDE")
        & (findings["status"] == OPEN)
    ]
    return dg.AssetCheckResult(
        check_name="no_rows_set_aside",
        asset_key=asset,
        passed=aside.empty,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(aside)} finding(s) wait for a decision." if len(aside) else "None.",
        metadata={
            "set_aside": dg.MetadataValue.int(len(aside)),
            "failing_cells": shown_table(aside, FINDING_COLUMNS),
        },
    )


def _read_in_words(read: CohortIntake) -> str:
    sizes = [f"{name} {len(table)} rows" for name, table in read.tables.items()]
    return ", ".join(sizes) + f"; {len(read.findings)} finding(s)"
