"""Arrays by what their numbers are; shapes are said where they are used."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]
