"""Mistakes as they happen in real tables and signals, planted at known places.

Each mistake hits a person of its own, so that no finding hides another one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.simulation.noise import stream
from pipeline.simulation.people import Person
from pipeline.simulation.recordings import FAULTS
from pipeline.simulation.table_files import Cell, TableFile, written
from pipeline.simulation.truth import PlantedMistake
from schemas.terms import LEGS

MISSPELT_GROUP: Final = "Controll"
UNKNOWN_PERSON: Final = "S99"

Tables = dict[str, TableFile]


@dataclass(frozen=True)
class Victims:
    """Whom the mistakes hit: person of every table mistake, and person and leg of every signal fault."""

    of_mistake: dict[str, str]
    of_fault: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class MistakeKind:
    """One kind of table mistake.

    from_case: hits a person of the case group, else of the reference group. plant: makes the
    mistake for a participant and answers (row, heading) of the cell; row 0 is the first below
    the headings.
    """

    name: str
    rule_id: str
    table: str
    from_case: bool
    what: str
    plant: Callable[[TableFile, str, float], tuple[int, str]]


def _first_row(table: TableFile, participant_id: str, *, ended_by: str = "") -> int:
    """A row of the person, by preference one whose hold ended this way."""
    own = table.matching(participant_id=participant_id)
    wanted = table.matching(participant_id=participant_id, ended_by=ended_by) if ended_by else own
    return (wanted or own)[0]


def _above_the_ceiling(table: TableFile, who: str, ceiling_s: float) -> tuple[int, str]:
    row = _first_row(table, who, ended_by="ceiling")
    table.put(row, "ended_by", "foot_touch")
    table.put(row, "hold_time_s", round(2 * ceiling_s + 1.2, 1))
    return row, "hold_time_s"


def _text_for_a_number(table: TableFile, who: str, ceiling_s: float) -> tuple[int, str]:
    row = _first_row(table, who, ended_by="ceiling")
    table.put(row, "ended_by", "ceiling")
    table.put(row, "hold_time_s", f">{ceiling_s:g}")
    return row, "hold_time_s"


def _decimal_comma(table: TableFile, who: str, ceiling_s: float) -> tuple[int, str]:
    row = _first_row(table, who, ended_by="foot_touch")
    value = table.value(row, "hold_time_s")
    seconds = value if isinstance(value, float) and value < ceiling_s else 0.6 * ceiling_s
    table.put(row, "ended_by", "foot_touch")
    table.put(row, "hold_time_s", f"{seconds:.1f}".replace(".", ","))
    return row, "hold_time_s"


def _ceiling_without_reason(table: TableFile, who: str, ceiling_s: float) -> tuple[int, str]:
    row = _first_row(table, who, ended_by="ceiling")
    table.put(row, "hold_time_s", ceiling_s)
    table.put(row, "ended_by", None)
    return row, "ended_by"


def _the_same_row_twice(table: TableFile, who: str, _: float) -> tuple[int, str]:
    return table.repeat_row(_first_row(table, who)), "participant_id"


def _empty_cell(heading: str) -> Callable[[TableFile, str, float], tuple[int, str]]:
    def plant(table: TableFile, who: str, _: float) -> tuple[int, str]:
        row = _first_row(table, who)
        table.put(row, heading, None)
        return row, heading

    return plant


def _overwritten(heading: str, value: Cell) -> Callable[[TableFile, str, float], tuple[int, str]]:
    def plant(table: TableFile, who: str, _: float) -> tuple[int, str]:
        row = _first_row(table, who)
        table.put(row, heading, value)
        return row, heading

    return plant


def _metres_for_centimetres(table: TableFile, who: str, _: float) -> tuple[int, str]:
    row = _first_row(table, who)
    height_cm = table.value(row, "height_cm")
    table.put(row, "height_cm", round(float(height_cm or 170) / 100, 2))
    return row, "height_cm"


def _stranger(table: TableFile, who: str, _: float) -> tuple[int, str]:
    row = table.repeat_row(_first_row(table, who))
    table.put(row, "participant_id", UNKNOWN_PERSON)
    return row, "participant_id"


MISTAKES: Final[tuple[MistakeKind, ...]] = (
    MistakeKind(
        "above_the_ceiling",
        "HOLD-01",
        "hold_times",
        True,
        "the clock ran on after the ceiling",
        _above_the_ceiling,
    ),
    MistakeKind(
        "text_for_a_number",
        "CELL-01",
        "hold_times",
        False,
        "longer than the ceiling, written as text",
        _text_for_a_number,
    ),
    MistakeKind(
        "decimal_comma",
        "CELL-02",
        "hold_times",
        True,
        "a comma as decimal mark",
        _decimal_comma,
    ),
    MistakeKind(
        "ceiling_without_reason",
        "HOLD-02",
        "hold_times",
        False,
        "a hold at the ceiling without its ending",
        _ceiling_without_reason,
    ),
    MistakeKind(
        "same_row_twice",
        "KEY-01",
        "hold_times",
        False,
        "the same trial entered twice",
        _the_same_row_twice,
    ),
    MistakeKind(
        "empty_leg", "CELL-04", "hold_times", True, "no leg written down", _empty_cell("leg")
    ),
    MistakeKind(
        "misspelt_group",
        "GROUP-01",
        "participants",
        False,
        "a group spelt as study.yaml does not know it",
        _overwritten("group", MISSPELT_GROUP),
    ),
    MistakeKind(
        "metres_for_centimetres",
        "CELL-03",
        "participants",
        True,
        "a height in metres",
        _metres_for_centimetres,
    ),
    MistakeKind(
        "stranger",
        "KEY-02",
        "strength",
        True,
        "a person whom the participants table does not know",
        _stranger,
    ),
)
"""All table mistakes; at most eight people of one group are hit by these and the signal faults together."""

_FAULTS_OF_CASES: Final = ("dead_channel", "mains_hum", "not_listed")
_RULE_OF_FAULT: Final = {
    "dead_channel": ("REC-02", "file", "the EMG channel of the stance leg is flat"),
    "clipped": ("REC-02", "file", "the amplifier was set too high and cut the peaks off"),
    "mains_hum": ("REC-02", "file", "mains hum more than half as strong as the muscle"),
    "file_missing": ("REC-01", "file", "a file that was never copied"),
    "not_listed": ("REC-03", "file", "the MVIC of this leg was forgotten"),
}


def choose_victims(seed: int, people: Sequence[Person], case_label: str) -> Victims:
    """Choose a person of the right group for every mistake and every signal fault, nobody twice."""
    rng = stream(seed, "mistakes")
    ids = {
        is_case: [p.participant_id for p in people if (p.group.label == case_label) == is_case]
        for is_case in (True, False)
    }
    queues = {
        is_case: [own[int(index)] for index in rng.permutation(len(own))]
        for is_case, own in ids.items()
    }
    of_mistake = {kind.name: queues[kind.from_case].pop() for kind in MISTAKES}
    of_fault = {
        fault: (queues[fault in _FAULTS_OF_CASES].pop(), str(rng.choice(LEGS))) for fault in FAULTS
    }
    return Victims(of_mistake, of_fault)


def plant_mistakes(tables: Tables, victims: Victims, *, ceiling_s: float) -> list[PlantedMistake]:
    """Change the tables in place; answers where each mistake stands.

    Mistakes of signals are only located here, at the stance trial that they spoil: the recordings
    were planned with them. Tables that a cohort does not have are passed over.
    """
    planted: list[PlantedMistake] = []
    for kind in MISTAKES:
        table = tables[kind.table]
        row, heading = kind.plant(table, victims.of_mistake[kind.name], ceiling_s)
        planted.append(_locate(table, row, heading, kind.rule_id, kind.what))
    if "recordings" in tables:
        table = tables["recordings"]
        for fault, (rule_id, heading, what) in _RULE_OF_FAULT.items():
            who, leg = victims.of_fault[fault]
            [row] = table.matching(participant_id=who, leg=leg, role="task")
            planted.append(_locate(table, row, heading, rule_id, what))
    return planted


def _locate(table: TableFile, row: int, heading: str, rule_id: str, what: str) -> PlantedMistake:
    return PlantedMistake(
        rule_id=rule_id,
        table=table.table,
        file=table.file,
        sheet=table.sheet,
        cell=table.address(row, heading),
        participant_id=written(table.value(row, "participant_id")),
        found=written(table.value(row, heading)),
        what=what,
    )
