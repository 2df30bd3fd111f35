"""A cell through a protocol of steps, as a cycler is told them: PyBaMM's Experiment.

A step is a sentence of PyBaMM ("Charge at 0.2C until 4.5 V", "Hold at 4.5 V until
C/50", "Discharge at 50 mW until 2.0 V", "Discharge at 400 Ohm for 2 hours", "Rest for 1
hour"), with the temperature of the cell during it.
"""

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
import pydantic

from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import StrictModel
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.errors import DataFileError, SolveError
from nfpcell.model.half_cell import HEATS
from nfpcell.simulation.constant_current import starting_voltage
from nfpcell.simulation.engine import FIDELITIES, GAP

LOWER, UPPER = "Lower voltage cut-off [V]", "Upper voltage cut-off [V]"
COLUMNS = [
    "Cell",
    "Leg",
    "Step",
    "Told",
    "Ambient temperature [degC]",
    "Duration [h]",
    "Specific capacity [mA.h.g-1]",
    "Specific energy [W.h.kg-1]",
    "Mean power [W]",
    "Heat [J]",
    "Highest temperature [degC]",
    "Final voltage [V]",
    "Final stoichiometry",
    "Ended by",
    "Status",
]
LOOP_COLUMNS = [
    "Cell",
    "Leg",
    "Told",
    "Specific capacity [mA.h.g-1]",
    "Specific energy [W.h.kg-1]",
    "Energy efficiency",
]
# a charge and a discharge that differ by no more are a loop
CLOSED = 0.01
ALONG = (
    "Voltage [V]",
    "Current [A]",
    "Discharge capacity [A.h]",
    "Positive electrode stoichiometry",
    "Cell temperature [K]",
)
# into how many parts a step of the integrator is divided for an integral
PARTS = 8
# share of its sodium below which the cathode is empty, and what a voltage beyond that
# of the paper then means [V]
EMPTY, KNOWN_TO = 0.01, 4.5
BEYOND = (
    "ok; the cathode is empty, and past {limit:g} V whatever else reacts is not in the "
    "model"
)


Thermal = Literal["isothermal", "lumped"]


class _Step(StrictModel):
    do: Annotated[str, pydantic.Field(min_length=1)]
    temperature: pydantic.FiniteFloat | None = pydantic.Field(
        None, alias="Ambient temperature [degC]"
    )


class _Leg(StrictModel):
    name: Annotated[str, pydantic.Field(min_length=1)]
    start: Literal["charged", "discharged"]
    thermal: Thermal | None = None
    steps: Annotated[list[_Step], pydantic.Field(min_length=1)]
    quantities: dict[str, pydantic.FiniteFloat] = {}


class _File(StrictModel):
    """A file of kind "protocol" in experiments/, as it stands."""

    title: str
    kind: Literal["protocol"]
    source: str
    cell: str
    temperature: pydantic.FiniteFloat = pydantic.Field(
        alias="Ambient temperature [degC]"
    )
    thermal: Thermal = "isothermal"
    legs: Annotated[list[_Leg], pydantic.Field(min_length=1)]
    protocol: dict[str, str] = {}


@dataclass(frozen=True)
class Leg:
    """
    Steps that follow one another.

    Attributes
    ----------
    name : how it is called in tables and figures
    cell : Cell, with what the leg changes of it
    start : "charged" or "discharged", by a slow half-cycle at 30 degC
    steps : pairs of a sentence and a temperature [degC]
    thermal : "isothermal", or "lumped" where the cell warms by the heat it gives off
    """

    name: str
    cell: Cell
    start: str
    steps: tuple
    thermal: str = "isothermal"


@dataclass(frozen=True)
class Protocol:
    """
    What is run: a file of kind "protocol".

    Attributes
    ----------
    name, title, source : of the file
    cell : Cell of the file
    legs : tuple of Leg, each from its own start
    """

    name: str
    title: str
    source: str
    cell: Cell
    legs: tuple
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, word_or_path):
        """A built-in protocol by its word, or one in a .toml file."""
        path, content = catalogue.read_experiment("protocol", _File, word_or_path)
        cell = Cell.load_named(content.cell, path)
        legs = tuple(_leg(leg, cell, content, path) for leg in content.legs)
        if len({leg.name for leg in legs}) < len(legs):
            raise DataFileError(
                f"{path}: two legs have one name; right would be one for each"
            )
        return cls(path.stem, content.title, content.source, cell, legs, path)


