"""Telling a person what is going on: lines on the console for `stance run`, the event log for the UI."""

import sys
import time
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Says what each step did. `to_console` is set by the command line only."""

    to_console: bool = False
    _last_count_at: float = field(default_factory=time.monotonic, repr=False)

    def say(self, text: str) -> None:
        """One line about a step that has ended."""
        if self.to_console:
            print(f"  {text}", file=sys.stderr, flush=True)

    def count(self, what: str, done: int, total: int) -> None:
        """A running count of long work: four times a second in a terminal, else every ten seconds."""
        if not self.to_console:
            return
        in_place = sys.stderr.isatty()
        now = time.monotonic()
        if done < total and now - self._last_count_at < (0.25 if in_place else 10.0):
            return
        self._last_count_at = now
        start, end = ("\r", "" if done < total else "\n") if in_place else ("", "\n")
        print(f"{start}  {what} {done} of {total}", end=end, file=sys.stderr, flush=True)
