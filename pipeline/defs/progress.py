"""Telling a person what is going on: lines on the console for `stance run`, the event log for the UI."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

TERMINAL_EVERY_S: Final = 0.25
LINE_EVERY_S: Final = 10.0
"""How often a count is renewed in a terminal, and how often it is written where every one stays."""

ESTIMATE_AFTER_S: Final = 3.0
"""Before that the time left would be a guess about the first few recordings."""

Clock = Callable[[], float]


@dataclass
class Counting:
    """A running count of long work: how far it is and how long it may still take.

    what: the things counted, such as "recordings". say: where lines go that stay (the event log).
    """

    what: str
    to_console: bool
    say: Callable[[str], None] | None = None
    clock: Clock = time.monotonic
    _began: tuple[float, int] | None = field(default=None, init=False)
    _first: tuple[float, int] | None = field(default=None, init=False)
    _console_at: float | None = field(default=None, init=False)
    _said_at: float | None = field(default=None, init=False)
    _width: int = field(default=0, init=False)

    def __call__(self, done: int, total: int, kept: int) -> None:
        """Tell, now and then, that `done` of `total` are done, `kept` of them without new work."""
        now = self.clock()
        if self._began is None:
            self._began = self._first = now, done
            self._said_at = now
        elif self._first == self._began and done > self._began[1]:
            self._first = now, done
        text = self._text(now, done, total, kept)
        is_last = done >= total
        if (
            self.say is not None
            and total
            and (is_last or self._is_due(self._said_at, LINE_EVERY_S))
        ):
            self._said_at = now
            self.say(text)
        if self.to_console and total:
            self._print(now, text, is_last=is_last)

    def _is_due(self, last: float | None, every_s: float) -> bool:
        return last is None or self.clock() - last >= every_s

    def _print(self, now: float, text: str, *, is_last: bool) -> None:
        in_place = sys.stderr.isatty()
        if not is_last and not self._is_due(
            self._console_at, TERMINAL_EVERY_S if in_place else LINE_EVERY_S
        ):
            return
        self._console_at = now
        if not in_place:
            print(f"  {text}", file=sys.stderr, flush=True)
            return
        line = f"  {text}".ljust(self._width)
        self._width = len(line.rstrip())
        print(f"\r{line}", end="\n" if is_last else "", file=sys.stderr, flush=True)

    def _text(self, now: float, done: int, total: int, kept: int) -> str:
        # Counted from the first result, because other processes need a while until they work.
        first_s, done_before = self._first or (now, done)
        text = f"{self.what} {done} of {total}"
        if kept:
            text += f" ({kept} from the cache)"
        spent_s, new = now - first_s, done - done_before
        if done < total and new > 0 and spent_s >= ESTIMATE_AFTER_S:
            text += f", {_about(spent_s * (total - done) / new)} left"
        return text


@dataclass
class Progress:
    """Says what each step did. `to_console` is set by the command line only."""

    to_console: bool = False
    clock: Clock = field(default=time.monotonic, repr=False)

    def say(self, text: str) -> None:
        """One line about a step that has ended."""
        if self.to_console:
            print(f"  {text}", file=sys.stderr, flush=True)

    def counting(self, what: str, say: Callable[[str], None] | None = None) -> Counting:
        """A running count of long work; `say` is where lines that stay are written as well."""
        return Counting(what, self.to_console, say, self.clock)


def _about(seconds: float) -> str:
    """A length of time as a person would say it."""
    if seconds < 90:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"
