"""The part `emg` of study.yaml: how recordings are read and processed.

Each key is explained in its field. This file loads no table model, so that a process that only measures
recordings stays small.
"""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from schemas.normalisation import NORMALISATIONS, Normalisation
from schemas.strict_model import StrictModel

ChannelRole = Literal[
    "gmed_left",
    "gmed_right",
    "force_left",
    "force_right",
    "force_total",
    "cop_left_x",
    "cop_left_y",
    "cop_right_x",
    "cop_right_y",
    "cop_total_x",
    "cop_total_y",
    "moment_left_x",
    "moment_left_y",
    "moment_right_x",
    "moment_right_y",
    "moment_total_x",
    "moment_total_y",
    "shear_left_x",
    "shear_left_y",
    "shear_right_x",
    "shear_right_y",
    "shear_total_x",
    "shear_total_y",
]
LiftoffRule = Literal[
    "unloading_fit", "zero_5sd_5n", "10_n", "20_n", "5_pct_bw", "10_n_uncorrected"
]
"""How lift-off and touch-down are found; `pipeline.signals.force.event_rules` says each in words."""
NormalisationMethod = Literal[
    "mvc_same_task", "mvc_isometric", "submaximal_task", "task_peak", "task_mean", "none"
]
"""What activation is divided by; `schemas.normalisation.NORMALISATIONS` says what each term means."""
ActivationRms = Literal["rms", "noise_corrected_rms"]
OnsetMethod = Literal[
    "ramp_bayes", "profile_likelihood", "aglr", "cusum", "bonato", "tkeo", "hodges_bui"
]
"""Onset detectors; `pipeline.signals.onset.detectors` has the source and parameters of each."""


class MvicRules(StrictModel):
    """How a leg's reference is made from its MVIC recordings."""

    statistic: Literal["peak", "middle"] = Field(
        default="peak",
        description="The number of one recording. peak: the highest root-mean-square of any window of "
        "`mvic_window_s`; middle: that of the middle `middle_s` of the contraction, for laboratories whose "
        "protocol says so.",
    )
    middle_s: float = Field(
        default=1.0,
        gt=0,
        le=10,
        description="Length of the middle part of the contraction (s); only for `statistic: middle`.",
    )
    over_repeats: Literal["highest", "mean_of_two_highest", "median"] = Field(
        default="highest",
        description="The number of the leg, made from those of its usable recordings.",
    )
    repeats: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="How many MVICs of a leg the protocol asks for; a leg with fewer usable ones is marked.",
    )
    highest_cv_pct: float = Field(
        default=20.0,
        gt=0,
        le=100,
        description="A leg whose repeats scatter more than this (standard deviation in percent of the mean) "
        "is marked.",
    )


_NORMALISATION_TERMS = "\n".join(
    f"  {method.term}{' (groups cannot be compared by it)' if method.warning else ''}: {method.says}"
    for method in NORMALISATIONS.values()
)


