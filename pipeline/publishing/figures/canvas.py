"""The look all figures share, and how a drawing becomes the same bytes every time."""

import io
import warnings
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing

from pipeline.publishing.report.report_model import Figure


@dataclass(frozen=True)
class GroupStyle:
    """How a group looks; never by colour alone."""

    colour: str
    marker: str
    line: str


# Okabe and Ito 2008: told apart with every common kind of colour blindness and in grey print.
CASE_STYLE: Final = GroupStyle("#D55E00", "o", "-")
REFERENCE_STYLE: Final = GroupStyle("#0072B2", "s", "--")
GROUP_STYLES: Final = (CASE_STYLE, REFERENCE_STYLE)
INK: Final = "#222222"
QUIET: Final = "#666666"
RULE: Final = "#BBBBBB"

PNG_DOTS_PER_INCH: Final = 200

_LOOK: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 9.5,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "axes.unicode_minus": True,
    "text.color": INK,
    # A group label such as $x$ is a label, not a formula.
    "text.parse_math": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 9,
    # Letters become outlines: an SVG inside <img> cannot bring its own font.
    "svg.fonttype": "path",
    "svg.hashsalt": "stance",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "path.simplify": False,
}


def look() -> Any:
    """A context in which all drawing happens; settings of the program around it do not change."""
    settings: Any = {**dict(mpl.rcParamsDefault.items()), **_LOOK}
    del settings["backend"]
    return mpl.rc_context(settings)


def new_drawing(width_in: float, height_in: float, *, is_laid_out: bool = False) -> Drawing:
    """An empty drawing of a size in inches, with its own canvas.

    is_laid_out: the figure places its axes itself, which takes half the time for many small ones.
    """
    drawing = Drawing(figsize=(width_in, height_in), dpi=100)
    if not is_laid_out:
        drawing.set_layout_engine("constrained")
    FigureCanvasAgg(drawing)
    return drawing


def finish(drawing: Drawing, figure_id: str, caption: str, alt: str, data: pd.DataFrame) -> Figure:
    """A drawing as a figure of the report: SVG and PNG without dates or program names."""
    with warnings.catch_warnings():
        # A label in a script that DejaVu Sans lacks is drawn with boxes; the table behind has it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        if drawing.get_layout_engine() is not None:
            # Laid out once, so that both files show the same picture.
            drawing.draw_without_rendering()
            drawing.set_layout_engine("none")
        svg, png = io.BytesIO(), io.BytesIO()
        drawing.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        drawing.savefig(png, format="png", dpi=PNG_DOTS_PER_INCH, metadata={"Software": None})
    return Figure(figure_id, caption, alt, svg.getvalue(), png.getvalue(), data)


def bare(axes: Axes, *, left: bool = True, bottom: bool = True) -> None:
    """Take away the frame lines that carry no scale."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines["left"].set_visible(left)
    axes.spines["bottom"].set_visible(bottom)
    axes.tick_params(length=3, width=0.8)
    if not left:
        axes.tick_params(axis="y", length=0)
