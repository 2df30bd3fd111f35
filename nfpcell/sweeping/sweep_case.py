"""One case of a sweep: a row with its outputs, or with the reason why it has none."""

import itertools
import math

from nfpcell.cell import validation
from nfpcell.columns import CAPACITY
from nfpcell.eis import impedance, resistance
from nfpcell.errors import NfpcellError
from nfpcell.physics import ragone
from nfpcell.simulation import constant_current, starting_state
from nfpcell.simulation.condition import Condition
from nfpcell.sweeping import sweep_plan as plans

OK = "ok"
ALONG = "Capacity along the curve [mA.h.g-1]"


def empty(sweep, columns, status):
    """The row of a case without outputs."""
    outputs = dict.fromkeys(sweep.outputs, math.nan)
    outputs |= {name: None for name in sweep.outputs if name in plans.LISTS}
    outputs |= {name: "" for name in sweep.outputs if name in plans.TEXTS}
    return {**columns, **outputs, "Status": status}


def prepare(sweep, columns):
    """Build what the case runs on, which takes seconds, once in a process."""
    try:
        cell = sweep.cell(columns)
        numerics = {}
        if sweep.wants(plans.RESISTANCE, plans.CIRCUIT, plans.SPECTRUM):
            numerics = {"double_layers": True}
        at = sweep.direction, columns[plans.RATE], columns[plans.TEMPERATURE]
        slow = [(way, starting_state.SLOW_RATE, 30) for way in validation.HALF_CYCLES]
        for each, more in itertools.product((at, *slow), (numerics, {})):
            numerics.engine_for(cell, *each, sweep.model, **more)
    except Exception:
        return


def compute(sweep, columns):
    """
    The row of a case; never raises.

    Parameters
    ----------
    sweep : Sweep
    columns : as ``Sweep.case`` gives them

    Returns
    -------
    dict with ``Sweep.columns``; its "Status" is "ok", or "refused: …" for a case that
    makes no sense, or "failed: …" for one that could not be computed
    """
    row = empty(sweep, columns, OK)
    try:
        row |= _found(sweep, columns)
    except NfpcellError as error:
        return empty(sweep, columns, f"refused: {error}")
    except Exception as error:
        first = (str(error).splitlines() or [""])[0]
        return empty(sweep, columns, f"failed: {type(error).__name__}: {first}")
    return row


def _found(sweep, columns):
    cell = sweep.cell(columns)
    at = (
        validation.number(columns[plans.RATE], "rate", validation.RATES),
        validation.number(
            columns[plans.TEMPERATURE], "temperature", validation.TEMPERATURES
        ),
    )
    found, statuses = {}, []
    if sweep.wants(plans.HALF_CYCLE, plans.CURVE):
        found |= _half_cycle(sweep, cell, *at, statuses)
    if sweep.wants(plans.RESISTANCE, plans.CIRCUIT, plans.SPECTRUM):
        found |= _resistance(sweep, cell, *at, columns[plans.DEPTH], statuses)
    found = {name: found[name] for name in sweep.outputs if name in found}
    return found | {"Status": "; ".join(dict.fromkeys(statuses)) or OK}


def _half_cycle(sweep, cell, rate, temperature, statuses):
    condition = Condition(cell, sweep.direction, rate, temperature)
    along = sweep.wants(plans.CURVE)
    table, curve = constant_current.half_cycles([condition], sweep.model, curves=along)
    row = table.iloc[0].to_dict()
    if row["Status"] != OK:
        statuses.append(f"failed: {row['Status']}")
        return {"Termination": row["Termination"]}
    capacity = row["Specific capacity [mA.h.g-1]"]
    hours = capacity / (rate * cell["Nominal specific current at 1C [A.kg-1]"])
    energy = row["Specific energy [W.h.kg-1]"]
    row["Specific power [W.kg-1]"] = (
        ragone.mean_power(energy, hours) if hours else math.nan
    )
    d = cell.derived()
    w_nfp = 1 - sum(
        cell[f"Positive electrode {part} mass fraction"]
        for part in ("electrolyte", "carbon")
    )
    share = d.loading / ragone.stack_areal_mass(
        cell["Separator thickness [m]"], cell["Electrolyte density [kg.m-3]"],
        d.loading, w_nfp,
    )  # fmt: skip
    for what in ("energy [W.h.kg-1]", "power [W.kg-1]"):
        row[f"Stack specific {what}"] = share * row[f"Specific {what}"]
    for name in plans.CURVE if along else ():
        source = CAPACITY if name == ALONG else name
        row[name] = curve[source].tolist()
    return row


def _resistance(sweep, cell, rate, temperature, depth, statuses):
    at = sweep.direction, rate, temperature
    row, circuits = {}, sweep.wants(plans.CIRCUIT)
    if circuits or sweep.wants(plans.RESISTANCE):
        table, spectra = resistance.resistance(
            cell, *at, (depth,), sweep.model,
            spectra=True, circuits=circuits,
        )  # fmt: skip
        row = table.iloc[0].to_dict()
        if row["Status"] != OK:
            statuses.append(f"resistance: {row['Status']}")
    if sweep.wants(plans.SPECTRUM):
        if not circuits:
            spectra = impedance.impedance(cell, (depth,), *at, model=sweep.model)
            if (spectra["Status"] != OK).any():
                statuses.append(f"spectrum: {spectra['Status'].iloc[0]}")
        if spectra["Z_re [Ohm]"].notna().all():
            row |= {name: spectra[name].tolist() for name in plans.SPECTRUM}
    # a table of resistances has a voltage too, which is not the curve's
    own = (*plans.RESISTANCE, *plans.CIRCUIT, *plans.SPECTRUM)
    return {name: row[name] for name in own if name in row}
