"""Documents and code agree: versions, commands, exit codes, no addresses and no machine paths."""

import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from pipeline.workspace.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def _tracked() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_versions_agree():
    version = PROJECT["project"]["version"]
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {version}" in citation
    released = re.search(r"^date-released: (.*)$", citation, flags=re.M)
    assert released is not None
    assert f"## {version} - {released[1]}\n" in (ROOT / "CHANGELOG.md").read_text()


def test_every_dependency_is_pinned_without_an_address():
    pins = (ROOT / "constraints.txt").read_text()
    assert not re.search(r"https?://|index-url|find-links|@ file", pins)
    names = {re.split(r"[=\s;]", line)[0].lower() for line in pins.splitlines() if "==" in line}
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    for requirement in wanted:
        name = re.split(r"[\[<>=;\s]", requirement)[0].lower().replace(".", "-")
        assert name in names, name


def test_the_readme_lists_every_exit_code_of_the_command():
    readme = (ROOT / "README.md").read_text()
    listed = {int(n) for n in re.findall(r"^\| (\d+) \|", readme, flags=re.M)}
    not_yet = {ExitCode.PLAN_BROKEN}
    assert listed == {int(code) for code in ExitCode if code not in not_yet}


def test_pictures_of_the_readme_exist():
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / picture).is_file(), picture


def test_no_machine_path_and_no_registry_in_a_commit():
    machine = re.compile(r"(?<![\w.])/(w[o]rk|r[o]ot|h[o]me/\w+)/")
    for path in _tracked():
        if path.suffix in {".png", ".parquet"} or path.name == "uv.lock":
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not machine.search(text), path
    assert not any(path.name in {"uv.lock", "package-lock.json"} for path in _tracked())


def test_ci_runs_the_readme_test_command():
    assert "<!-- test command -->" in (ROOT / "README.md").read_text()
    assert "<!-- test command -->" in (ROOT / ".ci" / "run").read_text()


DECISIONS = ROOT / "docs" / "decisions"


def test_the_index_of_decisions_lists_every_file():
    index = (DECISIONS / "README.md").read_text()
    listed = set(re.findall(r"^\| \[[^]]+\]\(([^)]+)\) \|", index, flags=re.M))
    assert listed == {path.name for path in DECISIONS.iterdir()} - {"README.md"}


def test_every_decision_is_dated_and_the_newest_stands_last():
    for path in sorted(DECISIONS.glob("*.md")):
        if path.name == "README.md":
            continue
        titles = re.findall(r"^## (.*)$", path.read_text(), flags=re.M)
        assert titles, path.name
        dates = [title[:10] for title in titles]
        for title in titles:
            assert re.match(r"20\d\d-\d\d-\d\d \S", title), f"{path.name}: {title}"
        assert dates == sorted(dates), path.name


def test_pages_that_documents_link_to_exist():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.relative_to(ROOT)}: {link}"


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/glossary.md", "CONTRIBUTING.md"])
def test_paths_that_a_page_names_exist(page):
    text = (ROOT / page).read_text()
    for path in re.findall(r"`((?:pipeline|schemas|tests|docs|benchmarks)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), f"{page}: {path}"


def test_the_picture_of_the_house_is_the_one_that_its_script_draws():
    path = ROOT / "docs" / "pictures" / "make_architecture.py"
    spec = importlib.util.spec_from_file_location("make_architecture", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    drawn = script.picture(script.imports(ROOT))
    assert script.PICTURE.read_text(encoding="utf-8") == drawn, (
        f"run python {path.name} in docs/pictures"
    )


def test_every_word_of_the_glossary_stands_once_and_in_order():
    for part in (ROOT / "docs" / "glossary.md").read_text().split("\n## ")[1:]:
        terms = re.findall(r"^\| ([^|]+?) \|", part, flags=re.M)
        words = [term.casefold() for term in terms if term not in {"term", "---"}]
        assert words == sorted(set(words)), part.splitlines()[0]
