"""Takes away what no run will use again: the samples of a study can be as large as its files."""

import shutil
from pathlib import Path
from typing import Final

from pipeline.signals.storing.feature_store import FEATURES, features_folder
from pipeline.signals.storing.sample_store import SAMPLES, samples_folder
from pipeline.workspace.atomic import remove_leftovers

_ABANDONED_S: Final = 24 * 3600.0
"""A file that takes longer to write belongs to a run that was killed."""


def remove_outdated(cache: Path) -> None:
    """Remove what other versions of readers and measurements kept, and halves of killed runs.

    cache: the signal cache. What cannot be removed stays.
    """
    for kind, current in ((FEATURES, features_folder(cache)), (SAMPLES, samples_folder(cache))):
        folder = cache / kind
        others = folder.iterdir() if folder.is_dir() else ()
        for other in others:
            if other != current:
                shutil.rmtree(other, ignore_errors=True)
    remove_leftovers(cache, older_than_s=_ABANDONED_S)
