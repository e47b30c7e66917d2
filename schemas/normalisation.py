"""What activation is divided by: the terms of the CEDE amplitude normalisation matrix, as data."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Normalisation:
    """One way to normalise the amplitude of an EMG.

    term: word for `emg.normalisation` in study.yaml. says: what activation is divided by, completes
    "Activation is in percent of ...". is_mvic: the result may be called %MVIC. warning: why percentages
    by it cannot be compared between groups, "" when nothing speaks against it.
    """

    term: str
    says: str
    is_mvic: bool = False
    warning: str = ""


NORMALISATIONS: Final[dict[str, Normalisation]] = {
    method.term: method
    for method in (
        Normalisation(
            "mvc_same_task", "a maximal contraction in the position of the task", is_mvic=True
        ),
        Normalisation(
            "mvc_isometric",
            "a maximal voluntary isometric contraction in a standard position",
            is_mvic=True,
        ),
        Normalisation(
            "submaximal_task",
            "a standardised submaximal contraction",
            warning="A submaximal task is unlikely to be equally hard for everybody, so it cannot support a "
            "comparison between groups.",
        ),
        Normalisation(
            "task_peak",
            "the highest activation of the same leg in the stance trials themselves",
            warning="A peak of the task itself takes away what differs between people, so it cannot support "
            "a comparison between groups.",
        ),
        Normalisation(
            "task_mean",
            "the mean activation of the same leg in the stance trials themselves",
            warning="A mean of the task itself takes away what differs between people, so it cannot support "
            "a comparison between groups.",
        ),
        Normalisation("none", "nothing: microvolts only"),
    )
}
"""By term, in the order of the matrix (Besomi et al. 2020, J Electromyogr Kinesiol 53:102438).

Its sixth method, the maximal M-wave, is left out: no recording of Stance holds a nerve stimulation.
"""
