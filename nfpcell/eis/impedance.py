"""Impedance and resistance of a cell, at rest and under load."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from nfpcell.cell import validation
from nfpcell.cell.schema import LAYOUTS
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.eis import equivalent_circuit, frequency_response
from nfpcell.errors import NfpcellError, SolveError
from nfpcell.model.half_cell import SURFACE_POTENTIAL
from nfpcell.physics import open_circuit
from nfpcell.simulation.constant_current import (
    SLOW_RATE,
    case_for,
    engine_for,
    longest,
    open_circuit_voltage,
    starting_voltage,
)
from nfpcell.simulation.engine import OUTPUTS, Run

LOWEST_FREQUENCY = 0.025
# that of the paper's spectra under load
HIGHEST, PER_DECADE = 1e6, 10
# the symmetric cells of its Methods
SYMMETRIC_RANGE = (1e7, 0.01)
DEPTHS = tuple(round(0.01 * k, 2) for k in range(1, 100))
CONDITION = ["Cell", "Direction", "C-rate", "Ambient temperature [degC]"]
DEPTH = "Depth of discharge"
LOW = "Low-frequency resistance [Ohm]"
TOTAL = "Total resistance [Ohm]"
COLUMNS = [
    *CONDITION,
    DEPTH,
    "Voltage [V]",
    "R0 [Ohm]",
    "R1 [Ohm]",
    "R2 [Ohm]",
    TOTAL,
    LOW,
    "Model R0 [Ohm]",
    "Model R1 [Ohm]",
    "Model R2 [Ohm]",
    "Separator resistance [Ohm]",
    "Circuit misfit [%]",
    "Status",
]
SPECTRUM_COLUMNS = [
    *CONDITION,
    DEPTH,
    "Frequency [Hz]",
    "Z_re [Ohm]",
    "Z_im [Ohm]",
    "Status",
]
NOT_REACHED = "not reached at this rate and temperature"
ANODE = ("Sodium overpotential [V]",)
PLATE = ("Separator bulk overpotential [V]", "Contact overpotential [V]")
GRAIN_BOUNDARY = ("Separator grain-boundary overpotential [V]",)
SEPARATOR = ("Separator bulk overpotential [V]", *GRAIN_BOUNDARY)
# what the Methods of the paper attribute R0 and R1 to; R2 is all the rest
R_0, R_1 = PLATE, (*ANODE, *GRAIN_BOUNDARY)


# ----------------------------------------------------------------- where it is taken
def frequency_range(highest, lowest, per_decade):
    """Frequencies from the highest down to the lowest, both among them, even on a
    logarithmic axis with about so many a decade [Hz].
    """
    number = round(np.log10(highest / lowest) * per_decade)
    return np.geomspace(highest, lowest, max(number, 1) + 1)


FREQUENCIES = tuple(frequency_range(HIGHEST, LOWEST_FREQUENCY, PER_DECADE))


def operating_points(cell, direction, rate, temperature, depths, model, **numerics):
    """
    States of a cell at depths of discharge, under load or at rest.

    Parameters
    ----------
    cell, direction, rate, temperature, depths, model : see ``impedance``

    Returns
    -------
    namespace: ``engine`` and ``case`` of the run, ``reached``, a mask of the depths,
    ``times`` [s] and ``states`` of those reached, and ``why`` the rest are not
    """
    numerics = {"double_layers": True, **numerics}
    depths = np.asarray(depths)
    if rate == 0:
        return _at_rest(cell, temperature, depths, model, numerics)
    engine = engine_for(cell, direction, rate, temperature, model, **numerics)
    why, reached = NOT_REACHED, np.zeros(len(depths), dtype=bool)
    case, run, times = None, None, np.empty(0)
    try:
        case, run = _half_cycle(
            engine, cell, "discharge", rate, temperature, model, numerics
        )
        if direction == "charge" and run.solution is not None:
            length = run.solution.t[-1]
            case, run = _half_cycle(
                engine, cell, "charge", rate, temperature, model, numerics
            )
            times = (1 - depths) * length
        elif run.solution is not None:
            times = depths * run.solution.t[-1]
    except SolveError as error:
        run = Run(None, "failed", str(error))
    if run.solution is None:
        why = run.status if run.failed else run.termination
        return SimpleNamespace(engine=engine, case=case, reached=reached, why=why)
    reached = times <= run.solution.t[-1]
    times = times[reached]
    states = engine.states(run, times, case)
    return SimpleNamespace(
        engine=engine, case=case, reached=reached, times=times, states=states, why=why
    )


def _half_cycle(engine, cell, direction, rate, temperature, model, numerics):
    voltage = starting_voltage(cell, direction, model, **numerics)
    case = case_for(engine, cell, direction, rate, temperature, voltage)
    (run,) = engine.solve([case], [0, longest(cell, rate)])
    return case, run


def _at_rest(cell, temperature, depths, model, numerics):
    """Even distributions between what a slow charge and a slow discharge leave."""
    engine = engine_for(cell, "either", SLOW_RATE, temperature, model, **numerics)
    try:
        ends = [
            _even_fraction(cell, starting_voltage(cell, way, model, **numerics))
            for way in ("discharge", "charge")
        ]
    except SolveError as error:
        reached = np.zeros(len(depths), dtype=bool)
        return SimpleNamespace(
            engine=engine, case=None, reached=reached, why=str(error)
        )
    fractions = ends[0] + depths * (ends[1] - ends[0])
    voltages = [float(open_circuit_voltage(cell, theta)) for theta in fractions]
    return resting_at(cell, voltages, temperature, model, **numerics)


def resting_at(cell, voltages, temperature, model="full", **numerics):
    """
    States of a cell at rest, sodium spread evenly, at open-circuit voltages.

    Parameters
    ----------
    cell, temperature, model : see ``impedance``
    voltages : at the reference temperature [V]

    Returns
    -------
    namespace, see ``operating_points``
    """
    numerics = {"double_layers": True, **numerics}
    engine = engine_for(cell, "either", SLOW_RATE, temperature, model, **numerics)
    states, case = [], None
    for voltage in voltages:
        case = engine.inputs(cell, 0.0, temperature + ZERO_CELSIUS, voltage)
        states.append(engine.initial_state(case))
    return SimpleNamespace(
        engine=engine,
        case=case,
        reached=np.ones(len(voltages), dtype=bool),
        times=np.zeros(len(voltages)),
        states=np.array(states).T,
        why=NOT_REACHED,
    )


def _even_fraction(cell, voltage):
    d = cell.derived()
    T_ref = cell["Reference temperature [K]"]
    return float(
        open_circuit.occupancy(voltage, T_ref, d.fractions, d.potentials, d.widths)[0]
    )


# ------------------------------------------------------------------------ the spectra
def impedance_at(engine, times, states, case, frequencies, layout="half-cell"):
    r"""
    Impedance of every part of the cell about states of a run.

    .. math:: Z(\omega) = -\frac{\delta V}{\delta I} =
              \sum_k \frac{\delta\eta_k}{\delta I} - \frac{\delta U_s}{\delta I}

    Parameters
    ----------
    engine : Built model
    times, states : shape (points,) and (states, points), consistent
    case : inputs of that run
    frequencies : [Hz]
    layout : which electrodes face each other; the answers of a symmetric cell at rest
        are those of a half-cell's parts, the electrode's taken twice

    Returns
    -------
    complex array of shape (points, frequencies, parts), parts in the order of OUTPUTS;
    their sum is the impedance of the cell [Ohm]
    """
    linear = engine.linearise(times, states, case)
    parts = frequency_response.answers(linear, engine.layout, frequencies)
    anode, plate, cathode = LAYOUTS[layout]
    weights = [
        -cathode
        if name == SURFACE_POTENTIAL
        else anode
        if name in ANODE
        else plate
        if name in (*PLATE, *GRAIN_BOUNDARY)
        else cathode
        for name in OUTPUTS
    ]
    return parts * weights


def impedance(
    cell,
    depth_of_discharge=(0.5,),
    direction="discharge",
    rate=None,
    temperature=30,
    frequencies=None,
    model="full",
    **numerics,
):
    """
    Spectra of a cell at depths of discharge, under the load of a half-cycle or at rest.

    Depth of discharge runs from 0 to 1 over the cell's own discharge at this rate and
    temperature, on charge as 1 - q/Q of that discharge, and at rest over a slow one.

    Parameters
    ----------
    cell : Cell
    depth_of_discharge : one or more, from 0 to 1
    direction : "discharge" or "charge"
    rate : C-rate of the direct current, 0 for a cell at rest; 0.1, and 0 for a
        symmetric cell, if nothing is said
    temperature : [degC]
    frequencies : ascending or descending [Hz]; 1 MHz to 25 mHz, 10 MHz to 10 mHz for a
        symmetric cell
    model : "full" or "particle"

    Returns
    -------
    table with SPECTRUM_COLUMNS; a depth that is not reached is a row with its status

    Raises
    ------
    NfpcellError for words and numbers that make no sense
    """
    cell, direction, rate, temperature, depths = _checked(
        cell, direction, rate, temperature, depth_of_discharge, model
    )
    if frequencies is None:
        frequencies = FREQUENCIES
        if cell.layout != "half-cell":
            frequencies = frequency_range(*SYMMETRIC_RANGE, PER_DECADE)
    frequencies = validation.frequencies(frequencies)
    points = operating_points(
        cell, direction, rate, temperature, depths, model, **numerics
    )
    Z = np.full((len(depths), len(frequencies)), np.nan, dtype=complex)
    if points.reached.any():
        Z[points.reached] = impedance_at(
            points.engine,
            points.times,
            points.states,
            points.case,
            frequencies,
            cell.layout,
        ).sum(axis=-1)
    condition = (cell.name, direction, rate, temperature)
    return _spectra(condition, depths, frequencies, Z, points.why)


def _spectra(condition, depths, frequencies, Z, why):
    """Spectra as a table; a depth without one is a row with its status."""
    blocks = []
    for depth, spectrum in zip(depths, Z, strict=True):
        there = np.isfinite(spectrum).all()
        block = pd.DataFrame(
            {
                DEPTH: depth,
                "Frequency [Hz]": frequencies if there else [np.nan],
                "Z_re [Ohm]": spectrum.real if there else [np.nan],
                "Z_im [Ohm]": spectrum.imag if there else [np.nan],
                "Status": "ok" if there else why,
            }
        )
        blocks.append(block)
    table = pd.concat(blocks, ignore_index=True)
    return table.assign(**dict(zip(CONDITION, condition, strict=True)))[
        SPECTRUM_COLUMNS
    ]


def _checked(cell, direction, rate, temperature, depths, model):
    (cell,) = validation.cells([cell])
    validation.one_of(direction, "direction", validation.HALF_CYCLES)
    validation.one_of(model, "model", validation.MODELS)
    symmetric = cell.layout != "half-cell"
    if rate is None:
        rate = 0 if symmetric else 0.1
    rate = validation.number(rate, "rate", validation.REST_OR_RATES)
    if symmetric and rate:
        raise NfpcellError(
            f"rate {rate:g} is refused: cell {cell.name} is symmetric and has no "
            "charge to give; right would be 0, a spectrum at rest"
        )
    temperature = validation.number(temperature, "temperature", validation.TEMPERATURES)
    depths = np.unique(
        validation.numbers(depths, "depth of discharge", validation.DEPTHS)
    )
    return cell, direction, rate, temperature, depths


# --------------------------------------------------------------------- the resistances
def resistances_along(engine, cases, times):
    """
    Re Z at 25 mHz of several runs at the same times, each until its cut-off.

    Parameters
    ----------
    engine : Built model
    cases : list of inputs
    times : ascending [s]

    Returns
    -------
    array of shape (cases, times) [Ohm]; nan where a run has ended before
    """
    found = np.full((len(cases), len(times)), np.nan)
    runs = engine.solve(cases, [0, times[-1]])
    for row, run, case in zip(found, runs, cases, strict=True):
        if run.solution is None:
            continue
        reached = times <= run.solution.t[-1]
        if not reached.any():
            continue
        states = engine.states(run, times[reached], case)
        Z = impedance_at(engine, times[reached], states, case, [LOWEST_FREQUENCY])
        row[reached] = Z.sum(axis=-1)[:, 0].real
    return found


def resistance(
    cell,
    direction="discharge",
    rate=0.1,
    temperature=30,
    depths=DEPTHS,
    model="full",
    *,
    spectra=False,
    circuits=True,
    **numerics,
):
    """
    Resistances of a cell over depth of discharge: of the circuit the paper fitted, of
    the model's own parts, and Re Z at 25 mHz.

    Parameters
    ----------
    cell, direction, rate, temperature, model : see ``impedance``
    depths : depths of discharge, from 0 to 1
    spectra : also return the spectra, as ``impedance`` does
    circuits : False for the model's own resistances only, which takes a tenth of the
        time

    Returns
    -------
    table with COLUMNS, or (table, spectra). R0, R1 and R2 are of the circuit
    R0 + (R1 || CPE1) + (R2 || CPE2), their sum is the total. "Model R0" is the real
    part at 25 mHz of the plate's bulk and the contact, "Model R1" of the sodium and
    the plate's grain boundaries, "Model R2" of the cathode and its face; they add up to
    the low-frequency resistance. A depth that is not reached, or whose circuit does not
    fit, is a row with its status

    Raises
    ------
    NfpcellError for words and numbers that make no sense
    """
    cell, direction, rate, temperature, depths = _checked(
        cell, direction, rate, temperature, depths, model
    )
    points = operating_points(
        cell, direction, rate, temperature, depths, model, **numerics
    )
    rows = [dict.fromkeys(COLUMNS, np.nan) | {"Status": points.why} for _ in depths]
    frequencies = FREQUENCIES if circuits else (LOWEST_FREQUENCY,)
    Z = np.full((len(depths), len(frequencies)), np.nan, dtype=complex)
    if points.reached.any():
        parts = impedance_at(
            points.engine,
            points.times,
            points.states,
            points.case,
            frequencies,
            cell.layout,
        )
        voltages = points.engine.voltages(points.times, points.states, points.case)
        Z[points.reached] = parts.sum(axis=-1)
        fitted = [equivalent_circuit.nothing(2, equivalent_circuit.OK) for _ in parts]
        if circuits:
            fitted = equivalent_circuit.fit_series(frequencies, Z[points.reached])
        for k, *found in zip(
            np.flatnonzero(points.reached), voltages, fitted, parts, strict=True
        ):
            rows[k] = _row(*found)
    condition = (cell.name, direction, rate, temperature)
    table = pd.DataFrame(rows, columns=COLUMNS).assign(**{DEPTH: depths})
    table = table.assign(**dict(zip(CONDITION, condition, strict=True)))
    if not spectra:
        return table
    return table, _spectra(condition, depths, frequencies, Z, points.why)


def _row(voltage, fitted, parts):
    at_lowest = dict(zip(OUTPUTS, parts[-1].real, strict=True))
    total = sum(at_lowest.values())
    own_0 = sum(at_lowest[name] for name in R_0)
    own_1 = sum(at_lowest[name] for name in R_1)
    return {
        "Voltage [V]": voltage,
        "R0 [Ohm]": fitted.R_0,
        "R1 [Ohm]": fitted.R[0],
        "R2 [Ohm]": fitted.R[1],
        TOTAL: fitted.total,
        LOW: total,
        "Model R0 [Ohm]": own_0,
        "Model R1 [Ohm]": own_1,
        "Model R2 [Ohm]": total - own_0 - own_1,
        "Separator resistance [Ohm]": sum(at_lowest[name] for name in SEPARATOR),
        "Circuit misfit [%]": 100 * fitted.misfit,
        "Status": fitted.status,
    }


def lowest_total(table):
    """The row where the circuit's total is lowest; all nan where none has one."""
    totals = table[TOTAL]
    if not totals.notna().any():
        return table.iloc[0].where(pd.Series(False, table.columns), np.nan)
    return table.loc[totals.idxmin()]


def minimum(table, column=LOW):
    """
    The lowest resistance of a table and the depth where it stands, by the parabola
    through the lowest row and its neighbours.

    Parameters
    ----------
    table : as ``resistance`` returns it, of one cell and direction
    column : which resistance

    Returns
    -------
    depth, resistance : [-], [Ohm]; nan where no row has a resistance
    """
    return lowest(table[DEPTH].to_numpy(), table[column].to_numpy())


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
