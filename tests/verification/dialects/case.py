"""A written file, and what a reader has to find in it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tests.verification.dialects.columns import Column
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.truth import Curve, Floats, Impedance, Step

TABLE_NAMES = {
    "time": "Time [s]",
    "step time": "Time [s]",
    "clock": "Time [s]",
    "voltage": "Voltage [V]",
    "current": "Current [A]",
    "current density": "Current density [A.m-2]",
    "specific current": "Specific current [A.kg-1]",
    "rate": "C-rate",
    "capacity": "Capacity [A.h]",
    "areal capacity": "Areal capacity [A.h.m-2]",
    "specific capacity": "Specific capacity [A.h.kg-1]",
    "temperature": "Temperature [degC]",
    "cycle": "Cycle",
    "step": "Step",
}


@dataclass(frozen=True)
class ExpectedSpectrum:
    """A spectrum as it is written, in the order of the file."""

    frequency: Floats  # [Hz]
    Z: NDArray[np.complex128]  # [Ohm]
    voltage: float | None = None  # [V]
    current: float | None = None  # [A]


@dataclass(frozen=True)
class Expected:
    """What a file holds; several arrays of one column are each a right answer."""

    table: dict[str, list[Floats]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()  # the half-cycles; not compared if empty
    time: Floats | None = None  # of every row, for the half-cycles [s]
    temperature: float | None = None  # [degC]
    spectra: tuple[ExpectedSpectrum, ...] = ()
    sizes: dict[str, float] = field(default_factory=dict)  # arguments of half_cycles


@dataclass(frozen=True)
class Case:
    """A file of one draw."""

    suffix: str
    raw: bytes
    expected: Expected
    dialect: str = ""
    contradiction: str = ""  # what is deliberately wrong in the file
    sound: bytes = b""  # the same file without the contradiction


def expected_table(
    columns: Sequence[Column], sign: NDArray[np.int64] | None = None
) -> dict[str, list[Floats]]:
    """The columns of a recording's table; ``sign`` is that of a current without it."""
    table: dict[str, list[Floats]] = {}
    charges: dict[str, Floats] = {}
    for column in columns:
        if column.values is None or not column.quantity:
            continue
        if column.quantity in ("charge capacity", "discharge capacity"):
            charges[column.quantity.split()[0]] = column.values
            continue
        name = TABLE_NAMES.get(column.quantity)
        if name is None:
            continue
        answers = table.setdefault(name, [])
        answers.append(column.values)
        if column.quantity == "current" and sign is not None:
            answers.append(column.values * np.where(sign < 0, -1, 1))
    if charges:
        zero = 0 * next(iter(charges.values()))
        net = charges.get("charge", zero) - charges.get("discharge", zero)
        table.setdefault("Capacity [A.h]", []).append(net)
    return table


def expected_curve(
    columns: Sequence[Column],
    curve: Curve,
    sizes: dict[str, float] | None = None,
    unsigned: bool = False,
) -> Expected:
    """What a file with these columns of a curve holds."""
    table = expected_table(columns, curve.sign if unsigned else None)
    has_temperature = "Temperature [degC]" in table
    return Expected(
        table,
        tuple(step for step in curve.steps if step.sign),
        curve.time,
        curve.steps[0].temperature if has_temperature else None,
        sizes=sizes or {},
    )


def curve_with_rows(columns: Sequence[Column], curve: Curve) -> Expected:
    """A curve after which rows of a spectrum follow, which may be rows of it too."""
    table = expected_table(columns)
    rows = len(curve)
    kept = {name: [values, values[:rows]] for name, (values,) in table.items()}
    return replace(expected_curve(columns, curve), table=kept)


def written_impedance(columns: Sequence[Column]) -> NDArray[np.complex128]:
    """The impedance that columns say, from its parts if they are there."""
    values = {c.quantity: c.values for c in columns if c.values is not None}
    if "real part" in values and "imaginary part" in values:
        return values["real part"] + 1j * values["imaginary part"]
    return values["modulus"] * np.exp(1j * np.deg2rad(values["phase"]))


def expected_spectrum(columns: Sequence[Column], rows: slice) -> ExpectedSpectrum:
    """The spectrum in these rows of the columns."""
    values = {c.quantity: c.values for c in columns if c.values is not None}
    constants = {
        quantity: float(np.median(values[quantity][rows]))
        if quantity in values
        else None
        for quantity in ("voltage", "current")
    }
    Z = written_impedance(columns)[rows]
    return ExpectedSpectrum(values["frequency"][rows], Z, **constants)


def joined(impedances: Sequence[Impedance]) -> tuple[Impedance, list[slice]]:
    """Successive spectra as one, and the rows of each."""
    ends = np.cumsum([len(one.frequency) for one in impedances]).tolist()
    rows = [slice(a, b) for a, b in itertools.pairwise([0, *ends])]
    one = Impedance(
        np.concatenate([i.frequency for i in impedances]),
        np.concatenate([i.Z for i in impedances]),
        impedances[0].voltage,
        impedances[0].current,
    )
    return one, rows


def permuted(draw: Draw, columns: list[Column], share: float = 0.5) -> list[Column]:
    """The columns, in this share of the draws in a random order."""
    if draw.chance(share, "columns permuted"):
        return draw.shuffled(columns)
    return columns
