"""The `stance` command: what a person types, in plain words, and the exit code it answers.

Heavy libraries are imported inside the commands, so that `--help`, a wrong argument and a run with
nothing to do answer at once.
"""

import argparse
import gc
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.commands.plan_sample_arguments import add_plan_sample_arguments
from pipeline.workspace.atomic import check_writable, write_text
from pipeline.workspace.errors import EnvironmentProblem, ExitCode, StanceError, UsageError
from pipeline.workspace.layout import WORKSPACE_VARIABLE, Workspace, find_workspace

DEMO_COHORT = "demo"
TRAINING_COHORT = "demo-training"
_FRAMES_OF_A_BUG = 40
_BETWEEN_COLLECTIONS = 10_000
"""New objects between two searches for cycles; Python's own is 700. A command loads some million objects
that stay, and looking through them again and again took a tenth of a run."""
_WORKSPACE_HELP = (
    f"folder with data/ and reports/ (default: {WORKSPACE_VARIABLE}, else the repository)"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit code of `pipeline.workspace.errors.ExitCode`.

    Problems that a person can mend end in two sentences on stderr, never in a traceback.
    """
    try:
        chosen = _parser().parse_args(arguments)
    except SystemExit as ended:  # argparse has printed its message
        return int(ended.code or 0)
    gc.set_threshold(_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
    workspace: Workspace | None = None
    try:
        workspace = find_workspace(chosen.workspace)
        # Whatever is started or loaded from here on works on the same folder.
        os.environ[WORKSPACE_VARIABLE] = str(workspace.root)
        command: Callable[[Workspace, argparse.Namespace], ExitCode] = chosen.command
        return int(command(workspace, chosen))
    except StanceError as problem:
        print(f"stance: {problem.what}\n        {problem.fix}", file=sys.stderr)
        return int(problem.exit_code)
    except KeyboardInterrupt:
        print(
            "\nstance: interrupted; nothing was published. Run it again to go on.", file=sys.stderr
        )
        return int(ExitCode.INTERRUPTED)
    except OSError as problem:
        where = f": {problem.filename}" if problem.filename else ""
        print(
            f"stance: {problem.strerror or type(problem).__name__}{where}.\n"
            "        Check that the disk has room and that you may read and write there.",
            file=sys.stderr,
        )
        return int(ExitCode.ENVIRONMENT)
    except Exception as bug:
        return int(_report_bug(bug, workspace))


def _demo(workspace: Workspace, chosen: argparse.Namespace) -> ExitCode:
    cohort = TRAINING_COHORT if chosen.training else DEMO_COHORT
    folder = workspace.cohort_folder(cohort)
    if not folder.exists():
        _say(f"Simulating the demo cohort in {folder} ...")
        _make_cohort_folder(
            folder, lambda target: _write_demo(target, with_training=chosen.training)
        )
    else:
        _say(f"Using the demo cohort in {folder}.")
    return _run_cohort(workspace, cohort, again=chosen.again)


def _new(workspace: Workspace, chosen: argparse.Namespace) -> ExitCode:
    folder = workspace.cohort_folder(chosen.cohort)
    if folder.exists():
        raise UsageError(
            f"The folder {folder} exists already.", "Choose another name or remove the folder."
        )
    from pipeline.intake.templates.template_settings import write_new_cohort

    _make_cohort_folder(folder, lambda target: write_new_cohort(target, chosen.cohort))
    print(
        f"Made {folder}. Fill in {chosen.cohort}.xlsx (data_dictionary.html says what belongs in every "
        f"column)\nand study.yaml, then: stance check {chosen.cohort}"
    )
    return ExitCode.OK


def _check(workspace: Workspace, chosen: argparse.Namespace) -> ExitCode:
    folder = workspace.existing_cohort_folder(chosen.cohort)
    from pipeline.commands.check import check_cohort

    _say(f"Reading {folder} ...")
    exit_code, text = check_cohort(workspace, chosen.cohort, colour=_wants_colour())
    print(text)
    return exit_code


def _wants_colour() -> bool:
    """Whether a person looks at the output, on a terminal that has not said NO_COLOR (no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def _decide(workspace: Workspace, chosen: argparse.Namespace) -> ExitCode:
    from pipeline.commands.decide import decide
    from pipeline.workspace.locks import cohort_lock

    workspace.existing_cohort_folder(chosen.cohort)
    with cohort_lock(workspace, chosen.cohort):
        print(
            decide(
                workspace,
                chosen.cohort,
                chosen.words,
                reason=chosen.reason,
                initials=chosen.initials,
                all_of=chosen.all_of,
            )
        )
    return ExitCode.OK


def _run(workspace: Workspace, chosen: argparse.Namespace) -> ExitCode:
    return _run_cohort(workspace, chosen.cohort, again=chosen.again)


def _run_cohort(workspace: Workspace, cohort: str, *, again: bool) -> ExitCode:
    from pipeline.workspace.hashing import code_hash
    from pipeline.workspace.known_hashes import cohort_hashes
    from pipeline.workspace.locks import cohort_lock
    from pipeline.workspace.releases import latest_release, read_manifest, reasons_to_run

    for place in (workspace.state_folder, workspace.reports_folder):
        check_writable(place)
    workspace.existing_cohort_folder(cohort)
    with cohort_lock(workspace, cohort):
        release = latest_release(workspace.cohort_reports(cohort))
        reasons = reasons_to_run(release, cohort_hashes(workspace, cohort), code_hash())
        if release is not None and not reasons and not again:
            manifest = read_manifest(release) or {}
            print("Nothing to do: inputs, plan and code are as they were for the last report.")
            print(manifest["summary"].replace("{release}", str(release)))
            return ExitCode(manifest["exit_code"])
        _say(f"Analysing {cohort} because {_some(reasons or ['you asked for it'])}.")
        from pipeline.running.run_cohort import run_cohort

        outcome = run_cohort(workspace, cohort)
    print(outcome.last_line)
    return outcome.exit_code


def _plan_sample(workspace: Workspace, chosen: argparse.Namespace) -> ExitCode:
    from pipeline.commands.plan_sample import Pilot, plan_sample, read_pilot

    pilot = read_pilot(workspace, chosen.pilot, chosen) if chosen.pilot else Pilot()
    print(plan_sample(chosen, pilot))
    return ExitCode.OK


def _ui(workspace: Workspace, chosen: argparse.Namespace) -> ExitCode:
    from pipeline.running.instance import serve_ui

    serve_ui(workspace, port=chosen.port)
    return ExitCode.OK


def _some(reasons: list[str]) -> str:
    shown = "; ".join(reasons[:3])
    return shown if len(reasons) <= 3 else f"{shown}; and {len(reasons) - 3} more"


def _make_cohort_folder(folder: Path, write: Callable[[Path], object]) -> None:
    """Fill a cohort folder beside its place and rename it, so that a killed command leaves no half."""
    import shutil
    import tempfile

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    except OSError as problem:
        raise EnvironmentProblem(
            f"The folder {folder.parent} cannot be written: {problem.strerror}.",
            "Check that it exists and that you may write there, or name another --workspace.",
        ) from problem
    try:
        write(beside / folder.name)
        (beside / folder.name).rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write_demo(folder: Path, *, with_training: bool) -> None:
    from pipeline.simulation.assumptions import DEMO, TRAINING_DEMO
    from pipeline.simulation.cohort import write_demo_cohort

    write_demo_cohort(folder, spec=TRAINING_DEMO if with_training else DEMO)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _report_bug(bug: Exception, workspace: Workspace | None) -> ExitCode:
    """Write where the bug is, without messages or values, so that the file can be shared."""
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(bug.__traceback__)[-_FRAMES_OF_A_BUG:]
    ]
    frames += getattr(bug, "worker_frames", [])
    report = "\n".join([type(bug).__name__, *frames, ""])
    print("stance: this is a bug in Stance, not in your data.", file=sys.stderr)
    path = (workspace.state_folder if workspace else Path.cwd()) / "crash" / "last-bug.txt"
    try:
        write_text(path, report)
    except EnvironmentProblem:
        print(
            f"        Please send us these lines; they hold no data of yours.\n{report}",
            file=sys.stderr,
        )
    else:
        print(f"        Please send us {path}; it holds no data of yours.", file=sys.stderr)
    return ExitCode.BUG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stance",
        description="Single-leg stance studies: from the files of a cohort to its report.",
        epilog="Start here:\n  stance demo\n\nYour own study:\n  stance new my-cohort\n"
        "  stance check my-cohort\n  stance run my-cohort\n\nExit codes: 0 ok, 1 bug, 2 usage, "
        "3 data problems (fix list written),\n4 analysis not possible, 6 environment, 75 cohort is "
        "being processed, 130 interrupted.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--workspace", metavar="DIR", help=_WORKSPACE_HELP)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(
        name: str,
        command: Callable[[Workspace, argparse.Namespace], ExitCode],
        summary: str,
        example: str,
        *,
        cohort: bool = True,
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=f"Example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(command=command)
        if cohort:
            sub.add_argument("cohort", metavar="COHORT", help="name of a folder in data/cohorts")
        # Not set here when absent, so that the option may also stand before the command.
        sub.add_argument(
            "--workspace", metavar="DIR", help=_WORKSPACE_HELP, default=argparse.SUPPRESS
        )
        return sub

    demo = add(
        "demo",
        _demo,
        "Simulate a cohort with raw signals and report it.",
        "stance demo",
        cohort=False,
    )
    demo.add_argument(
        "--training",
        action="store_true",
        help="a home programme instead of raw signals: balance tasks, visits and a training log "
        f"(cohort {TRAINING_COHORT})",
    )
    add("new", _new, "Make a cohort folder with templates to fill in.", "stance new lyon-2026")
    add("check", _check, "Write the fix list only.", "stance check lyon-2026")
    decide = add(
        "decide",
        _decide,
        "Decide on findings: accept that rows stay out, or keep them.",
        'stance decide lyon-2026 f3c0a1b2d4e accept --reason "form lost" --initials AB',
    )
    decide.add_argument(
        "words",
        nargs="+",
        metavar="FINDING_ID|DECISION",
        help="ids from the decisions.csv that `stance check` writes, and one of accept, corrected, keep",
    )
    decide.usage = (
        "stance decide COHORT FINDING_ID [FINDING_ID ...] accept|corrected|keep\n"
        "                     --reason TEXT --initials XY [--all-of RULE] [--workspace DIR]"
    )
    decide.add_argument("--reason", required=True, metavar="TEXT", help="why, in your words")
    decide.add_argument("--initials", required=True, metavar="XY", help="who decides")
    decide.add_argument(
        "--all-of", metavar="RULE", help="all open findings of a rule, such as HOLD-01"
    )
    run = add("run", _run, "Analyse a cohort and write its report.", "stance run lyon-2026")
    for sub in (demo, run):
        sub.add_argument("--again", action="store_true", help="run even when nothing changed")
    plan = add(
        "plan-sample",
        _plan_sample,
        "Say how many participants a study needs.",
        "stance plan-sample --ratio 0.7 --median-hold 25 --ceiling 30 --sd-participants 0.6 "
        "--sd-legs 0.2 --sd-trials 0.4",
        cohort=False,
    )
    add_plan_sample_arguments(plan)
    ui = add(
        "ui", _ui, "Open the Dagster UI on this workspace.", "stance ui --port 3000", cohort=False
    )
    ui.add_argument(
        "--port",
        type=_port,
        default=3000,
        metavar="N",
        help="port on this computer (default: 3000)",
    )
    return parser


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535")


if __name__ == "__main__":
    sys.exit(main())
