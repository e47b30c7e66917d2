"""The few SVG shapes that pictures of recordings need; every text is escaped."""

from dataclasses import dataclass, field
from html import escape

from pipeline.publishing.report.printable import printable


@dataclass
class Drawing:
    """Shapes in drawing order. Places are in units of the picture, rounded to a tenth."""

    parts: list[str] = field(default_factory=list)

    def path(self, d: str, style: str) -> None:
        """A path; nothing for an empty one."""
        if d:
            self.parts.append(f'<path class="{style}" d="{d}"/>')

    def box(self, left: float, top: float, right: float, bottom: float, style: str) -> None:
        """A filled rectangle."""
        self.parts.append(
            f'<path class="{style}" d="M{_short(left)} {_short(top)}H{_short(right)}'
            f'V{_short(bottom)}H{_short(left)}z"/>'
        )

    def text(self, x: float, y: float, words: str, style: str = "") -> None:
        """A text; style: class, which also says at which end x lies."""
        kind = f' class="{style}"' if style else ""
        self.parts.append(
            f'<text x="{_short(x)}" y="{_short(y)}"{kind}>{escape(printable(words))}</text>'
        )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
