"""Pictures of recordings: bytes and processor time of each, and the page of a large cohort in a browser.

    python benchmarks/signal_pictures.py [--people 6] [--recordings 500]

A simulated cohort is measured once; its recordings are repeated under new codes until there are as
many as asked for. Times are those of the processor, so that a busy machine does not change them;
the browser (chromium, where it is installed) is timed by the clock.
"""

import argparse
import io
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import matplotlib
import pandas as pd
from ruamel.yaml import YAML

from pipeline.publishing.signal_pages.recording_entries import RecordingEntry, recording_entries
from pipeline.publishing.signal_pages.recording_picture import recording_svg
from pipeline.publishing.signal_pages.signal_page import signal_quality_html
from pipeline.signals.cohort.measure import measure_samples
from pipeline.signals.cohort.measured_tables import signal_table, trace_table
from pipeline.signals.emg.measure_emg import emg_part
from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import Request
from pipeline.signals.storing.sample_store import reading_settings
from pipeline.signals.traces.recording_trace import recording_trace
from pipeline.simulation.assumptions import DEMO
from pipeline.simulation.cohort import write_demo_cohort
from schemas.activation import Activation
from schemas.columns import empty_table
from schemas.emg_settings import EmgSettings
from schemas.intake_results import Findings
from schemas.recordings import RECORDING_KEY
from schemas.study import Study

matplotlib.use("Agg")
import matplotlib.pyplot as plt

T = TypeVar("T")


def processor_ms(work: Callable[[], T]) -> tuple[T, float]:
    """What `work` answers, and the processor time it took (ms)."""
    started = time.process_time()
    answer = work()
    return answer, 1000 * (time.process_time() - started)


def measured_cohort(folder: Path, people: int) -> tuple[pd.DataFrame, pd.DataFrame, list[float]]:
    """Signals and traces of a simulated cohort, and the processor time (ms) of each trace."""
    spec = replace(
        DEMO,
        mistakes=False,
        case=replace(DEMO.case, n=people),
        reference=replace(DEMO.reference, n=2),
    )
    truth = write_demo_cohort(folder, spec=spec)
    study = YAML(typ="safe").load((folder / "study.yaml").read_text(encoding="utf-8"))
    settings: EmgSettings = Study.model_validate(study).emg
    keys, features, traces, times_ms = [], [], [], []
    for made in truth.recordings:
        recording = read_recording(folder / made.file, reading_settings(settings))
        request = Request(made.role, made.leg)
        found = measure_samples(recording, request, settings)
        part_s = (0.0, recording.duration_s)
        emg = emg_part(recording, request, settings, part_s)
        trace, ms = processor_ms(
            lambda r=recording, q=request, p=part_s, f=found, e=emg: recording_trace(
                r, q, settings, p, f, e
            )
        )
        key = {
            "participant_id": made.participant_id, "visit": "baseline", "task": "single_leg_stance",
            "leg": made.leg, "trial": made.trial, "role": made.role,
        }  # fmt: skip
        keys.append((key, made.file))
        features.append(found)
        traces.append((key, trace))
        times_ms.append(ms)
    return signal_table(keys, features), trace_table(traces), times_ms


def repeated(table: pd.DataFrame, times: int) -> pd.DataFrame:
    """The rows under new participant codes, as often as asked."""
    return pd.concat(
        [
            table.assign(participant_id=table["participant_id"] + f"-{number}")
            for number in range(times)
        ],
        ignore_index=True,
    )


def matplotlib_ms(entry: RecordingEntry) -> tuple[float, int]:
    """Processor time (ms) and bytes of the same curves as an SVG of matplotlib."""
    whole = entry.views["whole"]

    def draw() -> bytes:
        figure, axes = plt.subplots(3, 1, sharex=True, figsize=(9, 3))
        axes[0].fill_between(range(whole.raw_low.size), whole.raw_low, whole.raw_high)
        axes[1].plot(whole.envelope)
        axes[2].plot(whole.lifted_high)
        axes[2].plot(whole.stance_low)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg")
        plt.close(figure)
        return buffer.getvalue()

    draw()
    svg, ms = processor_ms(draw)
    return ms, len(svg)


def browser_s(page: Path, folder: Path) -> float | None:
    """Time (s) until chromium has loaded a page and painted what is in view; None without chromium."""
    browser = shutil.which("chromium")
    if browser is None:
        return None
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
        f"--screenshot={folder / 'shot.png'}", "--window-size=1100,900", page.as_uri(),
    ]  # fmt: skip
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return time.perf_counter() - started


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=6, help="people of the case group")
    parser.add_argument("--recordings", type=int, default=500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signals, traces, trace_ms = measured_cohort(folder / "cohort", given.people)
        stored = folder / "traces.parquet"
        traces.to_parquet(stored, index=False, compression="zstd")
        times = -(-given.recordings // len(signals))
        many = repeated(signals, times).head(given.recordings)
        kept = repeated(traces, times).merge(many[RECORDING_KEY], on=RECORDING_KEY)
        no_trials, no_findings = empty_table(Activation), empty_table(Findings)
        entries = recording_entries(many, no_trials, kept, no_findings, {})
        drawn = [processor_ms(lambda e=e: recording_svg(e.row, e.views)) for e in entries]
        html, page_ms = processor_ms(
            lambda: signal_quality_html(
                "large",
                signals=many,
                activation=no_trials,
                traces=kept,
                findings=no_findings,
                groups={},
            )
        )
        page = folder / "page.html"
        page.write_text(html, encoding="utf-8")
        blank = folder / "blank.html"
        blank.write_text("<!DOCTYPE html><title>blank</title>", encoding="utf-8")
        stance = next(entry for entry in entries if entry.role == "task")
        plot_ms, plot_bytes = matplotlib_ms(stance)
        sizes = [len(svg.encode()) for svg, _ in drawn]
        print(f"recordings measured            {len(signals)}")
        print(f"trace, ms (median)             {statistics.median(trace_ms):.2f}")
        print(f"trace stored, bytes (mean)     {stored.stat().st_size / len(signals):.0f}")
        print(f"picture, ms (median)           {statistics.median(ms for _, ms in drawn):.2f}")
        print(f"picture, bytes (mean, largest) {statistics.fmean(sizes):.0f}, {max(sizes)}")
        print(f"the same by matplotlib         {plot_ms:.0f} ms, {plot_bytes} bytes")
        print(
            f"page of {len(many)}: MB, s           {len(html.encode()) / 1e6:.2f}, {page_ms / 1000:.2f}"
        )
        blank_s, page_s = browser_s(blank, folder), browser_s(page, folder)
        if blank_s is not None and page_s is not None:
            print(f"chromium, s (page, blank page) {page_s:.1f}, {blank_s:.1f}")


if __name__ == "__main__":
    main()
