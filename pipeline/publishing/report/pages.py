"""The Jinja2 environment of all HTML pages: everything from data is escaped, nothing is loaded."""

import base64
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.publishing.report.report_model import Figure, Notice, Ref, Table, Value

TEMPLATES = Path(__file__).parents[1] / "templates"


def render(template: str, **context: Any) -> str:
    """A template of this package with `context`, as an HTML page ending in one line feed."""
    return _environment().get_template(template).render(**context).rstrip("\n") + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg_data"] = _svg_data
    environment.tests.update(
        table=lambda block: isinstance(block, Table),
        figure=lambda block: isinstance(block, Figure),
        notice=lambda block: isinstance(block, Notice),
        number_fragment=lambda fragment: isinstance(fragment, Value),
        pointer=lambda fragment: isinstance(fragment, Ref),
    )
    return environment


def _svg_data(svg: bytes) -> str:
    """A picture as an address that holds the picture itself; scripts never run in an <img>."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")
