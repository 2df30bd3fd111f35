"""Published against computed: the one definition of error.

A target names a quantity of a result. Those of a table are columns; the shapes of the
paper's figures (where a peak stands, how much a resistance rises) are the functions
below, each of one curve or one resistance over depth of discharge.
"""

import numpy as np
import pandas as pd
from scipy.signal import find_peaks

from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import split_unit
from nfpcell.eis import equivalent_circuit
from nfpcell.eis.impedance import TOTAL, impedance, lowest_total, minimum, resistance
from nfpcell.simulation.constant_current import half_cycles
from nfpcell.studies.experiment import Condition, Experiment
from nfpcell.studies.residuals import error_percent, of_number

COLUMNS = [
    "Experiment",
    "Cell",
    "Quantity",
    "Where",
    "Published",
    "Computed",
    "Error [%]",
    "Tolerance [%]",
    "Use",
    "Met",
]
MARKS = ("Published", "Lower", "Upper")
CAPACITY = "Specific capacity [mA.h.g-1]"
RESISTANCE = "Low-frequency resistance [Ohm]"
DEPTH = "Depth of discharge"
# of the circuit, taken at the depth where its total is lowest
AT_LOWEST_TOTAL = ("R0 [Ohm]", "R1 [Ohm]", "R2 [Ohm]", "Separator resistance [Ohm]")


def run(experiment, model="full", progress=None, cells=None, **numerics):
    """
    Run every condition of an experiment.

    Parameters
    ----------
    experiment : Experiment or its name
    model : "full" or "particle"
    progress : called with (done, all)
    cells : mapping of ``Condition.cell`` to the Cell to take for it; those of the files
        by default
    numerics : see ``cycling.simulate``; of kind "resistance" also ``depths`` and
        ``circuits`` of ``linearised.resistance``

    Returns
    -------
    table, curves : of kind "cycling" as ``cycling.half_cycles``; of kind "resistance"
        the rows over depth of discharge, and all spectra; of kind "impedance" the
        rows of every spectrum, and None
    """
    validation.one_of(model, "model", validation.MODELS)
    experiment = Experiment.load(experiment)
    cells = cells or {word: Cell.load(word) for word in experiment.cells}
    if experiment.kind != "impedance":
        validation.half_cells(list(cells.values()), Cell)
    if experiment.kind == "cycling":
        conditions = [
            (cells[c.cell], c.direction, c.rate, c.temperature)
            for c in experiment.conditions
        ]
        return half_cycles(conditions, model, progress, **numerics)
    tables, spectra = [], []
    for number, c in enumerate(experiment.conditions, start=1):
        condition = cells[c.cell], c.direction, c.rate, c.temperature
        if experiment.kind == "resistance":
            table, own = resistance(*condition, model=model, spectra=True, **numerics)
            tables.append(table)
            spectra.append(own)
        else:
            cell, *rest = condition
            tables.append(impedance(cell, [c.depth], *rest, model=model, **numerics))
        if progress:
            progress(number, len(experiment.conditions))
    second = pd.concat(spectra, ignore_index=True) if spectra else None
    return pd.concat(tables, ignore_index=True), second


def judge(experiment, table, curves=None):
    """
    Hold the targets of an experiment against its results.

    Parameters
    ----------
    experiment : Experiment
    table, curves : as ``run`` returns them

    Returns
    -------
    table with COLUMNS; where nothing was computed the target is not met
    """
    rows = []
    for target in experiment.targets:
        condition = experiment.selected(target)
        computed = _computed(target.quantity, condition, table, curves)
        divisor = experiment.divisor(target)
        if divisor:
            computed /= _computed(target.quantity, divisor, table, curves)
        rows.append(judged(experiment, target, computed))
    return pd.DataFrame(rows, columns=COLUMNS)


def judged(experiment, target, computed):
    """One target held against a computed number, as a row of ``judge``."""
    condition = experiment.selected(target)
    quantity = target.quantity
    if experiment.divisor(target):
        quantity = f"{split_unit(quantity)[0]} over that of {target.over}"
    rate = f"{condition.rate:g}C {condition.direction}"
    return {
        "Experiment": experiment.name,
        "Cell": target.cell,
        "Quantity": quantity,
        "Where": f"{rate if condition.rate else 'at rest'}, "
        f"{condition.temperature:g} degC",
        "Published": _published(target),
        "Computed": computed,
        "Error [%]": error_percent(computed, target.value),
        "Tolerance [%]": target.tolerance_percent,
        "Use": target.use,
        "Met": _met(computed, target),
    }


def published(experiment, quantity):
    """
    The numbers of one quantity that an experiment is held to, as marks of a figure.

    Parameters
    ----------
    experiment : Experiment
    quantity : column of the record

    Returns
    -------
    table of the conditions, with "Published", "Lower" and "Upper" (nan where there is
    none) and "Use"; ratios of two cells are left out
    """
    rows = [
        {
            **experiment.selected(target).columns,
            "Published": target.value,
            "Lower": target.lower,
            "Upper": target.upper,
            "Use": target.use,
        }
        for target in experiment.targets
        if target.quantity == quantity and not target.over
    ]
    columns = [*Condition("", "", 0, 0).columns, *MARKS, "Use"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(MARKS, float))


