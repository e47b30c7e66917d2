"""The layouts of tables of samples, in the order in which they are asked. A new one is one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.signals.reading.contents.columns_of_samples import TableHead, TableShape
from pipeline.signals.reading.layouts import (
    delsys,
    motion_analysis,
    noraxon,
    opensignals,
    plain,
    vicon,
)


@dataclass(frozen=True)
class TableLayout:
    """A layout: what people call it, whether a head is of it, and what it says of the columns."""

    name: str
    recognises: Callable[[TableHead], bool]
    shape: Callable[[TableHead], TableShape]


TABLE_LAYOUTS: Final = (
    TableLayout("OpenSignals", opensignals.recognises, opensignals.shape),
    TableLayout("Motion Analysis", motion_analysis.recognises, motion_analysis.shape),
    TableLayout("Vicon Nexus", vicon.recognises, vicon.shape),
    TableLayout("Noraxon", noraxon.recognises, noraxon.shape),
    TableLayout("Delsys", delsys.recognises, delsys.shape),
    TableLayout("headings", plain.recognises, plain.shape),
)


def shape_of(head: TableHead) -> TableShape:
    """The shape of a table by the first layout that knows it. Raises SignalProblem."""
    layout = next(layout for layout in TABLE_LAYOUTS if layout.recognises(head))
    return layout.shape(head)
