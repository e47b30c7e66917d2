"""The Dagster UI on a workspace: one command, this computer only, every cohort already there."""

import os
import signal
import socket
import sys

from pipeline.defs.partitions import register_cohorts
from pipeline.running.instance import open_instance
from pipeline.workspace.atomic import write_text
from pipeline.workspace.errors import EnvironmentProblem
from pipeline.workspace.layout import WORKSPACE_VARIABLE, Workspace

HOST = "127.0.0.1"
_CODE_LOCATION = """\
load_from:
  - python_module:
      module_name: pipeline.definitions
      location_name: stance
"""


def serve_ui(workspace: Workspace, *, port: int) -> None:
    """Start the UI and stay until it is stopped with Ctrl-C; this process becomes the server.

    Raises EnvironmentProblem when the port is taken: two servers on one home disturb each other.
    """
    if not _is_free(port):
        raise EnvironmentProblem(
            f"Port {port} on this computer is taken, perhaps by another `stance ui`.",
            f"Stop that one, or use another port: stance ui --port {port + 1}",
        )
    with open_instance(workspace) as instance:
        register_cohorts(instance, workspace)
        cohorts = instance.get_dynamic_partitions("cohort")
    os.environ[WORKSPACE_VARIABLE] = str(workspace.root)
    # `dagster dev` recommends another command of Dagster's at every start; that is no news to a user.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:Function `dev_command`")
    location = workspace.dagster_home / "workspace.yaml"
    write_text(location, _CODE_LOCATION)
    print(
        f"Stance UI: http://{HOST}:{port}/asset-groups  ({len(cohorts)} cohort(s); stop with Ctrl-C)",
        flush=True,
    )
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(location)]
    command += ["-h", HOST, "-p", str(port), "--log-level", "warning"]
    # A shell that starts a program in the background lets it ignore Ctrl-C; Dagster would keep that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.executable, command)  # noqa: S606 - fixed program, no shell


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
