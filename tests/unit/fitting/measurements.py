"""Measured files of cells whose numbers are known: made by the model, with noise."""

import numpy as np

from nfpcell.eis import impedance
from nfpcell.fitting.optimise import FINE
from nfpcell.simulation import constant_current


def curve_file(folder, cell, rate, temperature, *, noise=1e-3, seed=0, points=150):
    """A discharge as a cycler writes it; returns the path."""
    _, curve = constant_current.simulate(
        cell, [rate], [temperature], "discharge", "particle", curves=True, **FINE
    )
    t, v = (curve[name].to_numpy() for name in ("Time [s]", "Voltage [V]"))
    times = np.linspace(t[-1] / points, t[-1], points)
    rng = np.random.default_rng([seed, int(1000 * rate), temperature + 300])
    volts = np.interp(times, t, v) + noise * rng.standard_normal(points)
    return write_curve(
        folder / f"{rate:g}rate_{temperature:+d}degC.csv",
        times,
        volts,
        curve["Current [A]"].iloc[0],
    )


def write_curve(path, times, volts, current):
    rows = [
        f"{t:.4f},{v:.6f},{-1e3 * current:.9f}"
        for t, v in zip(times, volts, strict=True)
    ]
    path.write_text("\n".join(["time/s,Ecell/V,I/mA", *rows]) + "\n")
    return path


def spectrum_file(folder, cell, depth, *, noise=0.005, seed=0):
    """A spectrum at rest; returns the path."""
    table = impedance.impedance(cell, [depth], rate=0, model="particle")
    Z = (table["Z_re [Ohm]"] + 1j * table["Z_im [Ohm]"]).to_numpy()
    rng = np.random.default_rng([seed, int(1000 * depth)])
    off = rng.standard_normal(len(Z)) + 1j * rng.standard_normal(len(Z))
    Z = Z + noise * np.abs(Z) * off
    path = folder / f"eis_{depth:g}_+30degC.csv"
    return write_spectrum(path, table["Frequency [Hz]"], Z)


def write_spectrum(path, frequencies, Z):
    rows = [
        f"{f:.6g},{z.real:.6g},{-z.imag:.6g}"
        for f, z in zip(frequencies, Z, strict=True)
    ]
    path.write_text("\n".join(["freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm", *rows]) + "\n")
    return path
