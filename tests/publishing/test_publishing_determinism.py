"""The same inputs give the same bytes."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from pipeline.publishing.build import build_report
from pipeline.publishing.fix_list.quality_summary import quality_summary_html
from pipeline.publishing.fix_list.write_fix_list import fix_list_csv, fix_list_html
from pipeline.publishing.writers.write_csv import write_csvs
from pipeline.publishing.writers.write_docx import write_docx
from pipeline.publishing.writers.write_plain_files import (
    write_citations,
    write_figures,
    write_html,
    write_methods,
    write_numbers,
)
from pipeline.publishing.writers.write_xlsx import write_xlsx


def _everything(report, inputs):
    return {
        "report.html": write_html(report).encode(),
        "report.docx": write_docx(report),
        "tables.xlsx": write_xlsx(report),
        "numbers.json": write_numbers(report),
        "methods.md": write_methods(report),
        "citations.bib": write_citations(report),
        "fix-list.html": fix_list_html(inputs.findings, inputs.cohort).encode(),
        "fix-list.csv": fix_list_csv(inputs.findings),
        "quality.html": quality_summary_html(
            inputs.findings, inputs.cohort, inputs.groups
        ).encode(),
        **write_csvs(report),
        **write_figures(report),
    }


def test_two_reports_of_the_same_inputs_are_the_same_bytes(report, inputs, invented):
    again = _everything(build_report(invented.make_inputs()), inputs)
    first = _everything(report, inputs)
    assert [name for name in first if first[name] != again[name]] == []
    assert first.keys() == again.keys()


def test_another_process_zone_and_hash_seed_give_the_same_bytes(report, invented):
    """Sets and dates must not leak into the files."""
    code = (
        "import sys, importlib.util, hashlib\n"
        "spec = importlib.util.spec_from_file_location('study', sys.argv[1])\n"
        "study = importlib.util.module_from_spec(spec); spec.loader.exec_module(study)\n"
        "from pipeline.publishing.build import build_report\n"
        "from pipeline.publishing.writers.write_docx import write_docx\n"
        "from pipeline.publishing.writers.write_plain_files import write_html\n"
        "from pipeline.publishing.writers.write_xlsx import write_xlsx\n"
        "report = build_report(study.make_inputs())\n"
        "for part in (write_html(report).encode(), write_docx(report), write_xlsx(report)):\n"
        "    print(hashlib.sha256(part).hexdigest())\n"
    )
    source = str(Path(invented.__file__))
    found = subprocess.run(
        [sys.executable, "-c", code, source],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
    ).stdout.split()
    parts = (write_html(report).encode(), write_docx(report), write_xlsx(report))
    assert found == [hashlib.sha256(part).hexdigest() for part in parts]


def test_rows_of_the_points_in_another_order_give_the_same_figure(report, inputs, invented):
    shuffled = inputs.participant_points.sample(frac=1, random_state=1)
    other = build_report(
        invented.make_inputs().__class__(**{**vars(inputs), "participant_points": shuffled})
    )
    names = ("activation_points.svg", "activation_points.csv")
    assert [write_figures(other)[n] for n in names] == [write_figures(report)[n] for n in names]
