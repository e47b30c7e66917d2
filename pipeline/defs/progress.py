"""Telling a person what is going on: lines on the console for `stance run`, the event log for the UI."""

import sys
import time
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Says what each step did. `to_console` is set by the command line only."""

    to_console: bool = False
    _last_count_at: float = field(default=0.0, repr=False)

    def say(self, text: str) -> None:
        """One line about a step that has ended."""
        if self.to_console:
            print(f"  {text}", file=sys.stderr, flush=True)

    def count(self, what: str, done: int, total: int) -> None:
        """A running count of long work, at most four times a second."""
        if not self.to_console or not sys.stderr.isatty():
            return
        now = time.monotonic()
        if done < total and now - self._last_count_at < 0.25:
            return
        self._last_count_at = now
        end = "\n" if done == total else ""
        print(f"\r  {what} {done} of {total}", end=end, file=sys.stderr, flush=True)
