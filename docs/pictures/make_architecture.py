"""Draws docs/pictures/architecture.svg: rooms, their folders and who imports whom, read from the imports.

Run `python docs/pictures/make_architecture.py` after a folder came, went or got another neighbour. The picture has no
counts and no dates, so that it changes with the house and with nothing else.
"""

import ast
import sys
from collections.abc import Iterable, Mapping
from html import escape
from itertools import pairwise
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "pictures" / "architecture.svg"

WIDTH_PX = 1180
MARGIN_PX = 20
GAP_PX = 16
LINE_PX = 15
CHARACTER_PX = 6.3
BETWEEN_ROWS_PX = 74
OWN_FILES = "own\u00a0files"

Arrows = Mapping[str, set[str]]


def imports(root: Path) -> dict[str, set[str]]:
    """Folder -> folders of the project that its files import, both as `pipeline.intake.rules`."""
    found: dict[str, set[str]] = {}
    for top in ("pipeline", "schemas"):
        for path in sorted((root / top).rglob("*.py")):
            here = folder_of(root, ".".join(path.relative_to(root).with_suffix("").parts))
            found.setdefault(here, set())
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for name in _names(node):
                    if name.split(".")[0] in ("pipeline", "schemas"):
                        found[here].add(folder_of(root, name))
    return found


def folder_of(root: Path, module: str) -> str:
    """The folder in which a module lies; a package is its own folder, a root file of pipeline its own room."""
    parts = module.removesuffix(".__init__").split(".")
    while len(parts) > 1 and not (root / Path(*parts)).is_dir():
        if parts[:-1] == ["pipeline"]:
            break
        parts.pop()
    return ".".join(parts)


def room_of(folder: str) -> str:
    """The room of a folder: `schemas`, or what lies directly in `pipeline`."""
    return ".".join(folder.split(".")[: 1 if folder.startswith("schemas") else 2])


def between_rooms(arrows: Arrows) -> dict[str, set[str]]:
    """Room -> rooms that it imports."""
    rooms: dict[str, set[str]] = {}
    for folder, targets in arrows.items():
        rooms.setdefault(room_of(folder), set()).update(map(room_of, targets))
    rooms.pop("pipeline", None)  # its docstring, and the way in by `python -m pipeline`
    rooms.pop("pipeline.__main__", None)
    return {room: targets - {room, "pipeline"} for room, targets in rooms.items()}


def inside(room: str, arrows: Arrows) -> dict[str, set[str]]:
    """The same one floor below: first folder in the room -> folders of the room that it imports."""
    depth = room.count(".") + 1

    def name(folder: str) -> str:
        parts = folder.split(".")
        return parts[depth] if len(parts) > depth else OWN_FILES

    folders: dict[str, set[str]] = {}
    for folder, targets in arrows.items():
        if room_of(folder) == room:
            here = folders.setdefault(name(folder), set())
            here.update(name(target) for target in targets if room_of(target) == room)
    return {folder: targets - {folder} for folder, targets in folders.items()}


def floors(arrows: Arrows) -> list[list[str]]:
    """Names in floors, the highest first: each imports lower floors only. Names that import each other share one."""
    below = _closure(arrows)
    height: dict[str, int] = {}

    def height_of(name: str) -> int:
        if name not in height:
            lower = [t for t in below[name] if name not in below[t]]
            height[name] = 1 + max(map(height_of, lower), default=-1)
        return height[name]

    for name in sorted(arrows):
        height_of(name)
    highest = max(height.values())
    return [sorted(n for n in height if height[n] == h) for h in range(highest, -1, -1)]


def direct(arrows: Arrows) -> dict[str, set[str]]:
    """Arrows without those that another way round already says."""
    below = _closure(arrows)
    return {
        name: {t for t in targets if not any(t in below[other] for other in targets - {t})}
        for name, targets in arrows.items()
    }


