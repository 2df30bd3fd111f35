"""Charge and discharge curves over rates and temperatures."""

import numpy as np
import pandas as pd

from nfpcell.cell import parameters, validation
from nfpcell.cell.derived import derive
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.errors import SolveError
from nfpcell.model.half_cell import EXPLICIT_LAWS, SURFACE_POTENTIAL
from nfpcell.model.half_cell import LOSSES as MODEL_LOSSES
from nfpcell.model.mesh import (
    n_r_with_double_layers,
    n_x,
    n_x_of_spectra,
    resolution,
    uniform_reaction,
)
from nfpcell.physics import open_circuit
from nfpcell.simulation.engine import STOICHIOMETRY, Run, built

SLOW_RATE = 1 / 50
SLOW_TEMPERATURE = 30 + ZERO_CELSIUS
SMALLEST_FRACTION = 1e-6
# how far a run may leave the bounds of stoichiometry, and its balance of sodium the
# charge that has passed, as a share of all sodium; runs come to some 1e-6
TOLERATED = 1e-4
# tolerances of the solver for the rare run that did
STRICT = {"rtol": 3e-7, "atol": 1e-7}

SUMMARY_COLUMNS = [
    "Cell",
    "Direction",
    "C-rate",
    "Ambient temperature [degC]",
    "Specific capacity [mA.h.g-1]",
    "Mean voltage [V]",
    "Specific energy [W.h.kg-1]",
    "Termination",
    "Status",
]
KEYS = SUMMARY_COLUMNS[:4]
CONCENTRATION = "Positive electrode concentration overpotential [V]"
CAPACITY = "Specific capacity [mA.h.g-1]"
LOSSES = [*MODEL_LOSSES[:-1], CONCENTRATION, MODEL_LOSSES[-1]]
CURVE_COLUMNS = ["Time [s]", "Current [A]", "Voltage [V]", CAPACITY, *LOSSES]
_NO_CURVE = pd.DataFrame({name: [] for name in [*KEYS, *CURVE_COLUMNS]})


def engine_for(cell, direction, rate, temperature, model="full", **numerics):
    """The built model for half-cycles of a cell, with the numerics that they need; what
    is given wins. Arguments as of ``numerics_for``.
    """
    own = numerics_for(cell, direction, rate, temperature, model, **numerics)
    return built(model, cell.diffusion, **own)


def numerics_for(cell, direction, rate, temperature, model="full", **numerics):
    """
    Shells, depths and tolerances that a half-cycle needs, unless ``points`` says
    otherwise.

    Parameters
    ----------
    cell, rate : Cell and C-rate
    direction : "discharge", "charge", or "either" for what goes both ways
    temperature : [degC]
    model : "full" or "particle"

    Returns
    -------
    arguments of ``engine.built``
    """
    d = cell.derived(temperature + ZERO_CELSIUS)
    i = rate * d.nominal_capacity / d.area
    drops = i * d.thickness / d.kappa_eff, i * d.thickness / d.sigma_eff
    layers = numerics.get("double_layers")
    explicit = cell.diffusion in EXPLICIT_LAWS and not layers
    nonuniform = model == "full" and explicit and not uniform_reaction(*drops)
    if nonuniform:
        # depths that run out of sodium first need surfaces of their own
        numerics = {"explicit_surface": False} | numerics
    if "points" in numerics:
        return numerics
    diffusion_number = d.D_over_R2 * SECONDS_PER_HOUR / rate
    if explicit:
        own = resolution(diffusion_number, direction, nonuniform)._asdict()
        points = {"r_p": own.pop("n_r")}
        numerics = own | numerics
    else:
        points = {"r_p": n_r_with_double_layers(diffusion_number)}
    if model == "full":
        points["x_p"] = n_x(*drops, direction)
        if layers:
            most = n_x_of_spectra(d.thickness / d.sigma_eff)
            points["x_p"] = max(points["x_p"], most)
    return {**numerics, "points": tuple(points.items())}


