"""Resistance over depth of discharge: the cell linearised under load."""

import numpy as np
import pandas as pd
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from nfpcell import checks
from nfpcell.cell import Cell
from nfpcell.cycling import KELVIN, engine_for, longest, starting_voltage
from nfpcell.engine import Run
from nfpcell.errors import SolveError

LOWEST_FREQUENCY = 0.025
DEPTHS = tuple(round(0.01 * k, 2) for k in range(1, 100))
COLUMNS = [
    "Cell",
    "Direction",
    "C-rate",
    "Ambient temperature [degC]",
    "Depth of discharge",
    "Low-frequency resistance [Ohm]",
    "Status",
]


def impedance_at(engine, t, y, case, frequencies):
    r"""
    Impedance of the cell about one state of a run.

    .. math:: Z(\omega) = -\frac{\delta V}{\delta I} = -\left[c\,
              (\mathrm i\omega M - J)^{-1} b + d\right]

    Parameters
    ----------
    engine : Built model
    t, y : a time and the state that the solver accepted there; a state interpolated
        between two steps is inconsistent and gives noise
    case : inputs of that run
    frequencies : [Hz]

    Returns
    -------
    Z : complex array, one value a frequency [Ohm]

    Source
    ------
    Hallemans et al., J. Electrochem. Soc. 172 (2025) for the linearised model;
    the formula is the transfer function of a descriptor system.
    """
    M, J, b, c, d = engine.linearise(t, y, case)
    impedances = []
    for frequency in frequencies:
        system = csc_matrix(2j * np.pi * frequency * M - J)
        impedances.append(-(c @ splu(system).solve(b.astype(complex)) + d))
    return np.array(impedances)


def resistances_along(engine, cases, times):
    """
    Re Z at 25 mHz of several runs at the same times, each until its cut-off.

    Parameters
    ----------
    engine : Built model
    cases : list of inputs
    times : ascending, above 0 [s]; the integrator stops at each, so that the state
        there is one it accepted

    Returns
    -------
    array of shape (cases, times) [Ohm]; nan where a run has ended before
    """
    found = np.full((len(cases), len(times)), np.nan)
    runs = engine.solve(cases, np.concatenate([[0.0], times]))
    for row, run, case in zip(found, runs, cases, strict=True):
        if run.solution is None:
            continue
        states = np.asarray(run.solution.y)
        at = {float(t): k for k, t in enumerate(run.solution.t[:-1])}
        if run.termination == "final time":
            at[float(run.solution.t[-1])] = len(run.solution.t) - 1
        for k, time in enumerate(times):
            if float(time) in at:
                state = states[:, at[float(time)]]
                (Z,) = impedance_at(engine, time, state, case, [LOWEST_FREQUENCY])
                row[k] = Z.real
    return found


def resistance(
    cell,
    direction="discharge",
    rate=0.1,
    temperature=30,
    depths=DEPTHS,
    model="full",
    **numerics,
):
    """
    Re Z at 25 mHz of a cell under load, over depth of discharge.

    Depth of discharge runs from 0 to 1 over the cell's own discharge at this rate and
    temperature, on charge as 1 - q/Q of that discharge.

    Parameters
    ----------
    cell : Cell
    direction : "discharge" or "charge"
    rate : C-rate
    temperature : [degC]
    depths : depths of discharge, between 0 and 1
    model : "full" or "particle"

    Returns
    -------
    table with COLUMNS; a depth the half-cycle does not reach is a row with its status

    Raises
    ------
    NfpcellError for words and numbers that make no sense
    """
    (cell,) = checks.cells([cell], Cell)
    checks.one_of(direction, "direction", checks.HALF_CYCLES)
    checks.one_of(model, "model", checks.MODELS)
    rate = checks.number(rate, "rate", checks.RATES)
    temperature = checks.number(temperature, "temperature", checks.TEMPERATURES)
    depths = np.unique(checks.numbers(depths, "depth of discharge", checks.DEPTHS))
    engine = engine_for(cell, rate, temperature, model, double_layers=True, **numerics)
    try:
        ways = dict.fromkeys(("discharge", direction))
        cases = {
            way: _case(engine, cell, way, rate, temperature, model, numerics)
            for way in ways
        }
        discharge = cases["discharge"]
        (run,) = engine.solve([discharge], [0, longest(cell, rate)])
    except SolveError as error:
        run = Run(None, "failed", str(error))
    resistances = np.full(len(depths), np.nan)
    why = "not reached at this rate and temperature"
    if run.solution is None:
        why = run.status if run.status != "ok" else run.termination
    else:
        length = run.solution.t[-1]
        case, times, order = discharge, depths * length, slice(None)
        if direction == "charge":
            case = cases["charge"]
            # the table rises in depth, the charge goes down in it
            times, order = ((1 - depths) * length)[::-1], slice(None, None, -1)
        (found,) = resistances_along(engine, [case], times)
        resistances = found[order]
    return pd.DataFrame(
        [
            (cell.name, direction, rate, temperature, depth, resistance, status)
            for depth, resistance, status in zip(
                depths,
                resistances,
                np.where(np.isfinite(resistances), "ok", why),
                strict=True,
            )
        ],
        columns=COLUMNS,
    )


def _case(engine, cell, direction, rate, temperature, model, numerics):
    voltage = starting_voltage(cell, direction, model, **numerics)
    sign = 1 if direction == "discharge" else -1
    current = sign * rate * cell.derived().nominal_capacity
    return engine.inputs(cell, current, temperature + KELVIN, voltage)


def minimum(table):
    """
    The lowest resistance of a table and the depth where it stands, by the parabola
    through the lowest row and its neighbours.

    Parameters
    ----------
    table : as ``resistance`` returns it, of one cell and direction

    Returns
    -------
    depth, resistance : [-], [Ohm]; nan where no row has a resistance
    """
    return lowest(
        table["Depth of discharge"].to_numpy(),
        table["Low-frequency resistance [Ohm]"].to_numpy(),
    )


def lowest(x, R):
    """The vertex (x, R) of the parabola through the lowest finite sample and its
    neighbours; that sample itself at either end, nan where there is none.
    """
    finite = np.isfinite(R)
    x, R = x[finite], R[finite]
    if not len(R):
        return np.nan, np.nan
    k = int(np.argmin(R))
    if k in (0, len(R) - 1):
        return x[k], R[k]
    around = slice(k - 1, k + 2)
    curvature, slope, constant = np.polyfit(x[around] - x[k], R[around], 2)
    shift = -slope / (2 * curvature)
    return x[k] + shift, constant - slope**2 / (4 * curvature)
