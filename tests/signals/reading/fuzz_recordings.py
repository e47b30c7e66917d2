"""Damages recordings in many ways and counts how they end: read, refused in words, or wrong.

    python tests/signals/reading/fuzz_recordings.py FOLDER [VARIANTS] [SEED]

FOLDER holds recordings of any format; every file gets VARIANTS damaged copies. A copy that raises
anything but SignalProblem, takes longer than half a minute or crashes the process is wrong.
"""

import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import SignalProblem
from schemas.emg_settings import EmgSettings
from schemas.recording_formats import FORMAT_OF

HEAD_BYTES = 4096
SLOW_S = 30.0
Damage = Callable[[bytes, np.random.Generator], bytes]


def cut_anywhere(content, rng):
    return content[: rng.integers(0, len(content))]


def cut_in_head(content, rng):
    return content[: rng.integers(0, min(HEAD_BYTES, len(content)))]


def flip_bits_in_head(content, rng):
    return _flipped(content, rng, min(HEAD_BYTES, len(content)))


def flip_bits_anywhere(content, rng):
    return _flipped(content, rng, len(content))


def flip_bits_at_end(content, rng):
    cut = max(len(content) - HEAD_BYTES, 0)
    return content[:cut] + _flipped(content[cut:], rng, len(content) - cut)


def extreme_bytes_in_head(content, rng):
    damaged = bytearray(content)
    for place in rng.integers(0, min(HEAD_BYTES, len(content)), rng.integers(1, 9)):
        damaged[place] = rng.choice([0x00, 0x7F, 0x80, 0xFF, 0x2D, 0x39])
    return bytes(damaged)


def block_lost(content, rng):
    start = rng.integers(0, len(content))
    return content[:start] + content[start + rng.integers(1, 5000) :]


def block_twice(content, rng):
    start = rng.integers(0, len(content))
    length = rng.integers(1, 5000)
    return content[: start + length] + content[start:]


def zeros_over_a_block(content, rng):
    start = rng.integers(0, len(content))
    length = min(int(rng.integers(1, 5000)), len(content) - start)
    return content[:start] + bytes(length) + content[start + length :]


def noise_at_end(content, rng):
    return content + rng.bytes(rng.integers(1, 5000))


DAMAGES: tuple[Damage, ...] = (
    cut_anywhere,
    cut_in_head,
    flip_bits_in_head,
    flip_bits_anywhere,
    flip_bits_at_end,
    extreme_bytes_in_head,
    block_lost,
    block_twice,
    zeros_over_a_block,
    noise_at_end,
)


def _flipped(content, rng, end):
    damaged = bytearray(content)
    for place in rng.integers(0, max(end, 1), rng.integers(1, 17)):
        if place < len(damaged):
            damaged[place] ^= 1 << rng.integers(0, 8)
    return bytes(damaged)


def outcome(path: Path) -> str:
    """`read`, `refused`, or what went wrong."""
    started = time.perf_counter()
    try:
        recording = read_recording(path, EmgSettings(sampling_rate_hz=2000))
    except SignalProblem as problem:
        assert problem.what.endswith("."), problem.what
        assert problem.fix.endswith("."), problem.fix
        result = "refused"
    except BaseException as problem:
        last = traceback.extract_tb(problem.__traceback__)[-1]
        return f"WRONG {type(problem).__name__} in {Path(last.filename).name}:{last.lineno}"
    else:
        for channel in recording.channels:
            assert channel.samples.dtype == np.float32
            assert np.isfinite(channel.sampling_rate_hz)
            assert channel.sampling_rate_hz > 0
        result = "read"
    return result if time.perf_counter() - started < SLOW_S else "WRONG slow"


def fuzzed(source: Path, n_variants: int, seed: int, folder: Path) -> Counter[str]:
    """How often which outcome came of damaged copies of a file."""
    content = source.read_bytes()
    counts: Counter[str] = Counter()
    for number in range(n_variants):
        rng = np.random.default_rng([seed, number])
        damage = DAMAGES[number % len(DAMAGES)]
        path = folder / f"damaged{source.suffix}"
        path.write_bytes(damage(content, rng))
        result = outcome(path)
        counts[result] += 1
        if result.startswith("WRONG"):
            print(f"  {source.name} variant {number} ({damage.__name__}): {result}", flush=True)
    return counts


def main(folder: Path, n_variants: int, seed: int) -> int:
    """Fuzz every recording of a folder; answers the number of wrong outcomes."""
    n_wrong = 0
    with tempfile.TemporaryDirectory() as work:
        for source in sorted(folder.rglob("*")):
            if source.suffix.lower() in FORMAT_OF and source.name != "SOURCE.txt":
                counts = fuzzed(source, n_variants, seed, Path(work))
                n_wrong += sum(n for result, n in counts.items() if result.startswith("WRONG"))
                print(f"{source.name}: {dict(counts)}", flush=True)
    return n_wrong


if __name__ == "__main__":
    sys.exit(
        min(
            main(
                Path(sys.argv[1]),
                int(sys.argv[2]) if len(sys.argv) > 2 else 500,
                int(sys.argv[3]) if len(sys.argv) > 3 else 0,
            ),
            1,
        )
    )
