"""How a picture of a recording looks: one style for all pictures of a page, or in a picture that stands alone."""

from typing import Final

STYLE: Final = (
    ".sq text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;fill:#1f2328}"
    ".sq .a{text-anchor:end}.sq .m{text-anchor:middle}.sq .t{font-weight:600}"
    ".sq .n{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
    ".sq .h{font-size:13px;font-weight:600}"
    ".sq path{fill:none}"
    ".sq .grid{stroke:#d1d9e0}.sq .frame{stroke:#59636e}"
    ".sq .raw{stroke:#444}.sq .env{stroke:#0072b2;stroke-width:1.6}"
    ".sq .lifted{stroke:#d55e00;stroke-width:1.8}.sq .stance{stroke:#1f2328;stroke-dasharray:5 2}"
    ".sq .lift,.sq .down,.sq .hop,.sq .load{stroke:#1f2328;stroke-width:1.2}"
    ".sq .lift{stroke-dasharray:7 3}.sq .down{stroke-dasharray:2 2}.sq .hop{stroke-dasharray:1 3}.sq .load{stroke-dasharray:7 2 1 2}"
    ".sq .onset{stroke:#8a3b8f;stroke-width:1.8}.sq .step{stroke:#8a3b8f;stroke-dasharray:1 2}"
    ".sq .sure{fill:#8a3b8f;fill-opacity:.22}.sq .tip{fill:#8a3b8f}"
    ".sq .rest{fill:#eceff2}.sq .used{fill:#fff5d6}.sq .peak{fill:#cfe3f1}"
    ".sq .bar-rest{fill:#b9c2ca}.sq .bar-used{fill:#f2cf63}.sq .bar-peak{fill:#7fb4d8}"
)
"""Colours of Okabe and Ito, which colour-blind people can tell apart; curves and events also differ by
dashes, weight and place, so that they are told apart without any colour."""
