"""What a picture of a law is, how it is drawn, and the values of Cell C."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import CONDITIONS, Parameters
from nfpcell.figures import style

SIZE = (2.8, 2.1)  # inch
C = Cell.load("C")
d = C.derived()
T, COLD = 303.15, 253.15
p = Parameters.of({**C.values, **dict.fromkeys(CONDITIONS.values(), T)}.__getitem__)
I_1C = float(d.nominal_capacity / d.area)  # current density at 1C [A.m-2]
GALLERIES = p.T_ref, *d.galleries
FALL = p.D_ratio, p.theta_fall, p.fall_width
EV = 96485.33  # J/mol

THETA = "Sodium fraction θ"
THETAS = np.linspace(1e-4, 1 - 1e-4, 600)
CELSIUS = np.linspace(-40, 80, 200)
KELVIN = CELSIUS + 273.15
U = np.linspace(2.0, 4.0, 600)


@dataclass(frozen=True)
class Picture:
    """Curves over one axis; "x" and "y" in ``log`` for logarithmic axes."""

    xlabel: str
    ylabel: str
    x: Any
    curves: Mapping[str, Any]
    log: str = ""
    legend: str = ""  # title
    equal: bool = False  # lengths on both axes
    outside: bool = False  # legend above the axes


PICTURES: dict[str, Callable[[], Picture]] = {}


def of(law: Any) -> Callable[[Callable[[], Picture]], Callable[[], Picture]]:
    """Register the picture of a law."""

    def register(make: Callable[[], Picture]) -> Callable[[], Picture]:
        module = law.__module__.rpartition(".")[2]
        PICTURES[f"{module}.{law.__name__}"] = make
        return make

    return register


@style.styled
def draw(picture: Picture) -> Figure:
    """Draw a picture."""
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    for (label, y), colour in zip(
        picture.curves.items(), style.OKABE_ITO, strict=False
    ):
        x = picture.x[label] if isinstance(picture.x, Mapping) else picture.x
        axes.plot(x, y, color=colour, label=re.sub(r"-(?=\d)", "−", label))
    if "x" in picture.log:
        axes.set_xscale("log")
    if "y" in picture.log:
        axes.set_yscale("log")
    if picture.equal:
        axes.set_aspect("equal", "datalim")
    axes.set(xlabel=picture.xlabel, ylabel=picture.ylabel)
    if any(picture.curves):
        text = {"title": picture.legend or None, "fontsize": 6.5, "title_fontsize": 6.5}
        if picture.outside:
            figure.legend(loc="outside upper center", ncols=3, **text)
        else:
            axes.legend(**text)
    return figure
