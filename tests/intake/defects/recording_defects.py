"""Defects that the rules of schemas.rules.measurement_rules have to find.

The ones that only a signal shows are in `signal_defects`.
"""

import random

from defects.defect import Defect, Planted
from defects.key_defects import cells
from defects.lab import Lab


def with_recordings(lab: Lab) -> list[str]:
    """Give the lab one stance and one MVIC recording of the left leg per person; answers the files."""
    rows = [["participant_id", "leg", "trial", "role", "file", "start_s", "end_s"]]
    for i in range(6):
        for role in ("task", "mvic"):
            name = f"emg/P{i + 1:02d}_left_{role}.csv"
            lab.files[name] = f"time,emg\n0,{i}\n0.001,{len(name)}{role}\n".encode()
            rows.append([f"P{i + 1:02d}", "left", 1, role, name, None, None])
    lab.tables["recordings"] = rows
    return list(lab.files)


def _file_missing(lab: Lab, draw: random.Random) -> Planted:
    with_recordings(lab)
    row = lab.any_row("recordings", draw)
    del lab.files[lab.get("recordings", "file", row)]
    return Planted("recordings", lab.cell("recordings", "file", row))


def _file_misspelt(lab: Lab, draw: random.Random) -> Planted:
    with_recordings(lab)
    row = lab.any_row("recordings", draw)
    name = lab.get("recordings", "file", row)
    typed = draw.choice(
        (name.replace("_", "-"), f"../{name}", "/etc/hostname", "emg", f"{name}.txt")
    )
    return Planted("recordings", lab.put("recordings", "file", row, typed))


def _file_hidden(lab: Lab, draw: random.Random) -> Planted:
    with_recordings(lab)
    row = lab.any_row("recordings", draw)
    name = lab.get("recordings", "file", row)
    hidden = draw.choice((name.replace("emg/", "emg/."), f".raw/{name}", name.replace("/", "/~$")))
    lab.files[hidden] = lab.files.pop(name)
    return Planted("recordings", lab.put("recordings", "file", row, hidden))


def _one_signal_for_two(lab: Lab, draw: random.Random) -> Planted:
    with_recordings(lab)
    first, second = draw.sample(list(lab.rows("recordings")), 2)
    name = lab.get("recordings", "file", first)
    if draw.random() < 0.5:
        lab.files[lab.get("recordings", "file", second)] = lab.files[name]
    else:
        del lab.files[lab.get("recordings", "file", second)]
        lab.put("recordings", "file", second, draw.choice((name, name.replace("/", "\\"))))
    return Planted("recordings", cells(lab, "recordings", "file", sorted((first, second))))


def _file_not_named(lab: Lab, draw: random.Random) -> Planted:
    with_recordings(lab)
    if draw.random() < 0.5:
        lab.tables["recordings"].pop(lab.any_row("recordings", draw) - 1)
    else:
        lab.files[f"emg/{draw.choice(('pilot', 'P07_left_task', 'test 2'))}.csv"] = (
            b"time,emg\n0,9\n"
        )
    return Planted("recordings", "")


def _part_backwards(lab: Lab, draw: random.Random) -> Planted:
    with_recordings(lab)
    row = lab.any_row("recordings", draw)
    start_s, end_s = draw.choice(((35, 5), (5, 5), (2.5, 0.01)))
    lab.put("recordings", "start_s", row, start_s)
    return Planted("recordings", lab.put("recordings", "end_s", row, end_s))


RECORDING_DEFECTS: tuple[Defect, ...] = (
    Defect("REC-01", "a file missing", _file_missing),
    Defect("REC-01", "a file misspelt", _file_misspelt),
    Defect("REC-02", "a file hidden", _file_hidden),
    Defect("REC-06", "one signal for two", _one_signal_for_two),
    Defect("REC-07", "a file that no row names", _file_not_named),
    Defect("REC-08", "a part that runs backwards", _part_backwards),
)
