"""One case of a sweep: a row with its outputs, or with the reason of its failure."""

import contextlib
import itertools
import math
from typing import Any

from nfpcell import columns
from nfpcell.cell import validation
from nfpcell.eis.impedance import impedance
from nfpcell.eis.resistance import resistances
from nfpcell.errors import NfpcellError
from nfpcell.outcome import OK, succeeded
from nfpcell.physics import ragone
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import half_cycles
from nfpcell.simulation.numerics import Numerics, engine_for
from nfpcell.simulation.starting_state import SLOW_RATE
from nfpcell.sweeping import sweep_outputs as outputs
from nfpcell.sweeping.sweep_plan import Case, Failure, Sweep


def prepare(sweep: Sweep, case: Case) -> None:
    """Build the engines of a case; it takes seconds, once in each process."""
    with contextlib.suppress(Exception):  # ``compute`` reports it
        cell = sweep.cell(case)
        spectra: Numerics = {}
        if sweep.wants(outputs.AT_DEPTH):
            spectra["double_layers"] = True
        load = sweep.direction, case.rate, case.temperature
        slow = [(direction, SLOW_RATE, 30) for direction in validation.HALF_CYCLES]
        for half_cycle, more in itertools.product((load, *slow), (spectra, {})):
            engine_for(cell, *half_cycle, sweep.model, **more)


def compute(sweep: Sweep, case: Case) -> dict[str, Any]:
    """The row of a case, with ``Sweep.columns``; never raises.

    Its "Status" is "ok" or begins with the value of a ``Failure``.
    """
    try:
        return sweep.row(case) | _results(sweep, case)
    except NfpcellError as error:
        return sweep.failed_row(case, Failure.REFUSED, str(error))
    except Exception as error:
        first_line = (str(error).splitlines() or [""])[0]
        reason = f"{type(error).__name__}: {first_line}"
        return sweep.failed_row(case, Failure.FAILED, reason)


def _results(sweep: Sweep, case: Case) -> dict[str, Any]:
    """The outputs of the sweep that could be computed, and the status."""
    cell = sweep.cell(case)
    rate = validation.number(case.rate, "rate", validation.RATES)
    temperature = validation.number(
        case.temperature, "temperature", validation.TEMPERATURES
    )
    condition = Condition(cell, sweep.direction, rate, temperature)
    results: dict[str, Any] = {}
    failures: list[str] = []
    if sweep.wants((*outputs.HALF_CYCLE, *outputs.CURVE)):
        results |= _half_cycle(sweep, condition, failures)
    if sweep.wants(outputs.AT_DEPTH):
        results |= _at_depth(sweep, condition, case.depth, failures)
    row = {name: results[name] for name in sweep.outputs if name in results}
    return row | {
        columns.STATUS: "; ".join(dict.fromkeys(failures)) or OK,
        columns.REMARK: condition.remark,
    }


def _half_cycle(
    sweep: Sweep, condition: Condition, failures: list[str]
) -> dict[str, Any]:
    """Outputs of the half-cycle; a failure is appended to ``failures``."""
    table, curve = half_cycles(
        [condition], sweep.model, curves=sweep.wants(outputs.CURVE)
    )
    row = {str(name): value for name, value in table.iloc[0].items()}
    if not succeeded(table[columns.STATUS]).all():
        failures.append(Failure.FAILED.status(row[columns.STATUS]))
        return {columns.TERMINATION: row[columns.TERMINATION]}
    cell, energy = condition.cell, row[columns.ENERGY]
    current = condition.rate * cell["Nominal specific current at 1C [A.kg-1]"]
    hours = row[columns.CAPACITY] / current
    power = ragone.mean_power(energy, hours) if hours else math.nan
    loading = cell.derived().loading
    w_electrolyte = cell["Positive electrode electrolyte mass fraction"]
    w_nfp = 1 - (w_electrolyte + cell["Positive electrode carbon mass fraction"])
    separator = cell["Separator thickness [m]"], cell["Electrolyte density [kg.m-3]"]
    stack = ragone.stack_areal_mass(*separator, loading, w_nfp)
    row |= {
        outputs.POWER: power,
        outputs.STACK_ENERGY: loading / stack * energy,
        outputs.STACK_POWER: loading / stack * power,
    }
    if curve is not None:
        curve[outputs.ALONG_CURVE] = curve[columns.CAPACITY]
        row |= {name: curve[name].tolist() for name in outputs.CURVE}
    return row


def _at_depth(
    sweep: Sweep, condition: Condition, depth: float, failures: list[str]
) -> dict[str, Any]:
    """Resistances and the spectrum under load; appends to ``failures``."""
    row: dict[str, Any] = {}
    circuits = sweep.wants(outputs.CIRCUIT)
    if circuits or sweep.wants(outputs.RESISTANCE):
        table, spectra = resistances(
            [condition], sweep.model, depths=(depth,), circuits=circuits
        )
        row = {str(name): value for name, value in table.iloc[0].items()}
        if not succeeded(table[columns.STATUS]).all():
            failures.append(Failure.RESISTANCE.status(row[columns.STATUS]))
    if sweep.wants(outputs.SPECTRUM):
        if not circuits:
            cell, direction, rate, temperature = condition.values
            load = direction, rate, temperature
            spectra = impedance(cell, depth, *load, model=sweep.model)
            if not succeeded(spectra[columns.STATUS]).all():
                status = spectra[columns.STATUS].iloc[0]
                failures.append(Failure.SPECTRUM.status(status))
        if spectra[columns.Z_RE].notna().all():
            row |= {name: spectra[name].tolist() for name in outputs.SPECTRUM}
    # leaves out the voltage of the resistance table, which is not that of the curve
    return {name: row[name] for name in outputs.AT_DEPTH if name in row}