def starting_voltage(cell, direction, model="full", **numerics):
    """
    Open-circuit voltage a cell is left at by a slow half-cycle.

    A discharge starts from what a charge at C/50 and 30 °C to the upper cut-off
    leaves, a charge from what a discharge to the lower cut-off leaves, in both cases
    after the sodium has spread evenly in the particles.

    Parameters
    ----------
    cell : Cell
    direction : "discharge" or "charge", of the half-cycle to come
    model : "full" or "particle"

    Returns
    -------
    U : potential at the reference temperature [V]; that of the other cut-off itself
        where the slow half-cycle did not run
    """
    (found,) = starting_voltages([(cell, direction)], model, **numerics)
    if isinstance(found, SolveError):
        raise found
    return found


def starting_voltages(pairs, model="full", **numerics):
    """
    As ``starting_voltage``, of many pairs of cell and direction in one batch.

    Returns
    -------
    list of voltages [V], or of SolveError where a slow half-cycle failed
    """
    engines, cases, horizons = {}, {}, {}
    for k, (cell, direction) in enumerate(pairs):
        # the slow half-cycle before has the other direction
        sign, before = (-1, "charge") if direction == "discharge" else (1, "discharge")
        at = before, SLOW_RATE, SLOW_TEMPERATURE - ZERO_CELSIUS
        engine = engine_for(cell, *at, model, **numerics)
        cases[k] = engine.inputs(
            cell,
            sign * SLOW_RATE * cell.derived().nominal_capacity,
            SLOW_TEMPERATURE,
            # a hair inside the window, or the run would end where it starts
            _opposite(cell, direction) - sign * 1e-3,
        )
        engines[k], horizons[k] = engine, longest(cell, SLOW_RATE)
    found = [None] * len(pairs)
    for engine, batch, horizon in _batches(engines, horizons):
        runs = engine.solve([cases[k] for k in batch], [0, horizon])
        for k, run in zip(batch, runs, strict=True):
            found[k] = _left_by(*pairs[k], run, engine, cases[k])
    return found


def _opposite(cell, direction):
    """Cut-off that the slow half-cycle before runs away from [V]."""
    side = "Lower" if direction == "discharge" else "Upper"
    return cell[f"{side} voltage cut-off [V]"]


def _left_by(cell, direction, run, engine, case):
    """Open-circuit voltage that a slow half-cycle leaves before the named one [V]."""
    if run.failed:
        return SolveError(
            f"cell {cell.name}: the slow half-cycle before a {direction} failed: "
            f"{run.status}"
        )
    if run.solution is None:
        return _opposite(cell, direction)
    end = engine.record(run.solution.t[-1:], run.solution.y[:, -1:], case)
    return float(open_circuit_voltage(cell, end[STOICHIOMETRY][0]))


def open_circuit_voltage(cell, theta):
    """Potential at the reference temperature of an even sodium fraction [V]."""
    d = cell.derived()
    # what is left at either end after a full half-cycle is the solver's tolerance
    theta = np.clip(theta, SMALLEST_FRACTION, 1 - SMALLEST_FRACTION)
    return open_circuit.equilibrium_potential(
        theta, cell["Reference temperature [K]"], *d.galleries
    )


def simulate(
    cells,
    rates=(0.2, 0.5, 1, 2),
    temperatures=(30,),
    direction="discharge",
    model="full",
    *,
    curves=False,
    progress=None,
    **numerics,
):
    """
    Constant-current half-cycles of every cell at every rate and temperature.

    Parameters
    ----------
    cells : Cell or list of Cell
    rates : C-rates; 1C is 97 mA per gram of NFP of that cell
    temperatures : [degC]
    direction : "discharge", "charge" or "both"
    model : "full" or "particle"
    curves : also return every curve
    progress : called with (done, all) after each batch
    numerics : ``points``, ``rtol``, ``atol`` of ``engine.built``

    Returns
    -------
    table : one row a condition, with SUMMARY_COLUMNS; or (table, curves), curves with
        KEYS, time, current, voltage, specific capacity and each loss

    Raises
    ------
    NfpcellError for words and numbers that make no sense; a condition that fails is a
    row with its ``Status``
    """
    cells = validation.half_cells(cells)
    rates = validation.numbers(rates, "rate", validation.RATES)
    temperatures = validation.numbers(
        temperatures, "temperature", validation.TEMPERATURES
    )
    validation.one_of(direction, "direction", validation.DIRECTIONS)
    validation.one_of(model, "model", validation.MODELS)
    conditions = [
        (cell, way, rate, temperature)
        for cell in cells
        for way in (("charge", "discharge") if direction == "both" else (direction,))
        for temperature in temperatures
        for rate in rates
    ]
    found = half_cycles(conditions, model, progress, curves=curves, **numerics)
    return found if curves else found[0]