def score(names=None, model="full", progress=None, **numerics):
    """
    Every target of the named experiments, or of all that have targets.

    Parameters
    ----------
    names : list of experiments, as ``Experiment.load`` takes them
    model, progress, numerics : see ``run``

    Returns
    -------
    table with COLUMNS
    """
    validation.one_of(model, "model", validation.MODELS)
    if isinstance(names, str):
        names = [names]
    experiments = [Experiment.load(name) for name in names or catalogue.scored()]
    experiments = [experiment for experiment in experiments if experiment.targets]
    scores = []
    for number, experiment in enumerate(experiments, start=1):
        scores.append(judge(experiment, *run(experiment, model, **numerics)))
        if progress:
            progress(number, len(experiments))
    if not scores:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(scores, ignore_index=True)


def _met(computed, target):
    if not np.isfinite(computed):
        return False
    if target.value is not None:
        residual = of_number(computed, target.value, target.tolerance_percent)
        return bool(abs(residual) <= 1)
    above = target.lower is None or computed >= target.lower
    return bool(above and (target.upper is None or computed <= target.upper))


def _published(target):
    if target.value is not None:
        return target.value
    if target.lower is None:
        return f"<= {target.upper:g}"
    if target.upper is None:
        return f">= {target.lower:g}"
    return f"{target.lower:g} to {target.upper:g}"


def _pick(table, condition):
    """The rows of one condition."""
    wanted = condition.columns
    mask = np.ones(len(table), dtype=bool)
    for column, value in wanted.items():
        mask &= (table[column] == value).to_numpy()
    return table[mask]


def _computed(quantity, condition, table, curves):
    rows = _pick(table, condition)
    curve = None if curves is None else _pick(curves, condition)
    return float(_quantity(quantity, rows, curve))


def _quantity(name, rows, curve):
    if name in SHAPES:
        of_curve, function = SHAPES[name]
        return function(curve if of_curve else rows)
    if name in (RESISTANCE, TOTAL):
        return minimum(rows, name)[1]
    if name in AT_LOWEST_TOTAL:
        return at_lowest_total(rows, name)
    return rows[name].iloc[0] if len(rows) else np.nan


# ------------------------------------------------------------- shapes of the figures
def plateau_transition(curve):
    """Depth of discharge where the voltage falls most steeply."""
    depth, voltage = _over_depth(curve)
    if depth is None:
        return np.nan
    inside = (depth > 0.3) & (depth < 0.9)
    slope = np.gradient(voltage, depth)
    return depth[inside][np.argmin(slope[inside])]


def upper_step(curve):
    """Voltage half way to the plateau transition [V]."""
    depth, voltage = _over_depth(curve)
    return (
        np.nan
        if depth is None
        else np.interp(plateau_transition(curve) / 2, depth, voltage)
    )


def lower_step(curve):
    """Voltage half way from the plateau transition to the end [V]."""
    depth, voltage = _over_depth(curve)
    if depth is None:
        return np.nan
    return np.interp((1 + plateau_transition(curve)) / 2, depth, voltage)


def _over_depth(curve):
    """Voltage on an even grid of the discharge's own depth."""
    capacity = curve[CAPACITY].to_numpy()
    if len(capacity) < 3 or capacity[-1] <= 0:
        return None, None
    depth = np.linspace(0, 1, 501)
    return depth, np.interp(depth, capacity / capacity[-1], curve["Voltage [V]"])


def rise_at(depth, column=RESISTANCE):
    """Function of a resistance table: resistance at a depth over the lowest."""

    def rise(rows):
        found = rows[np.isfinite(rows[column])]
        if found.empty:
            return np.nan
        return (
            np.interp(depth, found[DEPTH], found[column], left=np.nan, right=np.nan)
            / minimum(found, column)[1]
        )

    return rise


def at_lowest_total(rows, column):
    """A resistance at the depth where the circuit's total is lowest."""
    return np.nan if rows.empty else lowest_total(rows)[column]


def total_over_low_frequency(rows):
    """The circuit's total over Re Z at 25 mHz, at the depth where it is lowest."""
    return at_lowest_total(rows, TOTAL) / at_lowest_total(rows, RESISTANCE)


def number_of_arcs(rows):
    """Arcs that describe a spectrum, see ``circuit.arcs_needed``."""
    if not np.isfinite(rows["Z_re [Ohm]"]).all():
        return np.nan
    Z = (rows["Z_re [Ohm]"] + 1j * rows["Z_im [Ohm]"]).to_numpy()
    return equivalent_circuit.arcs_needed(rows["Frequency [Hz]"].to_numpy(), Z)


def resistance_peak(rows):
    """Depth of the highest local maximum of resistance away from either end; nan
    where none stands out by a hundredth of the lowest resistance.
    """
    found = rows[np.isfinite(rows[RESISTANCE])]
    found = found[found[DEPTH].between(0.3, 0.9)]
    R = found[RESISTANCE].to_numpy()
    if len(R) < 3:
        return np.nan
    peaks, _ = find_peaks(R, prominence=0.01 * R.min())
    return found[DEPTH].to_numpy()[peaks[np.argmax(R[peaks])]] if len(peaks) else np.nan


# name of a quantity -> whether it is of the curve, and the function
SHAPES = {
    "Depth of plateau transition": (True, plateau_transition),
    "Upper step voltage [V]": (True, upper_step),
    "Lower step voltage [V]": (True, lower_step),
    "Resistance rise at 3 %": (False, rise_at(0.03)),
    "Resistance rise at 97 %": (False, rise_at(0.97)),
    "Depth of resistance peak": (False, resistance_peak),
    "R2 rise at 3 %": (False, rise_at(0.03, "R2 [Ohm]")),
    "R2 rise at 97 %": (False, rise_at(0.97, "R2 [Ohm]")),
    "Total over low-frequency resistance": (False, total_over_low_frequency),
    "Number of arcs": (False, number_of_arcs),
}
