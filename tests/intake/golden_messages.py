"""The golden message of every rule: what a finding of its first defect prints, word by word.

Rewrite them after a wanted change of words, and read the difference before committing it:
`python tests/intake/golden_messages.py`
"""

import random
import sys
import tempfile
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "golden_messages"
SEED = "golden message"


def message_of(rule_id: str, scratch: Path) -> str:
    """Severity, place, what was found, why and fix of the rule's first defect at the fixed seed.

    Raises StopIteration for a rule without a defect.
    """
    from defects import DEFECTS, Lab
    from defects.changing_defects import CHANGING_DEFECTS
    from defects.signal_defects import SIGNAL_DEFECTS

    from pipeline.intake.cohort import read_cohort

    draw = random.Random(SEED)
    planted = next((d for d in DEFECTS if d.rule_id == rule_id), None)
    if planted is not None:
        lab = Lab()
        planted.plant(lab, draw)
        lab.leave_out_untouched_tables()
        findings = read_cohort(lab.write(scratch / "cohort", planted.forms[0])).findings
    else:
        measured = next(d for d in (*SIGNAL_DEFECTS, *CHANGING_DEFECTS) if d.rule_id == rule_id)
        findings = measured.findings(scratch, draw)
    return printed(findings, rule_id)


def printed(findings: pd.DataFrame, rule_id: str) -> str:
    """The first finding of a rule, as its golden message is written."""
    finding = findings[findings["rule_id"] == rule_id].fillna("").iloc[0]
    place = " ".join(part for part in (finding["file"], finding["sheet"], finding["cell"]) if part)
    return (
        f"{finding['severity']} [{finding['rule_id']}]\n"
        f"where: {place}\n"
        f"found: {finding['found']}\n"
        f"why: {finding['why']}\n"
        f"fix: {finding['fix']}\n"
    )


def write_golden_messages() -> list[str]:
    """Write the message of every rule that has a defect; answers the rules that have none."""
    from schemas.rules import RULES

    FOLDER.mkdir(exist_ok=True)
    without: list[str] = []
    for old in FOLDER.glob("*.txt"):
        if old.stem not in RULES:
            old.unlink()
    for rule_id in RULES:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                text = message_of(rule_id, Path(scratch))
            except (StopIteration, IndexError):
                without.append(rule_id)
                continue
        (FOLDER / f"{rule_id}.txt").write_text(text, encoding="utf-8")
    return without


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    for rule in write_golden_messages():
        sys.stdout.write(f"{rule}: no finding of a defect, so no golden message\n")
