"""The picture of one recording: raw EMG, envelope and force over time, with events and windows.

Plain SVG of whole units, without script, fonts or links: about eight kilobytes and a few milliseconds
each, and the same bytes for the same table.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np

from pipeline.publishing.report.printable import printable
from pipeline.publishing.signal_pages.picture_layout import (
    AXIS,
    BAR,
    BETWEEN,
    ENVELOPE,
    FORCE,
    GAP,
    HEADING,
    LEFT,
    LIFTOFF_WIDTH,
    LINE,
    RAW,
    RIGHT,
    WHOLE_WIDTH,
    Panel,
    PictureView,
    Place,
    Scale,
    Values,
    heights,
    tick_text,
)
from pipeline.publishing.signal_pages.picture_marks import (
    Event,
    OnsetMark,
    Window,
    description,
    events_of,
    fitting_words,
    free_stretch,
    number,
    onset_of,
    placed_labels,
    windows_of,
)
from pipeline.publishing.signal_pages.picture_shapes import STYLE, Drawing, band_path, line_path


def recording_svg(
    signals: Mapping[str, object],
    views: Mapping[str, PictureView],
    *,
    heading: Sequence[str] = (),
    is_alone: bool = False,
) -> str:
    """The picture of one recording as an SVG element.

    signals: row of schemas.recording_signals. views: by name, "whole" has to be there. heading: lines
    above the picture, the first one bold. is_alone: a file of its own, with its style in it; inside a
    page the style `STYLE` is given once.
    """
    whole = Place(views["whole"], LEFT, WHOLE_WIDTH)
    places = [whole]
    liftoff_s = number(signals, "liftoff_s")
    if "liftoff" in views and liftoff_s is not None:
        left = LEFT + WHOLE_WIDTH + BETWEEN
        places.append(Place(views["liftoff"], left, LIFTOFF_WIDTH, zero_s=liftoff_s, per_s=1000.0))
    width = places[-1].left + places[-1].width + RIGHT
    drawing = Drawing()
    top = _heading(drawing, heading)
    bottom = _draw(drawing, places, signals, top)
    style = f"<style>{STYLE}</style>" if is_alone else ""
    # White paper, because a page may show it on a dark ground.
    alone = ' xmlns="http://www.w3.org/2000/svg" style="background:#fff"' if is_alone else ""
    size = f' width="{width}" height="{bottom}"'
    return (
        f'<svg class="sq"{alone}{size} viewBox="0 0 {width} {bottom}" role="img" '
        f'aria-label="{escape(printable(description(signals)))}">{style}{"".join(drawing.parts)}</svg>'
    )


def _heading(drawing: Drawing, lines: Sequence[str]) -> int:
    for place, words in enumerate(lines, start=1):
        drawing.text(LEFT, HEADING * place, words, "h" if place == 1 else "")
    return HEADING * len(lines) + GAP


def _draw(
    drawing: Drawing, places: Sequence[Place], signals: Mapping[str, object], top: int
) -> int:
    """All views below `top`; answers the lower end of the picture."""
    events, windows, onset = events_of(signals), windows_of(signals), onset_of(signals)
    labels = [placed_labels(place, events, windows, onset) for place in places]
    bars_at = top + LINE * max((label.row + 1 for placed in labels for label in placed), default=0)
    panels_at = bars_at + BAR + 2
    panels = [panel for panel in (RAW, ENVELOPE, FORCE) if _has(places[0].view, panel)]
    tops = [panels_at]
    for panel in panels:
        tops.append(tops[-1] + panel.height + GAP)
    bottom = tops[-1] - GAP
    for place in places:
        _windows(drawing, place, windows, bars_at, panels_at, bottom)
    for place in places:
        for panel, at in zip(panels, tops[:-1], strict=True):
            _panel(drawing, place, places[0].view, panel, at)
            if panel is FORCE and place is places[0]:
                _name_feet(drawing, place, windows, at)
    for place, placed in zip(places, labels, strict=True):
        _onset(drawing, place, onset, bars_at, bottom)
        _events(drawing, place, events, bars_at, bottom)
        for label in placed:
            style = "t" if label.is_bold else ""
            drawing.text(label.x, top + LINE * (label.row + 1) - 3, label.words, style)
        _time_axis(drawing, place, bottom)
    return bottom + AXIS


def _has(view: PictureView, panel: Panel) -> bool:
    return any(getattr(view, name).size for name in panel.curves)


def _windows(
    drawing: Drawing,
    place: Place,
    windows: Sequence[Window],
    bars_at: int,
    panels_at: int,
    bottom: int,
) -> None:
    across = place.across
    inside = [(across.place(w.start_s), across.place(w.end_s)) for w in windows if w.is_inside]
    for window in windows:
        start_s = max(window.start_s, place.view.start_s)
        end_s = min(window.end_s, place.view.end_s)
        if start_s >= end_s:
            continue
        left, right = across.place(start_s), across.place(end_s)
        drawing.box(left, panels_at, right, bottom, window.style)
        drawing.box(left, bars_at, right, bars_at + BAR, f"bar-{window.style}")
        if window.is_inside:
            continue
        left, right = free_stretch(left, right, inside)
        words = fitting_words(window, right - left)
        if words:
            drawing.text((left + right) / 2, bars_at + BAR - 3, words, "m")


def _panel(drawing: Drawing, place: Place, whole: PictureView, panel: Panel, top: int) -> None:
    """One strip of one view."""
    bottom = top + panel.height
    up = heights(whole, panel, top)
    left, right = place.left, place.left + place.width
    is_first = left == LEFT
    ticks = up.ticks(panel.ticks)
    drawing.path("".join(f"M{left} {round(up.place(v))}H{right}" for v in ticks), "grid")
    view = place.view
    if panel is RAW:
        drawing.path(_band(place, up), "raw")
    elif panel is ENVELOPE:
        drawing.path(_line(place, view.envelope, up), "env")
    else:
        drawing.path(_line(place, view.stance_low, up), "stance")
        drawing.path(_line(place, view.lifted_high, up), "lifted")
    drawing.path(f"M{left} {top}V{bottom}", "frame")
    if is_first:
        for value in ticks:
            drawing.text(left - 6, up.place(value) + 4, tick_text(value), "a")
        drawing.text(left + 4, top + 10, panel.title, "n")


def _name_feet(drawing: Drawing, place: Place, windows: Iterable[Window], top: int) -> None:
    """Names at the curves in the middle of the measured part: one foot lifted, one carries the body."""
    view = place.view
    up = heights(view, FORCE, top)
    used = next((window for window in windows if window.style == "used"), None)
    middle_s = (view.start_s + view.end_s) / 2 if used is None else (used.start_s + used.end_s) / 2
    for curve, words, below in (
        (view.lifted_high, "lifted foot", -5),
        (view.stance_low, "stance foot", 13),
    ):
        share = (middle_s - view.start_s) / (view.end_s - view.start_s)
        column = min(int(share * curve.size), curve.size - 1)
        if curve.size and np.isfinite(curve[column]):
            at = up.place(float(curve[column])) + below
            drawing.text(place.across.place(middle_s), at, words, "m n")


def _band(place: Place, up: Scale) -> str:
    view = place.view
    return band_path(view.raw_low, view.raw_high, place.columns(view.raw_low), up)


def _line(place: Place, curve: Values, up: Scale) -> str:
    return line_path(curve, place.columns(curve), up, every=2) if curve.size else ""


def _onset(drawing: Drawing, place: Place, onset: OnsetMark | None, top: int, bottom: int) -> None:
    if onset is None or not place.across.holds(onset.time_s):
        return
    x = place.across.place(onset.time_s)
    if onset.low_s is not None and onset.high_s is not None:
        left = place.across.place(max(onset.low_s, place.view.start_s))
        right = place.across.place(min(onset.high_s, place.view.end_s))
        drawing.box(left, top + BAR, max(right, left + 1), bottom, "sure")
    if onset.step_s is not None and place.across.holds(onset.step_s):
        drawing.path(f"M{place.across.place(onset.step_s):.1f} {top + BAR}V{bottom}", "step")
    drawing.path(f"M{x:.1f} {top}V{bottom}", "onset")
    drawing.path(f"M{x - 4:.1f} {top}h8l-4 7z", "tip")


def _events(drawing: Drawing, place: Place, events: Iterable[Event], top: int, bottom: int) -> None:
    for event in events:
        if place.across.holds(event.time_s):
            drawing.path(f"M{place.across.place(event.time_s):.1f} {top}V{bottom}", event.style)


def _time_axis(drawing: Drawing, place: Place, at: int) -> None:
    shown = Scale(
        (place.view.start_s - place.zero_s) * place.per_s,
        (place.view.end_s - place.zero_s) * place.per_s,
        place.left,
        place.left + place.width,
    )
    ticks = shown.ticks(max(3, place.width // 60))
    drawing.path(
        f"M{place.left} {at}h{place.width}"
        + "".join(f"M{shown.place(v):.1f} {at}v4" for v in ticks),
        "frame",
    )
    for value in ticks:
        drawing.text(shown.place(value), at + 15, tick_text(value), "m")
    title = "seconds from the start of the file" if place.per_s == 1.0 else "ms from lift-off"
    drawing.text(place.left + place.width / 2, at + 28, title, "m")
