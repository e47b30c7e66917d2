"""The recordings of a cohort as a page shows them: verdict, reasons, what to do, numbers; worst first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from pipeline.publishing.report.number_format import decimal_text, decimals_for, percent_text
from pipeline.publishing.report.printable import printable, with_true_minus
from pipeline.publishing.signal_pages.picture_layout import PictureView
from pipeline.publishing.signal_pages.picture_marks import number
from schemas.activation import ACTIVATION_KEY, Activation
from schemas.columns import column_rules
from schemas.recording_signals import RecordingSignals
from schemas.recordings import RECORDING_KEY

UNREAD: Final = "unread"
WORST_FIRST: Final = (UNREAD, "reject", "warn", "good")

STAYS: Final = (
    "It is analysed as it is; the report shows the results with and without such trials. If the "
    "picture shows that the muscle was not measured, take the recording out of the recordings table."
)
"""What to do about a recording with a remark for which no rule says more."""

_NUMBER: Final = re.compile(r"[-−]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
_SHARES: Final = frozenset({"mains_share", "low_frequency_share", "clip_share"})
_STANCE_NUMBERS: Final = (
    "gmed_pct_mvic",
    "rms_uv",
    "mvic_rms_uv",
    "baseline_rms_uv",
    "snr_db",
    "hold_from_force_s",
    "mains_share",
    "low_frequency_share",
    "clip_share",
)
_OTHER_NUMBERS: Final = (
    "rms_uv",
    "peak_rms_uv",
    "mains_share",
    "low_frequency_share",
    "clip_share",
)

Row = Mapping[str, object]


@dataclass(frozen=True, eq=False)
class RecordingEntry:
    """One recording. row: its row of schemas.recording_signals with that of schemas.activation.

    verdict: one of WORST_FIRST; a stance trial is judged together with its MVIC reference. reasons:
    in words. fixes: what to do. numbers: (label, value with unit). views: of the picture, none when
    there is nothing to draw. group: of the person, "" when it is not known.
    """

    row: Row
    group: str
    verdict: str
    reasons: tuple[str, ...]
    fixes: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    views: Mapping[str, PictureView]

    @property
    def participant(self) -> str:
        """Code of the person."""
        return printable(str(self.row["participant_id"]))

    @property
    def role(self) -> str:
        """task, mvic or rest."""
        return str(self.row["role"])


def recording_entries(
    signals: pd.DataFrame,
    activation: pd.DataFrame,
    traces: pd.DataFrame,
    findings: pd.DataFrame,
    groups: Mapping[str, str],
) -> list[RecordingEntry]:
    """All recordings, worst first; then by the number of reasons, participant, leg and trial.

    signals, activation, traces, findings: tables of `schemas`, findings of the recordings. groups:
    participant code -> group.
    """
    views = picture_views(traces)
    trials = {_key(row, ACTIVATION_KEY): row for row in _rows(activation)}
    fixes = _fixes(findings)
    entries = []
    for row in _rows(signals):
        trial = trials.get(_key(row, ACTIVATION_KEY), {}) if row["role"] == "task" else {}
        if trial.get("file") != row["file"]:
            trial = {}
        entries.append(
            _entry(
                {**trial, **row, "quality": trial.get("quality") or row["quality"]},
                trial.get("quality_reasons") or row.get("quality_reasons"),
                groups.get(str(row["participant_id"]), ""),
                fixes.get(str(row["file"]), ()),
                views.get(_key(row, RECORDING_KEY), {}),
            )
        )
    return sorted(entries, key=_worst_first)


def picture_views(traces: pd.DataFrame) -> dict[tuple[object, ...], dict[str, PictureView]]:
    """The views of every recording, by its key (schemas.recordings.RECORDING_KEY) and name.

    traces: schemas.recording_traces.
    """
    views: dict[tuple[object, ...], dict[str, PictureView]] = {}
    for row in traces.to_dict("records"):
        named = {str(name): value for name, value in row.items()}
        views.setdefault(_key(named, RECORDING_KEY), {})[str(named["view"])] = PictureView.of(named)
    return views


def reason_kind(reason: str) -> str:
    """A reason without its numbers, so that equal reasons of several recordings can be counted."""
    return _NUMBER.sub("…", reason)


def _entry(
    row: Row, reasons: object, group: str, fixes: Sequence[str], views: Mapping[str, PictureView]
) -> RecordingEntry:
    problem, fix = _text(row.get("problem")), _text(row.get("fix"))
    verdict = UNREAD if problem and not views else str(row["quality"])
    said = tuple(with_true_minus(part) for part in _text(reasons).split("; ") if part)
    advice = tuple(dict.fromkeys(text for text in (fix, *fixes) if text))
    if not advice and verdict == "warn":
        advice = (STAYS,)
    return RecordingEntry(
        row=row,
        group=group,
        verdict=verdict,
        reasons=said or ((problem,) if problem else ()),
        fixes=advice,
        numbers=tuple(_numbers(row)),
        views=views,
    )


def _numbers(row: Row) -> Iterable[tuple[str, str]]:
    for name in _STANCE_NUMBERS if row["role"] == "task" else _OTHER_NUMBERS:
        value = number(row, name)
        if value is not None:
            yield _LABELS[name], _value(name, value)
    onset = _onset(row)
    if onset:
        yield "Onset from lift-off", onset
    channel = _text(row.get("gmed_channel"))
    if channel:
        rate_hz = number(row, "sampling_rate_hz")
        yield "Channel", channel + (f", {rate_hz:g} Hz" if rate_hz else "")


def _value(name: str, value: float) -> str:
    if name in _SHARES:
        return percent_text(value, 1)
    unit = _UNITS[name]
    return f"{decimal_text(value, decimals_for(unit))} {unit}"


def _onset(row: Row) -> str:
    """Onset with interval, or why there is none, for a stance trial."""
    if row["role"] != "task":
        return ""
    value, low, high = (number(row, name) for name in ("onset_ms", "onset_low_ms", "onset_high_ms"))
    note = with_true_minus(_text(row.get("onset_note")))
    if value is None:
        return note
    text = f"{decimal_text(value, 0)} ms"
    if low is not None and high is not None:
        text += f" (90% interval {decimal_text(low, 0)} to {decimal_text(high, 0)})"
    return f"{text}. {note}" if note else text


def _fixes(findings: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """What the rules say to do about each file."""
    found: dict[str, list[str]] = {}
    for row in _rows(findings):
        found.setdefault(_text(row.get("file")), []).append(_text(row.get("fix")))
    return {file: tuple(texts) for file, texts in found.items()}


def _worst_first(entry: RecordingEntry) -> tuple[object, ...]:
    return (
        WORST_FIRST.index(entry.verdict),
        -len(entry.reasons),
        *(entry.row[name] for name in ("participant_id", "visit", "role", "task", "leg", "trial")),
    )


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _key(row: Row, names: Sequence[str]) -> tuple[object, ...]:
    return tuple(row[name] for name in names)


def _text(value: object) -> str:
    """A text of a table on one line, "" when it is missing."""
    return printable(value) if isinstance(value, str) else ""


def _facts(fact: str) -> dict[str, str]:
    return {
        name: str(rule.facts[fact])  # type: ignore[literal-required]
        for model in (Activation, RecordingSignals)
        for name, rule in column_rules(model).items()
    }


_LABELS: Final = _facts("label")
_UNITS: Final = _facts("unit")
