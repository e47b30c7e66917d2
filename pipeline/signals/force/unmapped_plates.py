"""What to say about a recording whose plates nobody mapped to feet: which is probably which."""

import numpy as np
import numpy.typing as npt

from pipeline.signals.force.plate_under_foot import PLATE_FORCE
from pipeline.signals.force.unloaded_phase import MIN_LOAD_N, unloaded_phase
from pipeline.signals.samples.recording import Recording
from pipeline.signals.samples.request import Request

Force = npt.NDArray[np.float64]


def unmapped_note(recording: Recording, request: Request) -> str:
    """A sentence or two for a recording without a mapped force channel.

    Plates are never assigned to feet by what they show, because a wrong leg in the recordings table
    would then never be noticed; where one plate was empty while another carried the weight, the
    sentence says so.
    """
    note = "No force channel is mapped, so lift-off is not known."
    plates = [c for c in recording.channels if PLATE_FORCE.fullmatch(c.label)]
    if not plates:
        return note
    forces = {c.label: c.samples.astype(np.float64) for c in plates}
    loaded = {label: force for label, force in forces.items() if np.ptp(force) > MIN_LOAD_N}
    listed = ", ".join(forces)
    found = _empty_while_loaded(loaded, plates[0].sampling_rate_hz)
    if found is None:
        return f"{note} Map force_left and force_right to the plates of the file: {listed}."
    empty, carrying, seconds = found
    other = "left" if request.leg == "right" else "right"
    return (
        f"{note} {empty} was empty for {seconds:.1f} s while {carrying} carried the weight: if that was "
        f"the stance, map force_{request.leg} to {carrying} and force_{other} to {empty}."
    )


def _empty_while_loaded(
    forces: dict[str, Force], sampling_rate_hz: float
) -> tuple[str, str, float] | None:
    """(plate that was empty, plate that carried the weight, for how many seconds), None if unclear."""
    found = []
    for empty, lifted_n in forces.items():
        for carrying, stance_n in forces.items():
            if empty == carrying or lifted_n.size != stance_n.size:
                continue
            phase, _ = unloaded_phase(lifted_n, stance_n, sampling_rate_hz)
            if phase is not None:
                found.append((empty, carrying, phase.run.length / sampling_rate_hz))
    return found[0] if len(found) == 1 else None
