"""Text that every format can hold: no control characters and none that turn the reading direction."""

import re
from typing import Final

import pandas as pd

from pipeline.publishing.report.number_format import MINUS

_NEGATIVE: Final = re.compile(r"(?<![\w.)-])-(?=\.?\d)")
_BREAKS: Final = re.compile(r"[\t\n\r\f\v\x85\u2028\u2029]+")
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def printable(text: str) -> str:
    """A text on one line, without characters that XML refuses or that can disguise other text.

    Right-to-left overrides are among them: they can make a label look like another one.
    """
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", text))


def with_true_minus(text: str) -> str:
    """A sentence whose negative numbers carry the minus sign that all other numbers carry."""
    return _NEGATIVE.sub(MINUS, text)


def printable_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of a table with every text cell printable; missing cells stay missing."""
    cleaned = {
        name: [printable(cell) if isinstance(cell, str) else cell for cell in frame[name]]
        for name in frame.columns
        if not pd.api.types.is_numeric_dtype(frame[name])
    }
    return frame.reset_index(drop=True).assign(
        **{name: pd.Series(cells, dtype=frame[name].dtype) for name, cells in cleaned.items()}
    )
