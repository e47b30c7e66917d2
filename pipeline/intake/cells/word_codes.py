"""Columns of text as words and codes: every text is kept once, every row holds its number.

A million rows of a study repeat a few thousand texts. Looking at each text once makes checks cheap,
and a row costs one to four bytes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TEXT = pd.StringDtype("python", na_value=np.nan)
"""Text columns of drafts and tables: rows with the same text share it, 8 bytes a row."""

Codes = NDArray[np.signedinteger]
Words = NDArray[np.object_]


class WordNumbers(dict[str, int]):
    """Numbers texts in the order in which they are first asked for."""

    def __missing__(self, word: str) -> int:
        """The next number, for a text that is new."""
        number = self[word] = len(self)
        return number


def encode_words(text: "pd.Series[str]") -> tuple[Codes, Words]:
    """Number of the word in each row, and the words; some words may stand in no row."""
    column = text.array
    if isinstance(column, pd.Categorical):
        return np.asarray(column.codes), np.asarray(column.categories, dtype=object)
    codes, words = pd.factorize(text, use_na_sentinel=False)
    return codes, np.asarray(words, dtype=object)


def repeated_text(word: str, n: int) -> "pd.Series[str]":
    """The same text in n rows."""
    codes = np.zeros(n, dtype=np.int8)
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index([word], dtype="str")), copy=False)


def text_of(codes: Codes, words: Sequence[str] | Words) -> "pd.Series[str]":
    """The column of these codes; equal words are made one."""
    distinct = WordNumbers()
    places = np.array([distinct[str(word)] for word in words], dtype=np.int32)
    if len(distinct) < len(words):
        codes = places[codes] if len(codes) else codes
    text = pd.Index(list(distinct), dtype="str")
    return pd.Series(pd.Categorical.from_codes(codes, text), copy=False)


def trim_text(text: "pd.Series[str]") -> "pd.Series[str]":
    """The texts without outer spaces, in rows that are numbered from 0."""
    if not isinstance(text.dtype, pd.CategoricalDtype):
        return text.str.strip().reset_index(drop=True)
    codes, words = encode_words(text)
    return text_of(codes, [word.strip() for word in words])


def join_text(parts: "Sequence[pd.Series[str]]") -> "pd.Series[str]":
    """Several columns of text under each other."""
    if len(parts) == 1:
        return parts[0]
    if not any(isinstance(part.dtype, pd.CategoricalDtype) for part in parts):
        return pd.concat(parts, ignore_index=True)
    numbers = WordNumbers()
    blocks = []
    for part in parts:
        codes, words = encode_words(part)
        places = np.array([numbers[str(word)] for word in words], dtype=np.int32)
        blocks.append(places[codes] if len(codes) else places[:0])
    return text_of(np.concatenate(blocks), list(numbers))


def overwrite_text(text: "pd.Series[str]", rows: NDArray[np.bool_], word: str) -> "pd.Series[str]":
    """The texts with the same word in some rows."""
    codes, words = encode_words(text)
    return text_of(np.where(rows, len(words), codes), [*words, word])


def replace_words(text: "pd.Series[str]", meaning: Mapping[str, str | None]) -> "pd.Series[str]":
    """The texts by their meaning; None makes a text missing. Texts that mean themselves cost nothing."""
    if all(word == meant for word, meant in meaning.items()):
        return text
    codes, words = encode_words(text)
    return text_by_code(
        [meaning.get(word) if isinstance(word, str) else None for word in words], codes
    )


def text_by_code(words: Sequence[object] | Words, codes: Codes) -> "pd.Series[str]":
    """A text column of tables: the word of each row; None and code -1 are missing."""
    known = pd.array([word if isinstance(word, str) else np.nan for word in words], dtype=TEXT)
    return pd.Series(known.take(codes, allow_fill=True), copy=False)
