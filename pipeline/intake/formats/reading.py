"""What the readers of tables have to know about a study."""

from dataclasses import dataclass, field

from pipeline.intake.columns.headings import plain_name
from schemas.columns import column_rules
from schemas.study import Limits, Study
from schemas.table_sources import REDCAP_DICTIONARY_HEADINGS
from schemas.tables import INPUT_TABLES


@dataclass(frozen=True)
class Reading:
    """How tables are read.

    limits: how large a file may be. takes_stored_values: whether the stored values of formulas are
    read. known_headings: headings that the study can use, as plain names.
    """

    limits: Limits = field(default_factory=Limits)
    takes_stored_values: bool = False
    known_headings: frozenset[str] = frozenset()


def reading_of(study: Study) -> Reading:
    """How the tables of a study are read. Our column names and what study.yaml declares are known."""
    names = {name for table in INPUT_TABLES.values() for name in column_rules(table.model)}
    for sources in study.tables.values():
        for source in sources:
            names |= {*source.columns.values(), *source.wide, *source.rows}
            if source.redcap is not None and source.redcap.dictionary is not None:
                # Its rows name our columns, so that one of them would look like its headings.
                names |= {
                    name for headings in REDCAP_DICTIONARY_HEADINGS.values() for name in headings
                }
    known = frozenset(plain_name(name) for name in names)
    return Reading(study.limits, study.formulas is not None, known)
