"""What `stance new` writes: study.yaml, plan.yaml, a workbook to fill in and a data dictionary.

Headings, units, ranges and terms come from the table models and defaults from the settings models,
so that the templates cannot say anything else than what intake checks.
"""

from pathlib import Path

from pipeline.intake.templates.data_dictionary import dictionary_text
from pipeline.intake.templates.dictionary_page import dictionary_page
from pipeline.intake.templates.template_settings import plan_text, study_text
from pipeline.intake.templates.template_workbook import write_workbook
from pipeline.workspace.errors import UsageError


def write_new_cohort(folder: Path, name: str) -> None:
    """Write the files of a new cohort: study.yaml, plan.yaml, `<name>.xlsx`, data_dictionary.html and .csv.

    folder: made if it is not there; has to be empty. name: name of the cohort. The same name gives the same
    bytes. Errors: UsageError for a folder that is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty.", "Name a new cohort or empty the folder.")
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "study.yaml": study_text(name),
        "plan.yaml": plan_text(),
        "data_dictionary.html": dictionary_page(name),
        "data_dictionary.csv": dictionary_text(),
    }
    for file, text in texts.items():
        # Excel only reads a CSV file as UTF-8 when it starts with this mark.
        encoding = "utf-8-sig" if file.endswith(".csv") else "utf-8"
        (folder / file).write_text(text, encoding=encoding, newline="")
    write_workbook(folder / f"{name}.xlsx", name)
