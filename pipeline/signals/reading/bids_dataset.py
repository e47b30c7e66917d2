"""Facts about an EDF or BDF file that stand beside it in a BIDS data set (BIDS 1.11, EMG).

A file beside the recording or in a folder above it holds, by the inheritance principle, when all parts
of its name are parts of the recording's name. Names of people are never read.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.signals.channels.signal_units import simplified
from pipeline.signals.samples.recording import Channel, Event, Recording, SignalProblem

DATASET: Final = "dataset_description.json"
KINDS: Final = {"channels": "_channels.tsv", "events": "_events.tsv", "emg": "_emg.json"}
_MOST_FOLDERS: Final = 5
_LARGEST_BYTES: Final = 20_000_000
_MISSING: Final = ("", "n/a")
_RECORDING: Final = re.compile(r"sub-[A-Za-z0-9]+_.*_emg")

Line = Mapping[str, str]


@dataclass(frozen=True)
class BidsFacts:
    """Rows of channels.tsv and events.tsv, and emg.json with what nearer files override."""

    channels: tuple[Line, ...] = ()
    events: tuple[Line, ...] = ()
    emg: Mapping[str, Any] = field(default_factory=dict)


def is_bids_recording(path: Path) -> bool:
    """Whether a file is called as BIDS calls EMG recordings: sub-01_task-stance_emg.edf."""
    return _RECORDING.fullmatch(path.stem) is not None


def companions(path: Path) -> list[Path]:
    """The files of the data set that say something about a recording, nearest last, each kind.

    Empty for files that are no BIDS recordings. Whoever keeps what was read has to look at their
    content too.
    """
    if not is_bids_recording(path):
        return []
    return [file for kind in KINDS for file in _inherited(path, kind)]


def with_bids_facts(recording: Recording, path: Path) -> Recording:
    """The recording with units, target muscles, verdicts and events of its data set.

    Raises SignalProblem when a file beside it cannot be read or contradicts the recording.
    """
    if not is_bids_recording(path):
        return recording
    facts = _facts(path)
    rows = {row["name"]: row for row in facts.channels if "name" in row}
    return replace(
        recording,
        channels=tuple(
            _described(channel, rows.get(channel.label)) for channel in recording.channels
        ),
        events=(*recording.events, *_events(facts.events)),
        power_line_hz=_positive(facts.emg.get("PowerLineFrequency")),
    )


def _described(channel: Channel, row: Line | None) -> Channel:
    if row is None:
        return channel
    unit = _value(row, "units")
    muscle = _value(row, "target_muscle") or ""
    fault = ""
    if _value(row, "status") == "bad":
        fault = f"channels.tsv marks the channel {channel.label} as bad."
    elif unit and channel.unit and simplified(unit) != simplified(channel.unit):
        fault = (
            f"The recording says that {channel.label} is in {channel.unit}, and channels.tsv says "
            f"{unit}."
        )
    rate_hz = _positive(_value(row, "sampling_frequency"))
    if rate_hz is not None and abs(rate_hz / channel.sampling_rate_hz - 1) > 0.01:
        fault = (
            f"The recording says that {channel.label} has {channel.sampling_rate_hz:g} Hz, and "
            f"channels.tsv says {rate_hz:g} Hz."
        )
    return replace(channel, unit=channel.unit or unit, target_muscle=muscle, fault=fault)


def _events(rows: Sequence[Line]) -> list[Event]:
    events = []
    for row in rows:
        onset_s = _number(_value(row, "onset"))
        label = _value(row, "trial_type") or _value(row, "value")
        if onset_s is not None and label:
            events.append(Event(onset_s, label))
    return events


def _facts(path: Path) -> BidsFacts:
    tables = {kind: _inherited(path, kind) for kind in KINDS}
    emg: dict[str, Any] = {}
    for file in tables["emg"]:
        emg |= _json(file)
    channels, events = (
        tuple(_tsv(tables[kind][-1])) if tables[kind] else () for kind in ("channels", "events")
    )
    return BidsFacts(channels, events, emg)


def _inherited(path: Path, kind: str) -> list[Path]:
    """Files of a kind that hold for the recording, from the data set's folder down to its own."""
    parts = set(path.stem.split("_")[:-1])
    folders = []
    for folder in list(path.absolute().parents)[:_MOST_FOLDERS]:
        folders.append(folder)
        if (folder / DATASET).is_file():
            break
    else:
        folders = folders[:1]  # no data set around it: only what lies beside the recording
    found = []
    for folder in reversed(folders):
        for file in sorted(folder.glob(f"*{KINDS[kind]}")) + sorted(folder.glob(KINDS[kind][1:])):
            own = {part for part in file.name.removesuffix(KINDS[kind][1:]).split("_") if part}
            if own <= parts and file.is_file() and file not in found:
                found.append(file)
    return found


def _text(file: Path) -> str:
    if file.stat().st_size > _LARGEST_BYTES:
        raise _unreadable(file)
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise _unreadable(file) from problem


def _tsv(file: Path) -> list[Line]:
    try:
        rows = [row for row in csv.reader(_text(file).splitlines(), delimiter="\t") if any(row)]
    except csv.Error as problem:
        raise _unreadable(file) from problem
    if not rows:
        return []
    return [
        {name.strip(): cell.strip() for name, cell in zip(rows[0], row, strict=False)}
        for row in rows[1:]
    ]


def _json(file: Path) -> dict[str, Any]:
    try:
        read = json.loads(_text(file))
    except (ValueError, RecursionError) as problem:
        raise _unreadable(file) from problem
    if not isinstance(read, dict):
        raise _unreadable(file)
    return read


def _unreadable(file: Path) -> SignalProblem:
    kind = next(kind for kind in KINDS.values() if file.name.endswith(kind[1:]))
    return SignalProblem(
        f"The file {kind[1:]} beside the recording cannot be read.",
        "Repair it by the BIDS specification, or take it out of the folder.",
    )


def _value(row: Line, name: str) -> str | None:
    value = row.get(name, "")
    return None if value in _MISSING else value


def _number(text: object) -> float | None:
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None
