"""Units that a file may use and what turns them into the units of the tables."""

from typing import Final

_SECONDS: Final = {"s": 1.0, "sec": 1.0, "ms": 0.001, "min": 60.0}
_MILLISECONDS: Final = {"ms": 1.0, "s": 1000.0}
_WEEKS_PER_MONTH: Final = 52.1775 / 12
_NEWTON_PER_KILOGRAM_FORCE: Final = 9.80665  # standard gravity, 3rd CGPM 1901
_KILOGRAM_PER_POUND: Final = 0.45359237  # international pound, 1959

FACTORS: Final[dict[str, dict[str, float]]] = {
    "s": _SECONDS,
    "ms": _MILLISECONDS,
    "cm": {"cm": 1.0, "m": 100.0, "mm": 0.1, "in": 2.54},
    "mm": {"mm": 1.0, "cm": 10.0},
    "kg": {"kg": 1.0, "g": 0.001, "lb": _KILOGRAM_PER_POUND},
    "years": {"years": 1.0, "months": 1 / 12},
    "months": {"months": 1.0, "years": 12.0, "weeks": 1 / _WEEKS_PER_MONTH},
    "%": {"%": 1.0, "percent": 1.0, "fraction": 100.0},
    "%MVIC": {"%MVIC": 1.0, "%": 1.0, "percent": 1.0, "fraction": 100.0},
    "µV": {"µV": 1.0, "uV": 1.0, "mV": 1000.0, "V": 1_000_000.0},
    "N": {
        "N": 1.0,
        "kN": 1000.0,
        "kgf": _NEWTON_PER_KILOGRAM_FORCE,
        "lbf": _KILOGRAM_PER_POUND * _NEWTON_PER_KILOGRAM_FORCE,
    },
    "N/kg": {"N/kg": 1.0, "kgf/kg": _NEWTON_PER_KILOGRAM_FORCE},
    "Nm": {"Nm": 1.0, "Ncm": 0.01},
    "Nm/kg": {"Nm/kg": 1.0},
    "dB": {"dB": 1.0},
    "points": {"points": 1.0},
    "kg/m²": {"kg/m²": 1.0, "kg/m2": 1.0},
}
"""Unit of the table -> unit in the file -> factor that a value in the file is multiplied by."""


def units_for(table_unit: str) -> tuple[str, ...]:
    """Units that a file may use for a column whose table unit is `table_unit`."""
    return tuple(FACTORS.get(table_unit, {}))


def unit_factor(table_unit: str, file_unit: str) -> float | None:
    """What a value in the file is multiplied by, or None when the unit does not fit the column.

    `mm` and `MM` mean the same; where case tells units apart (mV, MV) only the exact one is taken.
    """
    factors = FACTORS.get(table_unit, {})
    wanted = file_unit.strip().replace("μ", "µ")  # Greek mu and micro sign look alike
    if wanted in factors:
        return factors[wanted]
    alike = [unit for unit in factors if unit.casefold() == wanted.casefold()]
    return factors[alike[0]] if len(alike) == 1 else None
