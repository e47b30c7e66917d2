"""How a table of powers is printed: for a terminal, as Markdown and as CSV."""

import csv
import io
from math import ceil
from textwrap import wrap
from typing import Final

from pipeline.statistics.planning.power_table import Assumption, PowerPoint, PowerTable

_WIDTH: Final = 100
_SOURCES: Final = {"stated": "stated", "pilot": "from the pilot", "usual": "usual design"}


def recruited(n_per_group: int, loss: float) -> int:
    """Participants to recruit, so that n_per_group are left."""
    return ceil(round(n_per_group / (1 - loss), 9))


def table_text(table: PowerTable, loss: float) -> str:
    """For a terminal."""
    lines = [
        f"{table.outcome}: {table.n_per_group} participants in each group "
        f"({2 * table.n_per_group} in all)",
        *(
            line
            for sentence in _sentences(table, loss)
            for line in wrap(sentence, _WIDTH, initial_indent="  ", subsequent_indent="    ")
        ),
        "",
        "Assumed",
        *_aligned([_assumption_cells(one) for one in table.assumptions]),
        "",
        "Power by size",
        *_aligned([_header(table), *(_point_cells(point) for point in table.curve)], right=True),
    ]
    return "\n".join(lines)


def table_markdown(table: PowerTable, loss: float) -> str:
    """The same as a Markdown page."""
    heads = ("Assumption", "Value", "Source", "95 % interval")
    lines = [
        f"# Sample size: {table.outcome}",
        "",
        f"**{table.n_per_group} participants in each group** ({2 * table.n_per_group} in all).",
        "",
        *(f"- {sentence}" for sentence in _sentences(table, loss)),
        "",
        *_markdown_table(heads, [_assumption_cells(one) for one in table.assumptions]),
        "",
        *_markdown_table(_header(table), [_point_cells(point) for point in table.curve]),
        "",
    ]
    return "\n".join(lines)


def table_csv(table: PowerTable, loss: float) -> str:
    """One row per size, with everything it rests on; `is_answer` marks the size."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [one.key for one in table.assumptions]
    writer.writerow(
        ["outcome", "n_per_group", "recruit_per_group", "power", "power_se", "not_estimable",
         "is_answer", "target_power", "alpha", "loss", "seed", *names]
    )  # fmt: skip
    for point in table.curve:
        writer.writerow(
            [
                table.outcome,
                point.n_per_group,
                recruited(point.n_per_group, loss),
                f"{point.power:.6g}",
                "" if point.se is None else f"{point.se:.3g}",
                "" if point.not_estimable is None else f"{point.not_estimable:.6g}",
                int(point.n_per_group == table.n_per_group),
                f"{table.target_power:g}",
                f"{table.alpha:.6g}",
                f"{loss:g}",
                "" if table.seed is None else table.seed,
                *(f"{one.value:.6g}" for one in table.assumptions),
            ]
        )
    return out.getvalue()


def _sentences(table: PowerTable, loss: float) -> list[str]:
    said = [
        f"Detects {table.effect} with a power of {table.target_power:.0%} at a two-sided alpha of "
        f"{table.alpha:.4g}.",
        *([table.shared] if table.shared else []),
        table.model,
    ]
    if table.at.se is not None and table.n_range is not None:
        low, high = table.n_range
        said.append(
            f"Power with {table.n_per_group}: {table.at.power:.1%}, Monte Carlo standard error "
            f"{100 * table.at.se:.1f} points ({table.replicates} cohorts, seed {table.seed}). "
            + (
                f"The simulation leaves {low} to {high} open."
                if low < high
                else "The simulation leaves no other size open."
            )
        )
    if loss:
        said.append(
            f"Recruit {recruited(table.n_per_group, loss)} in each group, so that "
            f"{table.n_per_group} are left after a loss of {loss:.0%}."
        )
    return [*said, *table.notes]


def _assumption_cells(one: Assumption) -> tuple[str, str, str, str]:
    interval = "" if one.interval is None else f"{one.interval[0]:.3g} to {one.interval[1]:.3g}"
    source = _SOURCES[one.source] + (f" ({one.note})" if one.note else "")
    return one.label, f"{one.value:.4g} {one.unit}".rstrip(), source, interval


def _header(table: PowerTable) -> tuple[str, ...]:
    if table.at.se is None:
        return "n per group", "power"
    return "n per group", "power", "Monte Carlo SE", "not estimable"


def _point_cells(point: PowerPoint) -> tuple[str, ...]:
    exact = (str(point.n_per_group), f"{point.power:.1%}")
    if point.se is None or point.not_estimable is None:
        return exact
    return (*exact, f"{point.se:.1%}", f"{point.not_estimable:.1%}")


def _aligned(rows: list[tuple[str, ...]], *, right: bool = False) -> list[str]:
    """Rows of cells in columns of equal width."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    pad = str.rjust if right else str.ljust
    return [
        "  " + "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _markdown_table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
