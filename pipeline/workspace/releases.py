"""Releases: a report folder appears by one rename, LATEST names the valid one."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

from pipeline.workspace.atomic import remove_leftovers, sync_folder, write_bytes, write_text
from pipeline.workspace.hashing import sha256_of_bytes, sha256_of_file

_STAGING_PREFIX = ".staging-"
MANIFEST_NAME = "manifest.json"
LATEST_NAME = "LATEST"
SUPERSEDED_NAME = "SUPERSEDED.txt"


@dataclass(frozen=True)
class Manifest:
    """What a release was made from, with which code, and how it ended.

    inputs: relative path -> SHA-256. outputs: relative path -> SHA-256 of every other file of the
    release. verdict: final or draft. versions: package -> version. constraints: SHA-256 of the
    file of exact versions.
    """

    cohort: str
    release: str
    command: str
    inputs: dict[str, str]
    code: str
    versions: dict[str, str]
    verdict: str
    exit_code: int
    summary: str = ""
    constraints: str = ""
    outputs: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        """The manifest as it is written into the release."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def publish(reports: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Path:
    """Write a release folder `reports/<manifest.release>` in one step and point LATEST to it.

    files: relative path (forward slashes) -> content. A folder of the same name is replaced; a kill
    between its two renames leaves no valid release, so that the next run makes it again. At any
    other moment there is either the whole old or the whole new release. Returns the folder.
    """
    reports.mkdir(parents=True, exist_ok=True)
    clear_staging(reports)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=reports))
    staging.chmod(0o755)
    for name, content in sorted(files.items()):
        write_bytes(staging / name, content)
    outputs = {name: sha256_of_bytes(content) for name, content in sorted(files.items())}
    finished = replace(manifest, outputs=outputs)
    write_text(staging / MANIFEST_NAME, finished.as_json())

    target = reports / manifest.release
    if target.exists():
        retired = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=reports))
        target.rename(retired / "old")
    staging.rename(target)
    sync_folder(reports)
    write_text(reports / LATEST_NAME, manifest.release + "\n")
    clear_staging(reports)
    return target


def latest_release(reports: Path) -> Path | None:
    """Folder of the valid release, or None when there is none or it is incomplete."""
    pointer = reports / LATEST_NAME
    if not pointer.is_file():
        return None
    folder = reports / pointer.read_text(encoding="utf-8").strip()
    return folder if (folder / MANIFEST_NAME).is_file() else None


def read_manifest(release: Path) -> dict[str, Any] | None:
    """The manifest of a release as plain data; None when it cannot be read."""
    try:
        content = json.loads((release / MANIFEST_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def supersede(reports: Path, why: str) -> Path | None:
    """Mark the valid release as no longer valid; answers its folder, None when there was none.

    LATEST goes away, the folder keeps its files, and a note beside them and a banner in its HTML
    report say why.
    """
    release = latest_release(reports)
    if release is None:
        return None
    write_text(release / SUPERSEDED_NAME, why + "\n")
    page = release / "report.html"
    if page.is_file():
        html = page.read_text(encoding="utf-8")
        banner = (
            f'<p class="superseded" role="alert"><strong>Superseded.</strong> {escape(why)}</p>'
        )
        if 'class="superseded"' not in html:
            start = html.find(">", html.find("<body")) + 1
            write_text(page, html[:start] + banner + html[start:])
    (reports / LATEST_NAME).unlink(missing_ok=True)
    return release


def clear_staging(reports: Path) -> None:
    """Remove what a killed run left in a report folder."""
    if not reports.is_dir():
        return
    for entry in reports.glob(f"{_STAGING_PREFIX}*"):
        shutil.rmtree(entry, ignore_errors=True)
    remove_leftovers(reports)


def reasons_to_run(release: Path | None, inputs: Mapping[str, str], code: str) -> list[str]:
    """Why a cohort has to be analysed again, one sentence each; empty when nothing changed.

    release: folder of the valid release or None. inputs: relative path -> SHA-256 of the input
    files now. code: hash of the code now.
    """
    if release is None:
        return ["there is no valid report yet"]
    manifest = read_manifest(release)
    if manifest is None:
        return ["the manifest of the last report cannot be read"]
    before: dict[str, str] = manifest.get("inputs", {})
    reasons = [f"{name} is new" for name in sorted(inputs.keys() - before.keys())]
    reasons += [f"{name} is gone" for name in sorted(before.keys() - inputs.keys())]
    reasons += [
        f"{name} changed"
        for name in sorted(inputs.keys() & before.keys())
        if inputs[name] != before[name]
    ]
    if manifest.get("code") != code:
        reasons.append("the code of Stance or a numerical package changed")
    outputs: dict[str, str] = manifest.get("outputs", {})
    damaged = [
        name
        for name, digest in sorted(outputs.items())
        if not (release / name).is_file() or sha256_of_file(release / name) != digest
    ]
    reasons += [f"{name} of the last report is missing or was changed" for name in damaged]
    return reasons