def _leg(leg, cell, content, path):
    steps = []
    for step in leg.steps:
        own = content.temperature if step.temperature is None else step.temperature
        validation.number(
            own, f"{path}: {leg.name}: temperature", validation.TEMPERATURES
        )
        _step(step.do, own, f"{path}: {leg.name}")
        steps.append((step.do, own))
    own = cell.with_values(leg.quantities)
    return Leg(leg.name, own, leg.start, tuple(steps), leg.thermal or content.thermal)


def _step(told, temperature, place):
    """A step of PyBaMM, or one sentence on why it is none."""
    import pybamm

    try:
        return pybamm.step.string(told, temperature=temperature + ZERO_CELSIUS)
    except (ValueError, TypeError) as error:
        why = str(error).strip().splitlines()[0].rstrip(": .")
        raise DataFileError(
            f'{place}: "{told}" is no step ({why}); right would be such as "Charge at '
            '0.2C until 4.5 V" or "Discharge at 400 Ohm until 2 V"'
        ) from error


def run(protocol, model="full", progress=None):
    """
    Run every leg.

    Parameters
    ----------
    protocol : Protocol
    model : "full" or "particle"
    progress : called with (done, all) after each leg

    Returns
    -------
    table, curves : a row for each step with COLUMNS; and time, current, voltage and
        power along every leg. A leg that fails is a row with its Status.
    """
    validation.one_of(model, "model", validation.MODELS)
    rows, curves = [], []
    for number, leg in enumerate(protocol.legs, start=1):
        try:
            solution = _solved(leg, model)
        except SolveError as error:
            rows.append({**_blank(leg, 0), "Status": str(error)})
        else:
            rows += _rows(leg, solution)
            curves.append(_curve(leg, solution))
        if progress:
            progress(number, len(protocol.legs))
    table = pd.DataFrame(rows, columns=[*COLUMNS, *HEATS])
    return table, pd.concat(curves, ignore_index=True) if curves else pd.DataFrame()


def efficiency(table):
    """
    What a loop gives back: of each leg that ends by a charge and a discharge of the
    same capacity, to within CLOSED of it.

    Parameters
    ----------
    table : as ``run`` returns it

    Returns
    -------
    table with LOOP_COLUMNS; without rows where no leg ends by a loop
    """
    rows = []
    for leg, own in table.groupby("Leg", sort=False):
        last = own.tail(2)
        if len(last) < 2 or not last["Status"].str.startswith("ok").all():
            continue
        (taken, given), (put_in, got_out) = last[LOOP_COLUMNS[3:5]].to_numpy().T
        if taken < 0 < given and abs(given + taken) < CLOSED * given:
            known = (last["Cell"].iloc[0], leg, last["Told"].iloc[1])
            rows.append((*known, given, got_out, got_out / -put_in))
    return pd.DataFrame(rows, columns=LOOP_COLUMNS)


def _solved(leg, model):
    """PyBaMM's solution of a leg, from what a slow half-cycle leaves."""
    import pybamm

    way = "discharge" if leg.start == "charged" else "charge"
    values = leg.cell.parameter_values()
    start = starting_voltage(_usual(leg.cell), way, model)
    values["Initial voltage in positive electrode [V]"] = start
    # on the branch that the slow half-cycle went along
    values["Initial hysteresis state"] = -1.0 if leg.start == "charged" else 1.0
    steps = [_step(told, warm, leg.name) for told, warm in leg.steps]
    for step in steps:
        if isinstance(step, pybamm.step.Voltage):
            continue
        # within an Experiment PyBaMM lets a cell run a volt past its own cut-offs
        step.termination += [
            pybamm.step.VoltageTermination(leg.cell[LOWER], "<"),
            pybamm.step.VoltageTermination(leg.cell[UPPER], ">"),
        ]
    simulation = pybamm.Simulation(
        FIDELITIES[model](
            diffusion_law=leg.cell.diffusion,
            thermal=leg.thermal,
            energies=True,
            with_hysteresis=leg.cell[GAP] > 0,
        ),
        parameter_values=values,
        experiment=pybamm.Experiment([tuple(steps)]),
    )
    try:
        with warnings.catch_warnings():
            # an end before the last step is told in the table
            warnings.simplefilter("ignore")
            solution = simulation.solve()
    except pybamm.SolverError as error:
        why = str(error).splitlines()[0]
        raise SolveError(f"the solver stopped: {why}") from error
    if not getattr(solution, "cycles", None):
        raise SolveError("not run: its first step starts past a cut-off")
    return solution


