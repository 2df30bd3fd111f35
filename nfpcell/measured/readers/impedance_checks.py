"""Checks of an impedance that a file gives twice, by parts and by modulus or phase."""

import numpy as np
from numpy.typing import NDArray

from nfpcell.errors import refusal
from nfpcell.measured.readers.column_quantities import PARTS
from nfpcell.measured.readers.number_columns import Flags, Floats
from nfpcell.measured.readers.raw_table import RawTable

# largest relative difference of the moduli, and largest difference of the phases [°]
MODULUS_TOLERANCE = 0.02
PHASE_TOLERANCE = 5.0


def check_given_twice(
    table: RawTable, impedance: NDArray[np.complex128], rows: NDArray[np.intp]
) -> None:
    """Raise an error if the parts contradict the modulus or the phase."""
    if not set(PARTS) <= set(table.numbers):
        return
    Z = impedance[rows]
    size = np.abs(Z)
    rounding = _last_digit(np.concatenate([Z.real, Z.imag])) / size
    modulus, phase = (_given(table, name, rows) for name in ("modulus", "phase"))
    wrong = np.abs(np.abs(modulus) / size - 1) > MODULUS_TOLERANCE + rounding
    if wrong.any():
        _refuse(table, rows, wrong, "modulus", f"{size[np.argmax(wrong)]:g} Ohm")
    tolerance = PHASE_TOLERANCE + np.rad2deg(rounding)
    rotated = np.exp(-1j * np.deg2rad(phase))
    wrong = np.abs(np.angle(Z * rotated, deg=True)) > tolerance
    if wrong.any():
        angle = f"{np.angle(Z[np.argmax(wrong)], deg=True):.3g} degrees"
        is_reversed = np.abs(np.angle(Z.conj() * rotated, deg=True)) <= tolerance
        _refuse(table, rows, wrong, "phase", angle, bool(is_reversed[wrong].all()))


def _last_digit(values: Floats) -> float:
    """The power of ten of the last digit of these numbers, at least 1e-9."""
    for power in range(3, -9, -1):
        multiples = values / 10.0**power
        if np.allclose(multiples, multiples.round(), rtol=0, atol=1e-6):
            return 10.0**power
    return 1e-9


def _given(table: RawTable, quantity: str, rows: NDArray[np.intp]) -> Floats:
    """A column in these rows, NaN where the file does not give it."""
    if quantity not in table.numbers:
        return np.full(len(rows), np.nan)
    values = table.numbers[quantity][rows]
    # a phase can be zero, but hardly at every frequency
    absent = (
        values == 0 if quantity == "modulus" else np.full(len(rows), not values.any())
    )
    return np.where(absent, np.nan, values)


def _refuse(
    table: RawTable,
    rows: NDArray[np.intp],
    wrong: Flags,
    quantity: str,
    of_parts: str,
    is_reversed: bool = False,
) -> None:
    row = int(rows[np.argmax(wrong)])
    titles = {name: table.columns[name].heading.title for name in (*PARTS, quantity)}
    shown = f'"{titles[quantity]}" is {table.text(row, quantity)}'
    parts = " and ".join(f'"{titles[part]}"' for part in PARTS)
    what = f"{shown}, but {parts} give {of_parts}"
    right = "columns that agree"
    if is_reversed:
        right = f'one sign of "{titles["imaginary part"]}" and "{titles["phase"]}"'
    raise refusal(f"{table.path}: {table.where(row)}", what, right)
