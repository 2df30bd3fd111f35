"""Cycle after cycle of one cell, each from the state that the one before has left."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pydantic

from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import Range
from nfpcell.cell.schema import StrictModel
from nfpcell.errors import NfpcellError
from nfpcell.simulation.constant_current import (
    case_for,
    engine_for,
    longest,
    starting_voltage,
)

CONTACT = "Contact resistance [Ohm]"
ACTIVE = "Positive electrode active fraction of theoretical capacity"
COLUMNS = [
    "Cell",
    "Cycle",
    "C-rate",
    "Ambient temperature [degC]",
    "Charge capacity [mA.h.g-1]",
    "Discharge capacity [mA.h.g-1]",
    "Charge energy [W.h.kg-1]",
    "Discharge energy [W.h.kg-1]",
    "Coulombic efficiency",
    "Energy efficiency",
    "Status",
]
MOST_CYCLES = 1_000_000
_NUMBERS = Range(1, MOST_CYCLES)


@dataclass(frozen=True)
class Fade:
    """
    What each cycle takes, empirically; the cells of the paper showed none.

    Attributes
    ----------
    resistance : added to the contact resistance with every cycle [Ohm]
    contact : share of the active material that every cycle parts from the rest [-]
    """

    resistance: float = 0.0
    contact: float = 0.0

    def __post_init__(self):
        validation.number(self.resistance, "resistance growth", Range(0, 1e6))
        validation.number(self.contact, "contact loss", Range(0, 0.5))

    def aged(self, cell, cycle):
        r"""
        The cell in its n-th cycle, the first being new.

        .. math:: R_n = R_1 + (n - 1)\,\Delta R,\qquad
                  f_n = f_1 (1 - \lambda)^{n - 1}

        Parameters
        ----------
        cell : Cell
        cycle : n, from 1
        """
        if not (self.resistance or self.contact):
            return cell
        past = cycle - 1
        return cell.with_values(
            {
                CONTACT: cell[CONTACT] + past * self.resistance,
                ACTIVE: cell[ACTIVE] * (1 - self.contact) ** past,
            }
        )


def schedule(steps):
    """
    C-rate of every cycle.

    Parameters
    ----------
    steps : pairs of a C-rate and a number of cycles

    Examples
    --------
    >>> schedule([(0.1, 2), (1.0, 1)])
    [0.1, 0.1, 1.0]
    """
    rates = []
    for rate, number in steps:
        validation.numbers([rate], "rate", validation.RATES)
        if validation.number(number, "cycles", _NUMBERS) != int(number):
            raise NfpcellError(
                f"cycles {number!r} is refused; right is a whole number from 1"
            )
        rates += [float(rate)] * int(number)
    if not 1 <= len(rates) <= MOST_CYCLES:
        raise NfpcellError(
            f"{len(rates)} cycles are asked for; right is from 1 to {MOST_CYCLES}"
        )
    return rates


# ------------------------------------------------------------------------- as a file
class _Step(StrictModel):
    rate: Annotated[pydantic.FiniteFloat, pydantic.Field(gt=0, le=1000)] = (
        pydantic.Field(alias="C-rate")
    )
    cycles: Annotated[int, pydantic.Field(ge=1, le=MOST_CYCLES)]


class _File(StrictModel):
    """A file of kind "cycles" in experiments/, as it stands."""

    title: str
    kind: Literal["cycles"]
    source: str
    cell: str
    temperature: pydantic.FiniteFloat = pydantic.Field(
        alias="Ambient temperature [degC]"
    )
    steps: Annotated[list[_Step], pydantic.Field(min_length=1)]
    protocol: dict[str, str] = {}


@dataclass(frozen=True)
class Programme:
    """
    Cycles to run: a file of kind "cycles", or what was typed.

    Attributes
    ----------
    name, title : of the file
    cell : Cell
    steps : pairs of a C-rate and a number of cycles
    temperature : [degC]
    """

    name: str
    title: str
    cell: Cell
    steps: tuple
    temperature: float
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, word_or_path):
        """A built-in programme by its word, or one in a .toml file."""
        path, content = catalogue.read_experiment("cycles", _File, word_or_path)
        cell = Cell.load_named(content.cell, path)
        steps = tuple((step.rate, step.cycles) for step in content.steps)
        return cls(path.stem, content.title, cell, steps, content.temperature, path)


# --------------------------------------------------------------------------- running
class Cycler:
    """
    A cell on its way through cycles: charge, then discharge, at constant current.

    The first charge starts from what a slow discharge leaves; every other half-cycle
    from the very state that the one before has left, without a rest.

    Attributes
    ----------
    cycle : number of the last cycle that is done
    state : states of the model after it, for another Cycler to go on from; None for the
        start
    """

    def __init__(self, cell, steps, temperature=30.0, model="particle", fade=None):
        (self.cell,) = validation.half_cells(cell)
        validation.one_of(model, "model", validation.MODELS)
        validation.numbers([temperature], "temperature", validation.TEMPERATURES)
        self.temperature, self.fade = float(temperature), fade or Fade()
        self.rates = schedule(steps)
        # the fastest asks for the finest shells
        fastest = max(self.rates)
        self.engine = engine_for(self.cell, "either", fastest, temperature, model)
        self.model = model
        self.cycle, self.state = 0, None

    def go_on(self, cycle, state):
        """Take up where another Cycler of the same cell and steps has stopped."""
        self.cycle, self.state = cycle, state

    def rows(self):
        """Rows of the cycle table with COLUMNS, each as soon as it is known; the last
        one where a run fails.
        """
        for rate in self.rates[self.cycle :]:
            row = self._cycle(self.cycle + 1, rate)
            self.cycle += 1
            yield row
            if row["Status"] != "ok":
                return

    def _cycle(self, number, rate):
        cell = self.fade.aged(self.cell, number)
        row = dict.fromkeys(COLUMNS, np.nan)
        row |= {
            "Cell": cell.name,
            "Cycle": number,
            "C-rate": rate,
            "Ambient temperature [degC]": self.temperature,
            "Status": "ok",
        }
        for way in ("charge", "discharge"):
            capacity, energy, status = self._half(cell, way, rate)
            name = way.capitalize()
            row[f"{name} capacity [mA.h.g-1]"] = capacity
            row[f"{name} energy [W.h.kg-1]"] = energy
            if status != "ok":
                row["Status"] = f"{way}: {status}"
                return row
        row["Coulombic efficiency"] = _ratio(row, "capacity [mA.h.g-1]")
        row["Energy efficiency"] = _ratio(row, "energy [W.h.kg-1]")
        return row

    def _half(self, cell, way, rate):
        """Capacity [mA.h.g-1], energy [W.h.kg-1] and status of a half-cycle."""
        start = 0.0
        if self.state is None:
            start = starting_voltage(self.cell, way, self.model)
        case = case_for(self.engine, cell, way, rate, self.temperature, start)
        horizon = longest(cell, rate)
        if self.state is None:
            (run,) = self.engine.solve([case], [0, horizon])
        elif self.engine.past_cut_off(self.state, case):
            return 0.0, 0.0, "ok"
        else:
            run = self.engine.go_on(self.state, case, horizon)
        if run.failed:
            return np.nan, np.nan, run.status
        if run.solution is None:
            return 0.0, 0.0, "ok"
        self.state = np.array(run.solution.y[:, -1]).ravel()
        _, found = self.engine.curve(run, case)
        charge = np.abs(found["Discharge capacity [A.h]"]) / cell.derived().mass
        passed = np.abs(charge - charge[0])
        return passed[-1], float(np.trapezoid(found["Voltage [V]"], passed)), "ok"


def _ratio(row, what):
    """Discharge over charge; nothing where nothing was charged."""
    charged = row[f"Charge {what}"]
    return row[f"Discharge {what}"] / charged if charged > 0 else np.nan
