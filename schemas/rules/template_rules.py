"""Rules about what is left of a template in a table that somebody filled in."""

from typing import Final

from schemas.rules.rule import Rule

TEMPLATE_RULES: Final = (
    Rule(
        "EXAMPLE-01",
        "NOTE",
        "The example row of the template was not read",
        "Rows of the participant EXAMPLE show how a row is filled in, and are not read. Here: {value}.",
        "Nothing to do. If EXAMPLE is the code of a person, give the person another code.",
        checks="Rows whose participant_id is EXAMPLE, in any capitals and with or without a number, are "
        "left out of everything, and counted nowhere.",
        good="participant_id,group\nP01,LBP",
        bad="participant_id,group\nEXAMPLE,LBP\nP01,LBP",
    ),
    Rule(
        "EXAMPLE-02",
        "WARN",
        "A row that still holds values of the example",
        "The row has the {measures} of the template's example. Perhaps the code was typed over EXAMPLE "
        "and the rest was left standing.",
        "Compare the row with the paper form, and empty every cell that is not on it.",
        source="decision: five equal measures; with twelve measures that one person in thirty shares, "
        "about 3 in 100,000 people would share five by chance",
        checks="Whether a row shares five or more measures with the example row of the template.",
        good="participant_id,age_years,height_cm,mass_kg,vas_mm,tsk\nP01,52,181,80,48,35",
        bad="participant_id,age_years,height_cm,mass_kg,vas_mm,tsk,rmdq\nP01,41,168,64.5,35,38,11",
    ),
    Rule(
        "EXAMPLE-03",
        "SET ASIDE",
        "The example of the template under a person's code",
        "All that is filled in here is the template's example: {measures}. The row is nobody's.",
        "Type the values of the paper form over it, or delete the row. If the person really has all these "
        "values, decide to keep it.",
        source="decision: as for EXAMPLE-02; with fewer measures only the row in which the template has its "
        "example counts, and every cell of it has to be the example's",
        checks="Whether all measures of a row, five or more, are those of the template's example; or all "
        "cells of row 2 of a table.",
        good="participant_id,age_years,height_cm,mass_kg,vas_mm,tsk\nP01,52,181,80,48,35",
        bad="participant_id,age_years,height_cm,mass_kg,vas_mm,tsk\nP01,41,168,64.5,35,38",
        keepable=True,
    ),
)