class EmgSettings(StrictModel):
    """How recordings are read and processed: frequencies in Hz, windows in seconds."""

    channels: dict[ChannelRole, tuple[str, ...]] = Field(
        default={},
        description="Labels of the channels in your files; the first one that a file has counts. Roles: "
        "gmed_left and gmed_right (gluteus medius); force_left and force_right (vertical force under each "
        "foot); force_total (one plate under both feet). The centre of pressure under the right foot comes "
        "from cop_right_x and cop_right_y, from the plates of a C3D file, or from force_right with "
        "moment_right_x and moment_right_y (about the plate's axes) and, where `plate_surface_mm` is not 0, "
        "shear_right_x and shear_right_y; the same with left and total.",
    )
    emg_unit: Literal["uV", "mV", "V"] | None = Field(
        default=None, description="Unit of EMG where a file does not say it."
    )
    force_unit: Literal["N"] | None = Field(
        default=None, description="Unit of force where a file does not say it."
    )
    cop_unit: Literal["mm", "cm", "m"] | None = Field(
        default=None, description="Unit of the centre of pressure where a file does not say it."
    )
    moment_unit: Literal["Nm", "Nmm"] | None = Field(
        default=None, description="Unit of moments where a file does not say it."
    )
    sampling_rate_hz: float | None = Field(
        default=None,
        gt=0,
        le=100_000,
        description="Samples per second where a file does not say them.",
    )
    decimal: Literal[".", ","] | None = Field(
        default=None,
        description="Decimal mark of text files with signals. Without it Stance finds it in each file; with "
        "it, a file that has the other one is refused.",
    )
    band_pass_hz: tuple[float, float] = Field(
        default=(20.0, 450.0), description="Band of the EMG in Hz that is analysed."
    )
    filter_order: int = Field(
        default=4, ge=2, le=8, description="Order of the filter that cuts out this band."
    )
    mvic_window_s: float = Field(
        default=0.5,
        gt=0,
        le=5,
        description="Length (s) of the window whose root-mean-square is a peak or a median, of MVIC and "
        "stance alike.",
    )
    mvic: MvicRules = Field(
        default=MvicRules(),
        description="How the reference of a leg is made from its maximal contractions (MVIC).",
    )
    normalisation: NormalisationMethod | None = Field(
        default=None,
        description="What activation is divided by. There is no default, because a percentage means nothing "
        f"without it; without it activation stays in microvolts.\n{_NORMALISATION_TERMS}",
    )
    activation_from: ActivationRms = Field(
        default="rms",
        description="The root-mean-square (RMS) that activation is made of: as measured (rms) or without the "
        "power of rest (noise_corrected_rms); the other one stands beside it.",
    )
    iemg_window_s: float = Field(
        default=3.0,
        gt=0,
        le=600,
        description="Integrated EMG grows with time. Beside that of the whole stance, that of its first part "
        "is given, of this length (s) for everybody.",
    )
    rest_s: tuple[float, float] | None = Field(
        default=None,
        description="Quiet standing on both legs, in seconds from the start of a stance recording. Without it "
        "Stance takes the quiet part before lift-off.",
    )
    onset_search_s: tuple[float, float] = Field(
        default=(-0.8, 0.6),
        description="Where the onset is looked for, in seconds from lift-off; negative is before it.",
    )
    onset_method: OnsetMethod = Field(
        default="ramp_bayes",
        description="Detector of the reported onset; a table of the report has all of them.",
    )
    liftoff_rule: LiftoffRule = Field(
        default="unloading_fit",
        description="How lift-off and touch-down are found. Every recording is also measured by the other "
        "rules.",
    )
    cop_ml_axis: Literal["x", "y", "z"] | None = Field(
        default=None,
        description="The mediolateral axis of the centre of pressure: of the laboratory in C3D files. Without "
        "it only measures without a direction are given.",
    )
    plate_surface_mm: float = Field(
        default=0.0,
        ge=-500,
        le=500,
        description="Height of the plate's surface above the origin of the moments (mm; negative where z "
        "points down).",
    )

    @field_validator("normalisation", mode="before")
    @classmethod
    def _no_m_wave(cls, value: object) -> object:
        if value == "m_wave":
            raise ValueError(
                "a maximal M-wave needs recordings with nerve stimulation, which Stance does not read; "
                f"choose one of {', '.join(NORMALISATIONS)}"
            )
        return value

    @property
    def method(self) -> Normalisation | None:
        """What the study says that activation is divided by, None when it does not say."""
        return None if self.normalisation is None else NORMALISATIONS[self.normalisation]

    @model_validator(mode="after")
    def _windows_run_forward(self) -> "EmgSettings":
        for name in ("band_pass_hz", "onset_search_s", "rest_s"):
            window = getattr(self, name)
            if window is not None and not window[0] < window[1]:
                raise ValueError(f"{name}: the first number has to be below the second")
        return self
