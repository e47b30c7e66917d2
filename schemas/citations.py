"""Works that the methods text may cite. Only works whose bibliographic data were seen are listed."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Citation:
    """One work; `short` is the in-text form, `full` the reference-list entry."""

    key: str
    short: str
    full: str


CITATIONS: Final[dict[str, Citation]] = {
    item.key: item
    for item in (
        Citation(
            "penney2014",
            "Penney et al. 2014",
            "Penney T, Ploughman M, Austin MW, Behm DG, Byrne JM. Arch Phys Med Rehabil "
            "2014;95(10):1969-76. doi:10.1016/j.apmr.2014.06.009",
        ),
        Citation(
            "besomi2020",
            "Besomi et al. 2020",
            "Besomi M, et al. Consensus for experimental design in electromyography (CEDE) project: "
            "amplitude normalization matrix. J Electromyogr Kinesiol 2020;53:102438",
        ),
        Citation(
            "tenan2017",
            "Tenan et al. 2017",
            "Tenan MS, et al. PLoS One 2017;12:e0177312. doi:10.1371/journal.pone.0177312",
        ),
        Citation(
            "merletti1999",
            "Merletti 1999",
            "Merletti R. Standards for reporting EMG data. J Electromyogr Kinesiol 1999;9(1):III-IV",
        ),
        Citation(
            "schubert2014",
            "Schubert and Kirchner 2014",
            "Schubert P, Kirchner M. Ellipse area calculations and their applicability in "
            "posturography. Gait Posture 2014;39(1):518-22. doi:10.1016/j.gaitpost.2013.09.001",
        ),
        Citation(
            "duarte2015",
            "Duarte 2015",
            "Duarte M. Comments on Ellipse area calculations and their applicability in "
            "posturography. Gait Posture 2015;41:44-5",
        ),
        Citation(
            "sinderby1995",
            "Sinderby et al. 1995",
            "Sinderby C, Lindstrom L, Grassino AE. Automatic assessment of electromyogram quality. "
            "J Appl Physiol 1995;79(5):1803-15",
        ),
        Citation(
            "falconer1985",
            "Falconer and Winter 1985",
            "Falconer K, Winter D. Quantitative assessment of co-contraction at the ankle joint in walking. "
            "Electromyogr Clin Neurophysiol 1985;25:135-49",
        ),
        Citation(
            "rudolph2000",
            "Rudolph et al. 2000",
            "Rudolph et al. Dynamic stability after ACL injury: who can hop? Knee Surg Sports Traumatol "
            "Arthrosc 2000;8:262-9",
        ),
        Citation(
            "seabold2010",
            "Seabold and Perktold 2010",
            "Seabold S, Perktold J. statsmodels: econometric and statistical modeling with Python. "
            "Proc 9th Python in Science Conf 2010",
        ),
    )
}
