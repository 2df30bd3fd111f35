"""Quantities of targets, and how each is computed from the results.

A function of ``OF_ROWS`` takes the rows of one condition, one of ``OF_CURVE`` the curve
of one half-cycle. Both return nan without a result.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import find_peaks

from nfpcell.columns import (
    CAPACITY,
    CIRCUIT,
    DEPTH,
    ENERGY,
    FREQUENCY,
    LOW_FREQUENCY,
    MEAN_VOLTAGE,
    R2,
    SEPARATOR_RESISTANCE,
    TOTAL,
    VOLTAGE,
    Z_IM,
    Z_RE,
)
from nfpcell.eis import equivalent_circuit
from nfpcell.eis.resistance import lowest_total, minimum

Compute = Callable[[pd.DataFrame], float]
TRANSITION = "Depth of plateau transition"
PEAK = "Depth of resistance peak"
# depth at which the voltage of each plateau is read, from that of the transition
STEP_DEPTHS: dict[str, Callable[[float], float]] = {
    "Upper step voltage [V]": lambda transition: transition / 2,
    "Lower step voltage [V]": lambda transition: (1 + transition) / 2,
}
# depths between which a transition is searched
MIDDLE = (0.3, 0.9)
# resistances that are stated at the depth where the circuit's total is lowest
AT_LOWEST_TOTAL = (*CIRCUIT, SEPARATOR_RESISTANCE)
# resistances that need no fitted circuit
WITHOUT_CIRCUIT = (
    LOW_FREQUENCY,
    "Resistance rise at 3 %",
    "Resistance rise at 97 %",
    PEAK,
)
# a peak of resistance is at least 5 % higher than the lowest resistance on each side
LEAST_PROMINENCE = 0.05
# distances from a coarse maximum at which the resistance is computed once more: 25 mHz
# last 0.1 % of a discharge at 0.1C
AROUND_PEAK = tuple(0.001 * k for k in range(-9, 10) if k)


# ------------------------------------------------------------------ of a voltage curve
def plateau_transition(curve: pd.DataFrame) -> float:
    """Depth of discharge where the voltage falls most steeply."""
    depth, voltage = _voltage_over_depth(curve)
    if not len(depth):
        return np.nan
    middle = (depth > MIDDLE[0]) & (depth < MIDDLE[1])
    slope = np.gradient(voltage, depth)[middle]
    return float(depth[middle][np.argmin(slope)])


def step_voltage(curve: pd.DataFrame, quantity: str) -> float:
    """Voltage in the middle of one plateau, a quantity of STEP_DEPTHS [V]."""
    depth, voltage = _voltage_over_depth(curve)
    if not len(depth):
        return np.nan
    place = STEP_DEPTHS[quantity](plateau_transition(curve))
    return float(np.interp(place, depth, voltage))


def _voltage_over_depth(
    curve: pd.DataFrame,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Evenly spaced depths of discharge and their voltages; empty without any."""
    capacity = curve[CAPACITY].to_numpy()
    if len(capacity) < 3 or capacity[-1] <= 0:
        return np.empty(0), np.empty(0)
    depth = np.linspace(0, 1, 501)
    return depth, np.interp(depth, capacity / capacity[-1], curve[VOLTAGE])


# ------------------------------------------------- of resistance over depth, of spectra
def lowest(rows: pd.DataFrame, column: str) -> float:
    """The lowest resistance over depth of discharge."""
    return minimum(rows, column)[1]


def at_lowest_total(rows: pd.DataFrame, column: str) -> float:
    """A resistance at the depth where the circuit's total is lowest."""
    return np.nan if rows.empty else float(lowest_total(rows)[column])


def total_over_low_frequency(rows: pd.DataFrame) -> float:
    """The circuit's total over Re Z at 25 mHz, at the depth where it is lowest."""
    return at_lowest_total(rows, TOTAL) / at_lowest_total(rows, LOW_FREQUENCY)


def rise(rows: pd.DataFrame, depth: float, column: str = LOW_FREQUENCY) -> float:
    """A resistance at a depth of discharge over its lowest."""
    rows = rows[np.isfinite(rows[column])]
    if rows.empty:
        return np.nan
    at_depth = np.interp(depth, rows[DEPTH], rows[column], left=np.nan, right=np.nan)
    return float(at_depth / lowest(rows, column))


