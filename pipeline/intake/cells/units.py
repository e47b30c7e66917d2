"""Units that a file may use and what turns them into the units of the tables."""

import re
from typing import Final

import numpy as np

from pipeline.intake.cells.number_doubts import has_decimal_comma, odd_number

_SECONDS: Final = {"s": 1.0, "sec": 1.0, "ms": 0.001, "min": 60.0}
_MILLISECONDS: Final = {"ms": 1.0, "s": 1000.0}
_WEEKS_PER_MONTH: Final = 52.1775 / 12
_NEWTON_PER_KILOGRAM_FORCE: Final = 9.80665  # standard gravity, 3rd CGPM 1901
_KILOGRAM_PER_POUND: Final = 0.45359237  # international pound, 1959
_KILOPASCAL_PER_MMHG: Final = 0.133322387415  # conventional millimetre of mercury

FACTORS: Final[dict[str, dict[str, float]]] = {
    "s": _SECONDS,
    "ms": _MILLISECONDS,
    "cm": {"cm": 1.0, "m": 100.0, "mm": 0.1, "in": 2.54},
    "mm": {"mm": 1.0, "cm": 10.0},
    "kg": {"kg": 1.0, "g": 0.001, "lb": _KILOGRAM_PER_POUND},
    "years": {"years": 1.0, "year": 1.0, "yrs": 1.0, "yr": 1.0, "y": 1.0, "months": 1 / 12},
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
    "%BW": {"%BW": 1.0, "percent": 1.0, "%": 1.0, "fraction": 100.0},
    "kPa": {"kPa": 1.0, "hPa": 0.1, "mmHg": _KILOPASCAL_PER_MMHG},
    "weeks": {"weeks": 1.0, "days": 1 / 7},
    "min": {"min": 1.0, "h": 60.0},
    "dB": {"dB": 1.0},
    "points": {"points": 1.0},
    "kg/m²": {"kg/m²": 1.0, "kg/m2": 1.0},
}
"""Unit of the table -> unit in the file -> factor that a value in the file is multiplied by."""


IN_CELLS: Final = "in cells"
"""What study.yaml says under `units` when every cell of a column holds its own unit."""
_NUMBER_AND_UNIT = re.compile(
    r"\s*([+\-\u2212\u2013]?\s*[0-9.,][0-9.,' ]*)\s*([^\d\s.,].*?)[.]?\s*"
)


_IN_OTHER_WORDS: Final = {
    "s": "sek sekunde sekunden second seconds seconde secondes segundo segundos seg secondo secondi",
    "ms": "msec msek millisekunde millisekunden millisecond milliseconds milliseconde millisecondes",
    "min": "minute minutes minuten minuto minutos minuti mins",
    "h": "hour hours std stunde stunden heure heures hora horas ora ore",
    "days": "day tag tage jour jours día días dia dias giorno giorni",
    "weeks": "week woche wochen semaine semaines semana semanas settimana settimane",
    "months": "month mon monat monate monaten mois mes meses mese mesi",
    "years": "j jahr jahre jahren an ans année années annee annees año años ano anos anno anni",
    "cm": "zentimeter centimeter centimetre centimetres centimètre centimètres centímetro centímetros",
    "m": "meter metre metres mètre mètres metro metros metri",
    "in": "inch inches zoll",
    "kg": "kilo kilos kilogramm kilogram kilograms kilogramme kilogrammes kilogramo kilogramos",
    "g": "gramm gram grams gramme grammes gramo gramos grammi",
    "lb": "lbs pound pounds pfund",
}
_SPELLINGS: Final = {
    word: unit for unit, words in _IN_OTHER_WORDS.items() for word in words.split()
}
"""Casefolded word for a unit -> the unit; each word means one unit only, whatever the language."""
_FINE: Final = 0.1
"""Units that are at most this part of the table's (ms, mm, g) are not read to a thousandth."""
_MAYBE_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}[.][0-9]{3}")


def is_in_cells(unit: str) -> bool:
    """Whether a unit of study.yaml means that each cell holds its own."""
    return " ".join(unit.split()).casefold() == IN_CELLS


def has_unit(text: str, table_unit: str) -> bool:
    """Whether a cell holds a number and a unit that fits the column."""
    found = _NUMBER_AND_UNIT.fullmatch(text)
    return found is not None and unit_factor(table_unit, found[2]) is not None


def parse_measured(text: str, table_unit: str, decimal: str) -> tuple[float, str]:
    """A cell such as "4.5 cm" in the unit of the table: (value, "") or (missing, rule it breaks).

    decimal: decimal mark of the file; a comma that can be nothing else is read as one in any file.
    """
    found = _NUMBER_AND_UNIT.fullmatch(text)
    if found is None:
        return np.nan, "CELL-11"
    number = found[1].strip()
    factor = unit_factor(table_unit, found[2])
    value, rule_id = odd_number(number, "," if has_decimal_comma(number) else decimal)
    if factor is None:
        return np.nan, "CELL-11"
    if factor <= _FINE and table_unit != "years" and _MAYBE_THOUSANDS.fullmatch(number):
        return np.nan, "CELL-10"
    return (round(value * factor, 10), "") if not rule_id else (np.nan, rule_id)


def number_and_unit(text: str) -> tuple[str, str]:
    """The number and the unit of a cell such as "12.400 ms"; the unit is "" where there is none."""
    found = _NUMBER_AND_UNIT.fullmatch(text)
    return (text, "") if found is None else (found[1].strip(), found[2])


def units_for(table_unit: str) -> tuple[str, ...]:
    """Units that a file may use for a column whose table unit is `table_unit`."""
    return tuple(FACTORS.get(table_unit, {}))


def unit_factor(table_unit: str, file_unit: str) -> float | None:
    """What a value in the file is multiplied by, or None when the unit does not fit the column.

    `mm` and `MM` mean the same; where case tells units apart (mV, MV) only the exact one is taken. So do
    the usual words of other languages, such as `Sek.` and `Jahre`.
    """
    factors = FACTORS.get(table_unit, {})
    wanted = file_unit.strip().replace("μ", "µ")  # Greek mu and micro sign look alike
    if wanted in factors:
        return factors[wanted]
    alike = [unit for unit in factors if unit.casefold() == wanted.casefold()]
    if len(alike) == 1:
        return factors[alike[0]]
    return None if alike else factors.get(_SPELLINGS.get(wanted.casefold().rstrip("."), ""))
