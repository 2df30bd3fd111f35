"""Pictures of the laws of a distribution."""

import numpy as np

from benchmarks.theory.picture import Picture, d, of, p
from nfpcell.model import mesh
from nfpcell.physics import distributions, interfaces

SPREADS = (0.0, 0.5, 1.0, 1.5)
DEVIATIONS = np.linspace(-3, 3, 121)


@of(distributions.normal_classes)
def _() -> Picture:
    x, curves = {}, {}
    for count in (3, 5, 9):
        classes = distributions.normal_classes(count)
        x[f"{count}"], curves[f"{count}"] = classes.deviations, classes.shares
    xlabel = "Standard deviations from the mean"
    return Picture(xlabel, "Share of a class", x, curves, legend="Classes")


@of(distributions.log_normal_ratio)
def _() -> Picture:
    law = distributions.log_normal_ratio
    curves = {f"σ = {spread:g}": law(spread, DEVIATIONS) for spread in SPREADS}
    xlabel = "Standard deviations from the mean"
    return Picture(xlabel, "Value over median", DEVIATIONS, curves, log="y")


@of(distributions.equivalent_exponent)
def _() -> Picture:
    spreads = np.linspace(0, 2, 81)
    exponents = [distributions.equivalent_exponent(float(s)) for s in spreads]
    return Picture("Spread σ", "Exponent of the element", spreads, {"": exponents})


@of(interfaces.bricks_in_series)
def _() -> Picture:
    classes = distributions.normal_classes(mesh.GRAIN_BOUNDARY_CLASSES)
    area = 1e4  # cm2 in a square metre
    omega = np.geomspace(1e-4, 1e4, 400) / (d.r_gb * p.c_gb)
    x, curves = {}, {}
    for spread in SPREADS:
        bricks = interfaces.bricks_in_series(d.r_gb, p.c_gb, classes, spread)
        Z = area * sum(r / (1 + 1j * omega * r * c) for r, c in bricks)
        label = f"σ = {spread:g}"
        x[label], curves[label] = Z.real, -Z.imag
    labels = "Re Z (Ω cm²)", "−Im Z (Ω cm²)"
    return Picture(*labels, x, curves, equal=True)
