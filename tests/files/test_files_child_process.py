"""A reader in a process of its own: what it answers, and that whatever it does costs one file."""

import json

import pytest

from pipeline.files.child_process import EXIT_CODES, ChildProblemError, read_in_child

ANSWERS = """
SIGNS = {"secret code": "encoding"}

def read(kind, path, most_bytes):
    if kind == "encoding":
        raise ValueError("a Secret Code")
    if kind == "too large":
        bytearray(10**12)
    if kind == "other":
        raise KeyError(path)
    return {"kind": kind, "most_bytes": most_bytes}, [b"ab\\n", b"", b"cde"]
"""


@pytest.fixture
def reader(tmp_path):
    def write(source):
        path = tmp_path / "reader.py"
        path.write_text(source, encoding="utf-8")
        return str(path)

    return write


def read(reader, kind="all", *, path="data", memory_mb=500, seconds=30):
    return read_in_child(reader, kind, path, memory_mb=memory_mb, seconds=seconds)


def test_the_answer_is_what_the_reader_says_and_its_bytes(reader, tmp_path):
    head, blobs = read(reader(ANSWERS), path=tmp_path / "data")
    assert head == {"kind": "all", "most_bytes": 125_000_000}
    assert [bytes(blob) for blob in blobs] == [b"ab\n", b"", b"cde"]


@pytest.mark.parametrize(
    ("source", "kind", "problem"),
    [
        (ANSWERS, "encoding", "encoding"),
        (ANSWERS, "too large", "too large"),
        (ANSWERS, "other", "damaged"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "", "damaged"),
        ("import time; time.sleep(60)", "", "damaged"),
        ("import sys; print('no JSON'); sys.exit(0)", "", "damaged"),
        ("import os; print('no JSON', flush=True); os._exit(0)", "", "damaged"),
        (f"import os; os._exit({EXIT_CODES['version']})", "", "version"),
    ],
)
def test_whatever_a_reader_does_costs_one_file(reader, tmp_path, source, kind, problem):
    seconds = 0.5 if "sleep" in source else 30
    with pytest.raises(ChildProblemError) as failed:
        read(reader(source), kind, path=tmp_path / "data", seconds=seconds)
    assert failed.value.problem == problem


def test_an_answer_that_is_cut_off_is_damaged(reader, tmp_path):
    line = json.dumps([{}, [5]])
    source = f"import os; os.write(1, {line.encode()!r} + b'\\nabc'); os._exit(0)"
    with pytest.raises(ChildProblemError, match="damaged"):
        read(reader(source), path=tmp_path / "data")
