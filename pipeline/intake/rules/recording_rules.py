"""Rules about recordings as files: they are there, each stands for one row, each row has its part.

And about what activation is divided by: study.yaml declares it, and it decides what may be compared.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import cell_findings, finding_of_rivals, seen_from
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.files.cohort_files import HIDDEN, HIDDEN_FIX
from pipeline.intake.files.discovery import file_inside
from pipeline.intake.findings.messages import (
    Finding,
    listed,
    make_finding,
    near_sentence,
    nearest,
    quoted,
)
from pipeline.intake.settings.study_file import STUDY_FILE, path_text
from pipeline.intake.settings.yaml_text import KeyPath, YamlText
from pipeline.workspace.hashing import Sha256OfFile, is_hidden, sha256_of_file
from schemas.normalisation import NORMALISATIONS
from schemas.recording_formats import ONLY_RECORDINGS
from schemas.study import Study

_UNREADABLE: Final = {
    "problem": "The file is there, but it cannot be opened: this account may not read it, or the disk or "
    "another program refuses.",
    "suggestion": "Close the file in other programs, or copy it into the cohort folder again so that it "
    "can be read.",
}


def check_recordings(
    recordings: Draft, folder: Path, sha256_of: Sha256OfFile | None = None
) -> list[Finding]:
    """All rules about recordings as files, root causes first: REC-01, REC-02, REC-08, REC-06, REC-07.

    sha256_of: hash of a file's content, for a caller who knows it from an earlier run.
    """
    return [
        *check_recording_files(recordings, folder),
        *check_parts(recordings),
        *check_recordings_differ(recordings, folder, sha256_of or sha256_of_file),
        *check_all_files_named(recordings, folder),
    ]


def check_recording_files(recordings: Draft, folder: Path) -> list[Finding]:
    """REC-01 where the file is not a plain file inside the cohort folder, REC-02 where it is hidden."""
    names = recordings.frame["file"].str.replace("\\", "/", regex=False)
    recordings.frame["file"] = names
    paths = {name: file_inside(folder, str(name)) for name in names.dropna().unique()}
    hidden = [name for name, path in paths.items() if path and is_hidden(folder.resolve(), path)]
    absent = recordings.usable & names.isin([n for n, p in paths.items() if p is None]).to_numpy()
    unseen = recordings.usable & names.isin(hidden).to_numpy()
    recordings.leave(absent, "REC-01")
    recordings.leave(unseen, "REC-02")
    facts = {"problem": HIDDEN, "suggestion": HIDDEN_FIX}
    findings = recordings.findings("REC-02", "file", unseen, facts)
    positions = np.flatnonzero(absent).tolist()
    # A file that another row names is that row's recording, never the one that is missing.
    taken = frozenset(names.dropna().astype(str))
    nearby = _files_beside(folder, names.iloc[positions], taken) if positions else {}
    return findings + cell_findings(
        "REC-01",
        recordings.addresses,
        "file",
        positions,
        names.iloc[positions].tolist(),
        lambda found: {"near": near_sentence(found, nearby.get(_parent(found), ()), "file")},
    )


def check_parts(recordings: Draft) -> list[Finding]:
    """REC-08 for usable rows whose part of the file ends before it starts."""
    start_s = recordings.frame["start_s"].fillna(0.0)
    backwards = (recordings.frame["end_s"] <= start_s).fillna(False).to_numpy(dtype=bool)
    backwards = backwards & recordings.usable
    recordings.leave(backwards, "REC-08")
    return recordings.findings("REC-08", "end_s", backwards, {})


def check_recordings_differ(
    recordings: Draft, folder: Path, sha256_of: Sha256OfFile
) -> list[Finding]:
    """REC-06 for usable rows whose file has the content of another row's, for the same part.

    One finding per signal names all its rows. Rows that use different parts of one file (start_s,
    end_s) are different recordings. REC-02 for a file that has to be compared and cannot be opened.
    """
    frame = recordings.frame
    in_use = recordings.usable
    usable = frame.loc[in_use, ["file", "start_s", "end_s"]]
    if usable.empty:
        return []
    contents, unreadable = _contents(usable["file"], folder, sha256_of)
    refused = in_use & frame["file"].isin(unreadable).to_numpy(dtype=bool)
    recordings.leave(refused, "REC-02")
    usable = usable[~refused[in_use]]
    content = usable["file"].map(contents)
    parts = usable.assign(content=content)[["content", "start_s", "end_s"]]
    twins = parts[parts.duplicated(keep=False)]
    findings = recordings.findings("REC-02", "file", refused, _UNREADABLE)
    for _, group in twins.groupby(["content", "start_s", "end_s"], dropna=False, sort=False):
        positions = group.index.tolist()
        cells = [
            seen_from(recordings.addresses, positions[0], position, "file")
            for position in positions[:4]
        ]
        findings.append(
            finding_of_rivals(
                "REC-06",
                recordings.addresses,
                "file",
                positions,
                str(frame["file"].iloc[positions[0]]),
                {"places": " and ".join(cells)},
            )
        )
    leaving = np.zeros(len(frame), dtype=bool)
    leaving[twins.index.to_numpy(dtype=int)] = True
    recordings.leave(leaving, "REC-06")
    return findings


def check_all_files_named(recordings: Draft, folder: Path) -> list[Finding]:
    """REC-07: one note on the files beside recordings that no row names.

    Looks in the folders of the named files, at files of the same kinds. A file is left out that is
    probably one that is missing or hidden: it lies in the folder of one, or is called like one; so are all
    where no more are left than are missing.
    """
    names = recordings.frame["file"].dropna().astype(str)
    troubled = np.isin(recordings.reason, ("REC-01", "REC-02"))
    missing = names[_rows_of(names, troubled)].tolist()
    unsure = {_parent(name) for name in missing}
    called = [Path(name).name for name in missing]
    kinds = {_kind(name) for name in names}
    parents = sorted({_parent(name) for name in names} - unsure)
    taken = frozenset(names)
    unnamed = [
        name
        for parent in parents
        for name in _unnamed_files(folder, parent, taken)
        if _kind(name) in kinds
        and (parent or _kind(name) in ONLY_RECORDINGS)  # a table may lie there, too
        and nearest(Path(name).name, called) is None
    ]
    if len(unnamed) <= len(missing):
        return []
    source = recordings.addresses.sources[0]
    words = quoted(unnamed[0]) if len(unnamed) == 1 else f"{len(unnamed)} files"
    return [
        make_finding(
            "REC-07",
            table=recordings.table.name,
            file=source.file,
            sheet=source.sheet,
            column="file",
            found=words,
            facts={"files": listed(unnamed, 5)},
        )
    ]


def _rows_of(names: "pd.Series[str]", rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(rows[names.index.to_numpy(dtype=int)], dtype=bool)


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _kind(name: str) -> str:
    return Path(name).suffix.lower()


def _files_beside(
    folder: Path, names: "pd.Series[str]", taken: frozenset[str]
) -> Mapping[str, Sequence[str]]:
    """For the folders that missing recordings should be in: the files there that no row names."""
    parents = {_parent(str(name)) for name in names}
    return {parent: _unnamed_files(folder, parent, taken) for parent in parents}


def _unnamed_files(folder: Path, parent: str, taken: frozenset[str]) -> list[str]:
    """Names, from the cohort folder on, of plain visible files in one of its folders that no row names."""
    root = folder.resolve()
    try:
        place = (folder / parent).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):  # absent, a loop of links, a name no system has
        return []
    if not (place.is_relative_to(root) and place.is_dir()):
        return []
    prefix = f"{parent}/" if parent else ""
    try:
        seen = {prefix + p.name for p in place.iterdir() if p.is_file() and not is_hidden(root, p)}
    except OSError:  # a folder that this account may not look into
        return []
    return sorted(seen - taken)


def _contents(
    files: "pd.Series[str]", folder: Path, sha256_of: Sha256OfFile
) -> tuple[dict[str, str], list[str]]:
    """File name -> something equal only for equal content, and the files that cannot be opened.

    A file of unique size is not read.
    """
    contents: dict[str, str] = {}
    paths: dict[str, Path] = {}
    sizes: dict[str, int] = {}
    unreadable: list[str] = []
    for name in map(str, files.unique()):
        contents[name] = name
        path = file_inside(folder, name)
        if path is not None:
            try:
                paths[name], sizes[name] = path, path.stat().st_size
            except OSError:
                unreadable.append(name)
    n_of_size = Counter(sizes.values())
    for name, size in sizes.items():
        if n_of_size[size] > 1:
            try:
                contents[name] = sha256_of(paths[name])
            except OSError:
                unreadable.append(name)
    return contents, unreadable


_KEY: Final[KeyPath] = ("emg", "normalisation")
_RECORDINGS: Final = "A percentage means nothing without what it is divided by, so the recordings give microvolts only."
_READY_MADE: Final = (
    "A percentage means nothing without what it is divided by, and the report cannot say it of the %MVIC "
    "in the activation table."
)
_CONTRADICTED: Final = "study.yaml says none, but the activation table has values in %MVIC."


def check_normalisation(
    drafts: Mapping[str, Draft], study: Study, document: YamlText
) -> list[Finding]:
    """STUDY-03 where percentages lack their declaration, STUDY-04 where groups cannot be compared by it.

    Rows of a ready-made table that name their own normalisation need no word in study.yaml.
    """
    has_recordings = "recordings" in drafts and bool(drafts["recordings"].usable.any())
    has_percent, is_told = _ready_made(drafts.get("activation"))
    method = study.emg.method
    if method is None:
        consequence = _RECORDINGS if has_recordings else "" if is_told else _READY_MADE
        return [_finding("STUDY-03", study, document, consequence)] if consequence else []
    if method.term == "none" and has_percent and not is_told:
        return [_finding("STUDY-03", study, document, _CONTRADICTED)]
    if method.warning and (has_recordings or has_percent):
        return [_finding("STUDY-04", study, document, method.warning)]
    return []


def _ready_made(activation: Draft | None) -> tuple[bool, bool]:
    """Whether a ready-made table has %MVIC, and whether each of them says what it is divided by."""
    if activation is None:
        return False, True
    rows = activation.frame[activation.usable]
    percent = rows["gmed_pct_mvic"].notna()
    told = rows["normalisation"].notna() if "normalisation" in rows else percent & False
    return bool(percent.any()), bool(told[percent].all())


def _finding(rule_id: str, study: Study, document: YamlText, problem: str) -> Finding:
    line = document.line(_KEY)
    return make_finding(
        rule_id,
        file=STUDY_FILE,
        cell=f"line {line}" if line > 1 or _KEY[:1] in document.lines else "",
        column=path_text(_KEY),
        found=quoted(study.emg.normalisation) if study.emg.normalisation else "",
        row=line,
        facts={"problem": problem, "terms": listed(list(NORMALISATIONS), 10)},
    )
