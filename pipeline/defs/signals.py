"""Stage 2, signals: recordings become activation, one row per stance trial, with a verdict on the signal.

What measures and draws is imported by the stage when it runs: a stopped cohort needs none of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from pipeline.defs.outputs import output, row_counts, shown_table
from pipeline.defs.partitions import COHORTS
from pipeline.defs.progress import Progress
from pipeline.engine.map_units import chosen_engine, map_units
from pipeline.workspace.hashing import code_hash
from pipeline.workspace.known_hashes import known_hashes
from pipeline.workspace.layout import Workspace
from schemas.activation import Activation
from schemas.decisions import Decisions
from schemas.intake_results import Findings
from schemas.mvic_references import MvicReferences
from schemas.recording_signals import RecordingSignals
from schemas.recording_traces import RecordingTraces
from schemas.sensitivity import EventSensitivity, OnsetSensitivity
from schemas.stance_force import StanceForce
from schemas.study import Study

if TYPE_CHECKING:
    from pipeline.publishing.signal_pages.recording_entries import RecordingEntry
    from pipeline.signals.cohort.participant_unit import MeasuredUnit, ParticipantUnit

GROUP = "signals"


@dg.multi_asset(
    name="signals",
    outs={
        "recording_signals": output(
            GROUP,
            "scipy",
            "parquet",
            description="Every recording: channels found, force events, amplitudes, quality metrics.",
            model=RecordingSignals,
        ),
        "recording_traces": output(
            GROUP,
            "scipy",
            "parquet",
            description="What every recording looks like, cut down to columns, for its picture.",
            model=RecordingTraces,
        ),
        "activation": output(GROUP, "scipy", "pandera", "parquet", model=Activation),
        "mvic_references": output(
            GROUP,
            "scipy",
            "parquet",
            description="What the activation of every leg is divided by, and how sure that is.",
            model=MvicReferences,
        ),
        "stance_force": output(
            GROUP,
            "scipy",
            "parquet",
            description="Force plates of every stance: events, hold, body weight, centre of pressure.",
            model=StanceForce,
        ),
        "event_sensitivity": output(
            GROUP,
            "scipy",
            "parquet",
            description="Lift-off, touch-down and hold of every stance by every rule.",
            model=EventSensitivity,
        ),
        "onset_sensitivity": output(
            GROUP,
            "scipy",
            "parquet",
            description="Onset of every stance by every detector and parameter set.",
            model=OnsetSensitivity,
        ),
        "signal_findings": output(
            GROUP,
            "pandas",
            "parquet",
            description="What is wrong with recordings: which file, why, what to do.",
            model=Findings,
        ),
        "settled_decisions": output(
            GROUP,
            "csv",
            "parquet",
            description="All lines of decisions.csv with their final state, recordings included.",
            model=Decisions,
        ),
        "signal_methods": output(
            GROUP,
            "json",
            description="Sentences of the methods section, from the steps that ran.",
        ),
    },
    check_specs=[
        dg.AssetCheckSpec(
            "recordings_are_usable",
            asset="recording_signals",
            description="Every recording could be read and its signal is not rejected.",
            partitions_def=COHORTS,
        )
    ],
    partitions_def=COHORTS,
    code_version=code_hash()[:12],
)
def signals(
    context: dg.AssetExecutionContext,
    workspace: dg.ResourceParam[Workspace],
    progress: dg.ResourceParam[Progress],
    study: dict[str, Any],
    participants: pd.DataFrame,
    hold_times: pd.DataFrame,
    recordings: pd.DataFrame,
    given_activation: pd.DataFrame,
    findings: pd.DataFrame,
    decisions: pd.DataFrame,
) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
    """Measure the recordings of one cohort; ready-made rows fill in where there is no recording."""
    from pipeline.intake.signal_findings import findings_of_signals, settle_signals
    from pipeline.publishing.signal_pages.recording_entries import recording_entries
    from pipeline.signals.cohort.batch import process_recordings
    from pipeline.signals.cohort.ready_made import with_ready_made
    from pipeline.signals.cohort.recording_findings import compare_holds
    from pipeline.signals.storing.feature_store import remove_outdated

    cohort = context.partition_key
    settings = Study.model_validate(study["study"]).emg
    known = known_hashes(workspace, cohort)
    remove_outdated(workspace.signal_cache_folder)
    measured = process_recordings(
        recordings,
        known.folder,
        settings,
        cache=workspace.signal_cache_folder,
        map_units=_map_units,
        sha256_of=known.sha256_of,
        progress=progress.counting("recordings", context.log.info),
    )
    known.save()
    for note in measured.notes:
        progress.say(f"note: {note}")
        context.log.info(note)
    activation = with_ready_made(measured.activation, given_activation, settings.method)
    problems = [*measured.findings, *compare_holds(measured.signals, hold_times)]
    found, settled = settle_signals(
        findings_of_signals(problems, participants), decisions, findings["finding_id"]
    )
    if len(recordings):
        unchanged = f" ({measured.n_kept} from the cache)" if measured.n_kept else ""
        progress.say(f"signals: {len(recordings)} recordings{unchanged}, {len(found)} finding(s)")
    entries = recording_entries(
        measured.signals,
        activation,
        measured.traces,
        found,
        dict(zip(participants["participant_id"], participants["group"], strict=True)),
    )
    yield dg.Output(
        measured.signals,
        "recording_signals",
        metadata={
            **row_counts(measured.signals),
            **_verdicts(measured.signals),
            **_pictures(entries),
        },
    )
    yield dg.Output(measured.traces, "recording_traces", metadata=row_counts(measured.traces))
    yield dg.Output(activation, "activation", metadata=row_counts(activation))
    yield dg.Output(
        measured.mvic_references,
        "mvic_references",
        metadata=row_counts(measured.mvic_references),
    )
    yield dg.Output(
        measured.stance_force, "stance_force", metadata=row_counts(measured.stance_force)
    )
    yield dg.Output(
        measured.event_sensitivity,
        "event_sensitivity",
        metadata=row_counts(measured.event_sensitivity),
    )
    yield dg.Output(
        measured.onset_sensitivity,
        "onset_sensitivity",
        metadata=row_counts(measured.onset_sensitivity),
    )
    yield dg.Output(found, "signal_findings", metadata=row_counts(found))
    yield dg.Output(settled, "settled_decisions", metadata=row_counts(settled))
    yield dg.Output([asdict(step) for step in measured.steps], "signal_methods")
    yield dg.AssetCheckResult(
        check_name="recordings_are_usable",
        asset_key="recording_signals",
        passed=found.empty,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(found)} finding(s)." if len(found) else "None.",
        metadata={"recordings": shown_table(found, ("file", "severity", "found", "why", "fix"))},
    )


def _pictures(entries: "Sequence[RecordingEntry]") -> dict[str, dg.MetadataValue[Any]]:
    """The worst recordings, one key each, and where all of them are; nothing without recordings."""
    from pipeline.publishing.signal_pages import signal_page as asset_pictures

    if not entries:
        return {}
    doubtful = asset_pictures.doubtful_recordings(entries)
    return {
        "all_pictures": dg.MetadataValue.text(asset_pictures.WHERE_ALL_ARE),
        "worst_recordings": shown_table(doubtful, asset_pictures.COLUMNS),
        **{
            title: dg.MetadataValue.md(picture)
            for title, picture in asset_pictures.worst_pictures(entries).items()
        },
    }


def _map_units(
    fn: "Callable[[ParticipantUnit], MeasuredUnit]",
    units: "Sequence[ParticipantUnit]",
    *,
    done: "Callable[[ParticipantUnit, MeasuredUnit], None]",
    lost: "Callable[[ParticipantUnit, int], MeasuredUnit]",
) -> "list[MeasuredUnit]":
    """Measure where it is soonest done; see `pipeline.engine.map_units.chosen_engine`."""
    engine = chosen_engine(sum(unit.n_recordings for unit in units))
    return map_units(fn, units, engine, done=done, lost=lost)


def _verdicts(signals: pd.DataFrame) -> dict[str, dg.MetadataValue[Any]]:
    if "quality" not in signals:
        return {}
    counts = signals["quality"].value_counts()
    return {f"quality_{name}": dg.MetadataValue.int(int(n)) for name, n in counts.items()}