def picture(arrows: Arrows) -> str:
    """The house as SVG."""
    rooms = between_rooms(arrows)
    rows = floors(rooms)
    boxes: dict[str, tuple[float, float, float, float]] = {}
    parts: list[str] = []
    y = 40.0
    for row in rows:
        width = (WIDTH_PX - 2 * MARGIN_PX - GAP_PX * (len(row) - 1)) / len(row)
        texts = {room: _lines(room, arrows, width) for room in row}
        height = max(30 + LINE_PX * len(lines) for lines in texts.values())
        for place, room in enumerate(row):
            x = MARGIN_PX + place * (width + GAP_PX)
            boxes[room] = (x, y, width, height)
            parts.append(_box(room, texts[room], boxes[room]))
        y += height + BETWEEN_ROWS_PX
    lines = _arrows(direct(rooms), boxes)
    legend = (
        "An arrow means: imports. An arrow that follows from others is left out. In a room, a line of folders "
        "imports only lines below it."
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {y - BETWEEN_ROWS_PX + 20:g}" '
            'font-family="Helvetica, Arial, sans-serif" role="img" aria-label="Rooms of Stance and who imports whom">',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
            'orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b6b7b"/></marker></defs>',
            f'<rect width="{WIDTH_PX}" height="{y:g}" fill="#ffffff"/>',
            f'<text x="{MARGIN_PX}" y="24" font-size="12" fill="#44525f">{escape(legend)}</text>',
            *lines,
            *parts,
            "</svg>",
            "",
        ]
    )


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        return [node.module]
    return []


def _closure(arrows: Arrows) -> dict[str, set[str]]:
    """Everything that can be reached from each name."""
    below = {name: set(targets) for name, targets in arrows.items()}
    for middle in below:
        for targets in below.values():
            if middle in targets:
                targets |= below[middle]
    return below


def _lines(room: str, arrows: Arrows, width: float) -> list[str]:
    """The folders of a room, a floor on a line; none for a room without folders."""
    folders = inside(room, arrows)
    if set(folders) <= {OWN_FILES}:
        return []
    return [
        part
        for floor in floors(folders)
        for part in wrap("\u00a0· ".join(floor), int((width - 20) / CHARACTER_PX))
    ]


def _box(room: str, lines: Iterable[str], box: tuple[float, float, float, float]) -> str:
    x, y, width, height = box
    title = room.removeprefix("pipeline.")
    text = [
        f'<text x="{x + 10:g}" y="{y + 38 + LINE_PX * number:g}" font-size="11" fill="#44525f">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]
    return "\n".join(
        [
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" fill="#eef4fa" '
            'stroke="#9db4c9"/>',
            f'<text x="{x + 10:g}" y="{y + 20:g}" font-size="14" font-weight="bold" fill="#15202b">{title}</text>',
            *text,
        ]
    )


def _arrows(arrows: Arrows, boxes: Mapping[str, tuple[float, float, float, float]]) -> list[str]:
    """A line for each arrow, from the lower edge of a box to the upper edge of another."""

    def middle(room: str) -> float:
        return boxes[room][0] + boxes[room][2] / 2

    leaving = {room: sorted(targets, key=middle) for room, targets in arrows.items()}
    arriving = {
        room: sorted((r for r in arrows if room in arrows[r]), key=middle) for room in boxes
    }
    lines: list[str] = []
    for room, targets in sorted(leaving.items()):
        x, y, width, height = boxes[room]
        for place, target in enumerate(targets, start=1):
            start = x + width * place / (len(targets) + 1)
            tx, ty, wide, _ = boxes[target]
            end = tx + wide * (1 + arriving[target].index(room)) / (len(arriving[target]) + 1)
            path = [(start, y + height), (end, ty)]
            d = " ".join(
                f"M{a[0]:.1f} {a[1]:.1f} L{b[0]:.1f} {b[1]:.1f}" for a, b in pairwise(path)
            )
            lines.append(f'<path d="{d}" stroke="#5b6b7b" fill="none" marker-end="url(#tip)"/>')
    return lines


if __name__ == "__main__":
    PICTURE.write_text(picture(imports(ROOT)), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{PICTURE.name} written\n")