def half_cycles(conditions, model="full", progress=None, *, curves=True, **numerics):
    """
    Any list of half-cycles, each from where a slow half-cycle leaves the cell.

    Parameters
    ----------
    conditions : list of (Cell, direction, C-rate, temperature [degC])
    model, progress, numerics : see ``simulate``
    curves : False to have the table alone, in less time

    Returns
    -------
    table, curves : see ``simulate``; rows in the order of the conditions. Without
        curves these are None
    """
    rows, tables = [None] * len(conditions), [None] * len(conditions)
    for k, run, along in _runs(conditions, model, progress, numerics):
        rows[k] = _summary(conditions[k], run, along)
        if curves:
            tables[k] = _curve(conditions[k], along)
    table = pd.DataFrame(rows, columns=SUMMARY_COLUMNS)
    if not curves:
        return table, None
    filled = [each for each in tables if len(each)]
    return table, pd.concat(filled or tables or [_NO_CURVE], ignore_index=True)


def _runs(conditions, model, progress, numerics):
    """Each half-cycle, as its place in the list, its Run, and its outputs as
    ``engine.Built.curve`` gives them or None.
    """
    starts = dict.fromkeys((cell, way) for cell, way, *_ in conditions)
    found = starting_voltages(list(starts), model, **numerics)
    starts = dict(zip(starts, found, strict=True))
    engines, horizons = {}, {}
    for k, condition in enumerate(conditions):
        start = starts[condition[:2]]
        if isinstance(start, SolveError):
            yield k, Run(None, "failed", str(start)), None
            continue
        engines[k] = engine_for(*condition, model, **numerics)
        horizons[k] = longest(condition[0], condition[2])
    done = 0
    for engine, batch, horizon in _batches(engines, horizons):
        cases = [
            case_for(engine, *conditions[k], starts[conditions[k][:2]]) for k in batch
        ]
        solved = engine.solve(cases, [0, horizon])
        runs = [physical(engine, *each) for each in zip(solved, cases, strict=True)]
        found = engine.curves(runs, cases)
        for k, as_solved, run, along in zip(batch, solved, runs, found, strict=True):
            if run is not as_solved and not STRICT.items() <= numerics.items():
                strict = {**numerics, **STRICT}
                ((_, *again),) = _runs([conditions[k]], model, None, strict)
                yield k, *again
            else:
                yield k, run, along
        done += len(batch)
        if progress:
            progress(done, len(engines))


def _batches(engines, horizons):
    """
    Cases that one engine solves at once, alike durations together: a batch may run as
    long as its longest member.

    Parameters
    ----------
    engines : of each case, by its place
    horizons : how long each may run, by its place [s]

    Returns
    -------
    generator of engine, places, and how long they may run [s]
    """
    members = {}
    for k, engine in engines.items():
        members.setdefault(engine, []).append(k)
    for engine, own in members.items():
        own.sort(key=lambda k: -horizons[k])
        for first in range(0, len(own), engine.batch):
            batch = own[first : first + engine.batch]
            yield engine, batch, max(horizons[k] for k in batch)


def case_for(engine, cell, direction, rate, temperature, start):
    """
    Inputs of a half-cycle for an engine.

    Parameters
    ----------
    engine : Built
    cell, direction, rate : Cell, "discharge" or "charge", C-rate
    temperature : [degC]
    start : potential of the cathode at rest at the start [V]
    """
    sign = 1 if direction == "discharge" else -1
    current = sign * rate * cell.derived().nominal_capacity
    return engine.inputs(cell, current, temperature + ZERO_CELSIUS, start)


