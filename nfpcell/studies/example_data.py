"""Files to try nfpcell with: made by the model, with noise, and marked as such.

They are those of a cell that differs from Cell C in two quantities, so that there is
something to find by a comparison and by a fit.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.eis.impedance import frequency_range, impedance
from nfpcell.simulation.constant_current import simulate
from nfpcell.simulation.protocol import Protocol, run
from nfpcell.simulation.protocol_steps import Instruction, Segment
from nfpcell.simulation.starting_state import starting_voltage

# what differs from Cell C
CHANGED = {
    "Contact resistance [Ohm]": 12.0,
    "Positive particle diffusivity [m2.s-1]": 2e-17,
}
TEMPERATURE = 30.0  # of all files [degC]
RATES = (0.1, 0.2, 0.5, 1.0, 2.0)  # of the rate test
# its rest before each discharge [s], rows of the rest and of a discharge, and the time
# of the slow charge that is not in the file [s]
REST, REST_ROWS, ROWS, SLOW_CHARGE = 3600.0, 12, 400, 250_000.0
PULSES = 16  # of the titration
REST_DEPTHS = (0.2, 0.5, 0.8)  # of the spectra at rest
LOAD, LOAD_DEPTHS = 0.1, tuple(round(0.1 * k, 1) for k in range(1, 10))  # of the map
# standard deviations of the noise: of a voltage [V], of an impedance over its modulus
VOLTAGE_NOISE, IMPEDANCE_NOISE = 1e-3, 0.005
SEED = 1


def cell() -> Cell:
    """The cell that the files are of."""
    return Cell.load("C").with_values(CHANGED, name="example")


def rate_test(model: str = "full") -> pd.DataFrame:
    """Discharges at five rates, each with the rest before; not the charges between."""
    example = cell()
    rest = np.linspace(0, REST, REST_ROWS, endpoint=False)
    voltage = starting_voltage(example, "discharge", model)
    resting = {columns.TIME: rest, columns.VOLTAGE: voltage, columns.CURRENT: 0.0}
    names, rows, time = list(resting), [], 0.0
    _, curves = simulate(example, RATES, TEMPERATURE, model=model, curves=True)
    for _, curve in curves.groupby(columns.RATE, sort=False):
        every = -(-len(curve) // ROWS)
        points = curve[names].iloc[::-every].iloc[::-1]
        points = points.assign(**{columns.TIME: points[columns.TIME] + REST})
        recorded = pd.concat([pd.DataFrame(resting), points])
        rows.append(recorded.assign(**{columns.TIME: recorded[columns.TIME] + time}))
        time += recorded[columns.TIME].iloc[-1] + SLOW_CHARGE
    return _with_noise(pd.concat(rows, ignore_index=True))


def titration(model: str = "full") -> pd.DataFrame:
    """A galvanostatic intermittent titration: pulses at 0.1C, each with a rest."""
    pulse = ["Discharge at 0.1C for 30 minutes or until 2.0 V", "Rest for 6 hours"]
    return _along(["Rest for 1 hour", *pulse * PULSES], model)


def spectra(model: str = "full") -> pd.DataFrame:
    """Spectra at rest at REST_DEPTHS, one below the other."""
    return _spectra(REST_DEPTHS, 0.0, frequency_range(1e6, 0.01, 8), model)


def operando(model: str = "full") -> pd.DataFrame:
    """Spectra during a discharge, at LOAD_DEPTHS, one below the other."""
    return _spectra(LOAD_DEPTHS, LOAD, frequency_range(1e6, 0.1, 5), model)


FILES: dict[str, Callable[[str], pd.DataFrame]] = {
    f"rate_test_{TEMPERATURE:g}degC.csv": rate_test,
    f"gitt_{TEMPERATURE:g}degC.csv": titration,
    f"spectra_{TEMPERATURE:g}degC.csv": spectra,
    f"operando_{LOAD:g}C_{TEMPERATURE:g}degC.csv": operando,
}


def content(name: str) -> str:
    """What is in one of FILES, in a sentence."""
    return (FILES[name].__doc__ or "").strip()


def text(name: str, model: str = "full") -> str:
    """Content of one of FILES; the first line says what made it."""
    table = FILES[name](model)
    values = ", ".join(f"{quantity} = {value:g}" for quantity, value in CHANGED.items())
    noise = f"{1e3 * VOLTAGE_NOISE:g} mV"
    if columns.FREQUENCY in table:
        noise = f"{100 * IMPEDANCE_NOISE:g} % of the modulus"
    mark = f"# Made by nfpcell example-data, not measured: Cell C with {values}, "
    rows = table.to_csv(index=False, float_format="%.8g", lineterminator="\n")
    return f"{mark}model {model}, noise {noise}\n{rows}"


def _along(steps: list[str], model: str) -> pd.DataFrame:
    """Time, voltage and current along steps, from the charged cell."""
    instructions = tuple(Instruction(step, TEMPERATURE) for step in steps)
    segment = Segment("example", cell(), "charged", instructions)
    protocol = Protocol("example", "", "", segment.cell, (segment,))
    _, curves = run(protocol, model)
    return _with_noise(curves[[columns.TIME, columns.VOLTAGE, columns.CURRENT]])


def _with_noise(table: pd.DataFrame) -> pd.DataFrame:
    voltage = table[columns.VOLTAGE] + VOLTAGE_NOISE * _noise(len(table))
    table = table.assign(**{columns.VOLTAGE: voltage})
    table = table.round({columns.TIME: 1, columns.VOLTAGE: 4})
    return table.drop_duplicates(columns.TIME)


def _spectra(
    depths: tuple[float, ...], rate: float, frequencies: FloatArray, model: str
) -> pd.DataFrame:
    table = impedance(
        cell(), depths, "discharge", rate, TEMPERATURE, frequencies.tolist(), model
    )
    names = [columns.FREQUENCY, columns.Z_RE, columns.Z_IM]
    table = table[names].copy()
    modulus = np.hypot(table[columns.Z_RE], table[columns.Z_IM])
    for name, noise in zip(names[1:], _noise(2, len(table)), strict=True):
        table[name] += IMPEDANCE_NOISE * modulus * noise
    return table


def _noise(*shape: int) -> FloatArray:
    return np.random.default_rng(SEED).standard_normal(shape)
