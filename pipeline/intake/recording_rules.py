"""Rules about recordings as files: no signal may stand for two people, legs or trials."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.intake.discovery import file_inside
from pipeline.intake.drafts import Draft
from pipeline.intake.messages import Finding
from pipeline.workspace.hashing import sha256_of_file


def check_recordings_differ(recordings: Draft, folder: Path) -> list[Finding]:
    """REC-06 for usable rows whose file has the content of another row's, for the same part.

    Rows that use different parts of one file (start_s, end_s) are different recordings.
    """
    frame = recordings.frame
    usable = frame.loc[recordings.usable, ["file", "start_s", "end_s"]]
    if usable.empty:
        return []
    content = usable["file"].map(_contents(usable["file"], folder))
    parts = usable.assign(content=content)[["content", "start_s", "end_s"]]
    twins = parts[parts.duplicated(keep=False)]
    findings: list[Finding] = []
    for _, group in twins.groupby(["content", "start_s", "end_s"], dropna=False, sort=False):
        for position in group.index:
            others = [recordings.addresses.cell(o, "file") for o in group.index if o != position]
            rows = np.zeros(len(frame), dtype=bool)
            rows[position] = True
            facts = {"other": " and ".join(others[:3])}
            findings += recordings.findings("REC-06", "file", rows, facts)
    leaving = np.zeros(len(frame), dtype=bool)
    leaving[twins.index.to_numpy(dtype=int)] = True
    recordings.leave(leaving, "REC-06")
    return findings


def _contents(files: "pd.Series[str]", folder: Path) -> dict[str, str]:
    """File name -> something equal only for equal content; a file of unique size is not read."""
    paths = {name: file_inside(folder, str(name)) for name in files.unique()}
    sizes = pd.Series({n: p.stat().st_size for n, p in paths.items() if p is not None})
    alone = ~sizes.duplicated(keep=False)
    return {
        str(name): str(name) if path is None or alone[name] else sha256_of_file(path)
        for name, path in paths.items()
    }
