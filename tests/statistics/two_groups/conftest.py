"""Values of R's participant aggregates by group."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def groups(derived: pd.DataFrame) -> Callable[[str], tuple[np.ndarray, np.ndarray]]:
    """(LBP, control) values of a variable, without missing ones."""

    def by_group(variable: str) -> tuple[np.ndarray, np.ndarray]:
        known = derived[["group", variable]].dropna()
        case, reference = (
            known.loc[known["group"] == label, variable].to_numpy(float)
            for label in ("LBP", "control")
        )
        return case, reference

    return by_group