def resistance_peak(rows: pd.DataFrame) -> float:
    r"""Depth of the highest interior peak of the low-frequency resistance; nan if none.

    A peak is a local maximum R at a depth between the first and the last, with

    .. math:: R \ge (1 + p) \max(R_\mathrm{left}, R_\mathrm{right})

    where R_left and R_right are the lowest resistances on its two sides, each as far as
    the next higher resistance, and p is LEAST_PROMINENCE. A bump that is lower is no
    peak, nor is a rise to the first or the last depth.
    """
    rows = rows[np.isfinite(rows[LOW_FREQUENCY])]
    R = rows[LOW_FREQUENCY].to_numpy()
    peaks, properties = find_peaks(R, prominence=0)
    base = R[peaks] - properties["prominences"]
    peaks = peaks[R[peaks] >= (1 + LEAST_PROMINENCE) * base]
    return float(rows[DEPTH].iloc[peaks[np.argmax(R[peaks])]]) if len(peaks) else np.nan


def depths_around_peaks(rows: pd.DataFrame) -> list[float]:
    """Depths between the rows at which a sharp peak of resistance may be higher."""
    R = rows[LOW_FREQUENCY].to_numpy()
    coarse = rows[DEPTH].to_numpy()[find_peaks(R)[0]]
    around = {round(float(d) + step, 4) for d in coarse for step in AROUND_PEAK}
    return sorted(around - set(rows[DEPTH]))


def number_of_arcs(rows: pd.DataFrame) -> float:
    """Smallest number of arcs that describe a spectrum."""
    Z = (rows[Z_RE] + 1j * rows[Z_IM]).to_numpy()
    if not (len(Z) and np.isfinite(Z).all()):
        return np.nan
    return equivalent_circuit.arcs_needed(rows[FREQUENCY].to_numpy(), Z)


def _first(rows: pd.DataFrame, column: str) -> float:
    """A column of the first row, which is the only one of a half-cycle."""
    return float(rows[column].iloc[0]) if len(rows) else np.nan


# -------------------------------------------------------------------- by their names
OF_ROWS: dict[str, dict[str, Compute]] = {
    "cycling": {
        name: partial(_first, column=name) for name in (CAPACITY, MEAN_VOLTAGE, ENERGY)
    },
    "resistance": {
        LOW_FREQUENCY: partial(lowest, column=LOW_FREQUENCY),
        TOTAL: partial(lowest, column=TOTAL),
        **{R: partial(at_lowest_total, column=R) for R in AT_LOWEST_TOTAL},
        "Total over low-frequency resistance": total_over_low_frequency,
        "Resistance rise at 3 %": partial(rise, depth=0.03),
        "Resistance rise at 97 %": partial(rise, depth=0.97),
        "R2 rise at 3 %": partial(rise, depth=0.03, column=R2),
        "R2 rise at 97 %": partial(rise, depth=0.97, column=R2),
        PEAK: resistance_peak,
    },
    "impedance": {"Number of arcs": number_of_arcs},
}
OF_CURVE: dict[str, Compute] = {
    TRANSITION: plateau_transition,
    **{name: partial(step_voltage, quantity=name) for name in STEP_DEPTHS},
}


def of_kind(kind: str) -> tuple[str, ...]:
    """Quantities that follow from an experiment of a kind."""
    return (*OF_ROWS[kind], *(OF_CURVE if kind == "cycling" else ()))


def remark(quantity: str, computed: float, rows: pd.DataFrame) -> str:
    """Why a quantity has no value; empty if it has one."""
    if np.isfinite(computed):
        return ""
    if quantity == PEAK and rows[LOW_FREQUENCY].notna().any():
        return "no peak"
    return "no result"


def compute(quantity: str, rows: pd.DataFrame, curve: pd.DataFrame | None) -> float:
    """A quantity of one condition, from its rows or its curve."""
    if quantity in OF_CURVE:
        return np.nan if curve is None else OF_CURVE[quantity](curve)
    functions = {name: f for kind in OF_ROWS.values() for name, f in kind.items()}
    return functions[quantity](rows)
