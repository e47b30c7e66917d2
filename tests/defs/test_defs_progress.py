"""What a person reads while recordings are measured."""

import io
import sys

import pytest

from pipeline.defs.progress import Progress


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def told(capsys):
    """count(steps, ...) -> (what the console shows, lines of the event log)."""

    def count(steps, *, total=500, kept=100, to_console=True):
        clock, log = Clock(), []
        progress = Progress(to_console=to_console, clock=clock)
        counting = progress.counting("recordings", log.append)
        for now_s, done in steps:
            clock.now_s = now_s
            counting(done, total, kept)
        return capsys.readouterr().err, log

    return count


def test_the_time_left_follows_from_new_work_and_not_from_the_cache(told):
    console, _ = told([(0, 100), (15, 105), (33, 150), (160, 500)])
    assert console.splitlines() == [
        "  recordings 100 of 500 (100 from the cache)",
        "  recordings 105 of 500 (100 from the cache)",
        "  recordings 150 of 500 (100 from the cache), about 2 min left",
        "  recordings 500 of 500 (100 from the cache)",
    ]


@pytest.mark.parametrize(
    ("left", "says"),
    [(6, "about 5 s"), (60, "about 60 s"), (600, "about 10 min"), (9000, "about 2.5 h")],
)
def test_times_are_said_as_people_say_them(told, left, says):
    console, _ = told([(0, 0), (5, 2), (15, 12)], total=12 + left, kept=0)
    said = console.splitlines()[-1]
    assert said.endswith(f", {says} left")


def test_the_first_moments_give_no_estimate(told):
    assert "left" not in told([(0, 0), (2.5, 499)], kept=0)[0]


def test_lines_that_stay_are_written_every_ten_seconds_and_at_the_end(told):
    console, log = told([(second, 100 + second) for second in range(401)])
    assert len(log) == 40
    assert len(console.splitlines()) == 41  # and one when it starts
    assert log[-1] == "recordings 500 of 500 (100 from the cache)"


def test_a_terminal_shows_one_line_that_is_written_over(told, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    told([(0, 0), (5, 10), (10, 500)], kept=0)
    text = terminal.getvalue()
    assert text.count("\n") == 1
    shown = text.split("\r")[1:]
    assert len(shown) == 3
    assert len(shown[-1].rstrip("\n")) >= len(shown[-2].rstrip())


def test_without_a_console_only_the_event_log_is_told(told):
    console, log = told([(0, 0), (20, 10), (30, 500)], to_console=False)
    assert (console, len(log)) == ("", 2)


def test_a_cohort_without_recordings_is_told_nothing(told):
    assert told([(0, 0)], total=0, kept=0) == ("", [])