def longest(cell, rate):
    """Time in which the current would move more sodium than the cell has [s]."""
    theory = (
        cell["Positive electrode active fraction of theoretical capacity"]
        * cell["Positive electrode theoretical capacity [A.h.kg-1]"]
        / cell["Nominal specific current at 1C [A.kg-1]"]
    )
    return 1.1 * theory * SECONDS_PER_HOUR / rate


def physical(engine, run, case):
    """
    A run as it is, or a failed one if it left what sodium can do: stoichiometries from
    0 to 1, and as much more of it in the particles as charge has passed.

    Parameters
    ----------
    engine : Built, without double layers, which would hold charge too
    run : Run of it
    case : inputs of that run
    """
    if run.solution is None:
        return run
    y = np.asarray(run.solution.y)
    names = [name for name in engine.layout if name.endswith("particle stoichiometry")]
    lowest, highest = y.min(axis=1), y.max(axis=1)  # of each state, without a copy
    lowest = min(lowest[engine.layout[name]].min() for name in names)
    highest = max(highest[engine.layout[name]].max() for name in names)
    lost = astray(engine, run, case)
    why = None
    # the other way round would let nan pass
    if not (lowest >= -TOLERATED and highest <= 1 + TOLERATED):
        why = f"stoichiometry from {lowest:.4g} to {highest:.4g}"
    elif not lost <= TOLERATED:
        why = f"{lost:.2g} of all sodium went astray"
    return Run(None, "failed", f"left the physical range: {why}") if why else run


def astray(engine, run, case):
    """Sodium the particles hold more of than charge has passed, either way, as a share
    of all they can hold; arguments as of ``physical``, the run with a solution.
    """
    y = np.asarray(run.solution.y)
    ends = engine.record(run.solution.t[[0, -1]], y[:, [0, -1]], case)
    inside, passed = (
        np.diff(ends[name])[0] for name in (STOICHIOMETRY, "Discharge capacity [A.h]")
    )
    p = parameters.Parameters.of(case.__getitem__)
    all_ = p.active_fraction * p.specific_capacity * derive(p).mass
    return abs(inside - passed / all_)


def _keys(condition):
    cell, way, rate, temperature = condition
    return dict(zip(KEYS, (cell.name, way, rate, temperature), strict=True))


def _curve(condition, along):
    """One curve as a table; empty where there is none."""
    cell = condition[0]
    if along is None:
        return _NO_CURVE
    times, found = along
    # the open circuit of the even distribution less that of the surface
    entropy = cell["Positive electrode OCP entropic change [V.K-1]"] * (
        condition[3] + ZERO_CELSIUS - cell["Reference temperature [K]"]
    )
    found[CONCENTRATION] = (
        open_circuit_voltage(cell, found[STOICHIOMETRY])
        + entropy
        - found[SURFACE_POTENTIAL]
    )
    found["Time [s]"] = times
    found[CAPACITY] = _specific_capacity(cell, found)
    return pd.DataFrame(
        {
            **_keys(condition),
            **{name: found[name] for name in CURVE_COLUMNS},
        }
    )


def _specific_capacity(cell, found):
    """Of the outputs along a run, from its start [mA.h.g-1]."""
    return np.abs(found["Discharge capacity [A.h]"]) / cell.derived().mass


def _summary(condition, run, along):
    if along is None:
        failed = run.status != "ok"
        capacity = np.nan if failed else 0.0
        numbers = capacity, np.nan, capacity
    else:
        _, found = along
        capacity = _specific_capacity(condition[0], found)
        energy = np.trapezoid(found["Voltage [V]"], capacity)
        numbers = capacity[-1], energy / capacity[-1], energy
    ends = run.termination, run.status
    return dict(
        zip(SUMMARY_COLUMNS, (*_keys(condition).values(), *numbers, *ends), strict=True)
    )
