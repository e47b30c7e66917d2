"""Rules about study.yaml and plan.yaml."""

from typing import Final

from schemas.rules.rule import Rule

STUDY_RULES: Final = (
    Rule(
        "STUDY-01",
        "STOP",
        "study.yaml or plan.yaml has a key or value that Stance cannot use",
        "{problem}",
        "{suggestion}",
    ),
    Rule(
        "STUDY-02",
        "STOP",
        "study.yaml is missing",
        "Stance needs to know which group label means cases and which means controls.",
        "Run `stance new` for a commented example and copy its study.yaml into this folder.",
    ),
)
