"""The result of a half-cycle: outputs along the run, its summary and its table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.arrays import FloatArray
from nfpcell.outcome import Outcome
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.dense_output import Samples
from nfpcell.simulation.starting_state import open_circuit_voltage


def specific_capacity(condition: Condition, samples: Samples) -> FloatArray:
    """Charge passed since the start, per mass of NFP [mA.h.g-1]."""
    mass = float(condition.cell.derived().mass)
    charge: FloatArray = np.abs(samples.outputs[columns.CHARGE]) / mass
    return charge


def empty_table() -> pd.DataFrame:
    """The table of a curve without points."""
    return pd.DataFrame({name: [] for name in (*columns.CONDITION, *columns.CURVE)})


@dataclass(frozen=True)
class Curve:
    """The result of a half-cycle."""

    condition: Condition
    outcome: Outcome
    samples: Samples | None  # None if the run failed or started beyond a cut-off

    def summary(self) -> dict[str, str | float]:
        """Capacity, mean voltage and energy, with the keys of ``columns.SUMMARY``.

        The capacity is 0 for a start beyond a cut-off, and nan for a failed run.
        """
        if self.samples is None:
            capacity = energy = np.nan if self.outcome.failed else 0.0
            mean_voltage = np.nan
        else:
            charge = specific_capacity(self.condition, self.samples)
            voltage = self.samples.outputs[columns.VOLTAGE]
            capacity, energy = float(charge[-1]), float(np.trapezoid(voltage, charge))
            mean_voltage = energy / capacity
        return self.condition.record | {
            columns.CAPACITY: capacity,
            columns.MEAN_VOLTAGE: mean_voltage,
            columns.ENERGY: energy,
            columns.TERMINATION: self.outcome.termination,
            columns.STATUS: self.outcome.status,
            columns.REMARK: self.condition.remark,
        }

    def table(self) -> pd.DataFrame:
        """Outputs along the run, with the condition and ``columns.CURVE``."""
        if self.samples is None:
            return empty_table()
        outputs = self.samples.outputs | {
            columns.TIME: self.samples.times,
            columns.CAPACITY: specific_capacity(self.condition, self.samples),
            columns.CONCENTRATION: self._concentration_overpotential(self.samples),
        }
        return pd.DataFrame(
            self.condition.record | {name: outputs[name] for name in columns.CURVE}
        )

    def _concentration_overpotential(self, samples: Samples) -> FloatArray:
        """Open-circuit potential at the mean sodium fraction minus that at the surface.

        In volts, averaged over the surfaces of all particles.
        """
        cell = self.condition.cell
        entropic_shift = cell["Positive electrode OCP entropic change [V.K-1]"] * (
            self.condition.kelvin - cell["Reference temperature [K]"]
        )
        mean = open_circuit_voltage(cell, samples.outputs[columns.STOICHIOMETRY])
        surface = samples.outputs[columns.SURFACE_POTENTIAL]
        return mean + entropic_shift - surface