def _usual(cell):
    """The cell as its slow half-cycles leave it, whatever a leg raises a cut-off to; at
    the cut-offs its potential is so steep that half a gap of hysteresis is no charge.
    """
    return cell.with_values({UPPER: min(cell[UPPER], KNOWN_TO), GAP: 0.0})


def _blank(leg, step):
    told, warm = leg.steps[step]
    return dict.fromkeys(COLUMNS, np.nan) | {
        "Cell": leg.cell.name,
        "Leg": leg.name,
        "Step": step + 1,
        "Told": told,
        "Ambient temperature [degC]": warm,
        "Ended by": "",
        "Status": "ok",
    }


def _rows(leg, solution):
    """A row a step; steps that were not run say so."""
    import pybamm

    mass = float(leg.cell.derived().mass)
    done = [step for cycle in solution.cycles for step in cycle.steps]
    rows = []
    for number in range(len(leg.steps)):
        row = _blank(leg, number)
        if number >= len(done):
            rows.append({**row, "Status": "not reached: the step before ended the run"})
            continue
        own = done[number]
        if isinstance(own, pybamm.EmptySolution):
            rows.append({**row, "Status": "not run: it starts past a cut-off"})
            continue
        hours, along = _along(own)
        volts, amperes, charge, theta, kelvins = (along[name] for name in ALONG)
        energy = float(np.trapezoid(volts * amperes, hours))
        heat = {name: float(along[name][-1] - along[name][0]) for name in HEATS}
        duration = float(hours[-1] - hours[0])
        row |= {
            "Duration [h]": duration,
            "Specific capacity [mA.h.g-1]": float(charge[-1] - charge[0]) / mass,
            "Specific energy [W.h.kg-1]": energy / mass,
            "Mean power [W]": energy / duration if duration else 0.0,
            "Heat [J]": sum(heat.values()),
            "Highest temperature [degC]": float(kelvins.max()) - ZERO_CELSIUS,
            "Final voltage [V]": float(volts[-1]),
            "Final stoichiometry": float(theta[-1]),
            "Ended by": _ended(own.termination),
            **heat,
        }
        if theta[-1] < EMPTY and volts[-1] > KNOWN_TO + 1e-3:
            row["Status"] = BEYOND.format(limit=KNOWN_TO)
        rows.append(row)
    return rows


def _along(step):
    """Along a step, several times in each of the integrator's: hours, and by name what
    is in ALONG and HEATS.
    """
    own = step.t
    parts = np.linspace(0, 1, PARTS, endpoint=False)
    inner = own[:-1, None] + np.diff(own)[:, None] * parts
    times = np.append(inner.ravel(), own[-1])
    found = {name: np.ravel(step[name](times)) for name in (*ALONG, *HEATS)}
    return times / SECONDS_PER_HOUR, found


def _ended(termination):
    return termination.removeprefix("event: ").removesuffix(" [experiment]")


def _curve(leg, solution):
    volts, amperes, _, theta, kelvins = (solution[name].entries for name in ALONG)
    return pd.DataFrame(
        {
            "Leg": leg.name,
            "Time [s]": solution["Time [h]"].entries * SECONDS_PER_HOUR,
            "Current [A]": amperes,
            "Voltage [V]": volts,
            "Power [W]": volts * amperes,
            "Cell temperature [degC]": kelvins - ZERO_CELSIUS,
            "Positive electrode stoichiometry": theta,
        }
    )
