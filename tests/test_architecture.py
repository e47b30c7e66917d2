"""The arrows of DESIGN: who may import whom, and that the domain knows no Dagster."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUND = {"pipeline.workspace", "schemas"}
FILES = GROUND | {"pipeline.files"}
MAY_IMPORT = {
    "schemas": set(),
    "pipeline.workspace": {"schemas"},
    "pipeline.files": GROUND,
    "pipeline.intake": FILES,
    "pipeline.signals": FILES,
    "pipeline.statistics": GROUND,
    "pipeline.publishing": GROUND,
    "pipeline.simulation": GROUND,
    "pipeline.commands": GROUND | {"pipeline.intake", "pipeline.publishing", "pipeline.statistics"},
}


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[0] if parts[0] != "pipeline" or len(parts) == 1 else ".".join(parts[:2])


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_import_only_the_rooms_below(room):
    folder = ROOT / room.replace(".", "/")
    for path in folder.rglob("*.py"):
        for name in _imports(path):
            if name.split(".")[0] in {"pipeline", "schemas"}:
                assert _room(name) in MAY_IMPORT[room] | {room}, f"{path.name} imports {name}"


def _folder_arrows() -> dict[str, set[str]]:
    """Folder -> the folders that its files import; the entry points in `pipeline` itself are left out."""
    modules = {}
    for package in ("pipeline", "schemas"):
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            modules[".".join(parts[:-1] if is_package else parts)] = (path, ".".join(parts[:-1]))
    arrows: dict[str, set[str]] = {}
    for path, folder in modules.values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or node.module is None:
                continue
            for alias in node.names:
                named = f"{node.module}.{alias.name}"
                target = modules.get(named, modules.get(node.module, (path, folder)))[1]
                if folder not in ("pipeline", target):
                    arrows.setdefault(folder, set()).add(target)
    return arrows


def test_two_folders_never_import_each_other():
    arrows = _folder_arrows()
    for folder, targets in arrows.items():
        for target in targets:
            assert folder not in arrows.get(target, ()), f"{folder} <-> {target}"


def test_folders_form_no_circle():
    """Whatever imports nothing but what is already sorted is sorted; nothing may be left over."""
    arrows = _folder_arrows()
    left = set(arrows)
    while free := {folder for folder in left if not arrows[folder] & left}:
        left -= free
    assert not left, {folder: sorted(arrows[folder] & left) for folder in sorted(left)}


def test_only_the_wiring_knows_dagster():
    for path in (ROOT / "pipeline").rglob("*.py"):
        inside_wiring = {"defs", "running"} & set(path.parts) or path.name == "definitions.py"
        if not inside_wiring:
            assert not any(n.split(".")[0] == "dagster" for n in _imports(path)), path


FITS_AND_DRAWS = ("statsmodels", "scipy", "matplotlib", "docx", "xlsxwriter", "pipeline.statistics")
FIX_LIST_ALONE = (
    "pipeline.publishing.build",
    "pipeline.publishing.figures",
    "pipeline.publishing.sections",
    "pipeline.publishing.signal_pages",
)


def _loads_none_of(names, arguments, expected_exit):
    """Run a command in a process of its own, which fails when it has loaded one of these modules."""
    code = (
        "import sys; from pipeline.cli import main; ended = main(sys.argv[2:]);"
        "loaded = set(sys.argv[1].split(',')) & set(sys.modules);"
        f"sys.exit(str(loaded) if loaded else ended != {expected_exit} and f'ended with {{ended}}')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, ",".join(names), *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def test_help_needs_no_heavy_library():
    _loads_none_of(("dagster", "pandas", *FITS_AND_DRAWS, *FIX_LIST_ALONE), ["--help"], 0)


def test_a_stopped_cohort_needs_no_library_that_fits_or_draws(tmp_path):
    folder = tmp_path / "data" / "cohorts" / "stopped"
    folder.mkdir(parents=True)
    (folder / "participants.csv").write_text("participant_id,group\n001,LBP\n", encoding="utf-8")
    names = (*FITS_AND_DRAWS, *FIX_LIST_ALONE, "pipeline.signals.cohort")
    _loads_none_of(names, ["--workspace", str(tmp_path), "run", "stopped"], 3)


def test_a_check_needs_neither_figures_nor_models(tmp_path):
    """`stance check` of a cohort reads, judges and writes the fix list; the report is not its work."""
    folder = tmp_path / "data" / "cohorts" / "penney_like"
    shutil.copytree(ROOT / "tests" / "golden" / "penney_like", folder)
    shutil.copy(ROOT / "tests" / "golden_studies" / "penney_like.yaml", folder / "study.yaml")
    code = (
        "import sys; from pipeline.cli import main;"
        f"code = main(['check', 'penney_like', '--workspace', {str(tmp_path)!r}]);"
        "heavy = {'dagster', 'matplotlib', 'scipy', 'statsmodels'} & set(sys.modules);"
        "rooms = {m for m in sys.modules if m.startswith(('pipeline.statistics', 'pipeline.signals'))};"
        "sys.exit(str(heavy | rooms) if heavy or rooms else code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_every_folder_says_what_lives_there():
    for package in ("pipeline", "schemas"):
        for init in (ROOT / package).rglob("__init__.py"):
            text = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8")))
            assert text, init
            assert len(text.splitlines()) >= 2, init


def test_no_room_for_odds_and_ends():
    forbidden = {"utils", "helpers", "manager", "common", "misc"}
    for package in ("pipeline", "schemas"):
        for path in (ROOT / package).rglob("*.py"):
            assert path.stem not in forbidden, path


def test_no_pickle_anywhere():
    for path in (ROOT / "pipeline").rglob("*.py"):
        assert not {"pickle", "joblib", "dill", "shelve"} & _imports(path), path
