"""Spectra from rows of impedance: checked, split into sweeps, sorted by frequency."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nfpcell.errors import refusal
from nfpcell.measured.readers.column_choice import listed
from nfpcell.measured.readers.column_quantities import DIMENSIONS, PARTS, POLAR
from nfpcell.measured.readers.curve_table import plausible_temperature
from nfpcell.measured.readers.impedance_checks import check_given_twice
from nfpcell.measured.readers.number_columns import Floats
from nfpcell.measured.readers.raw_table import RawTable
from nfpcell.measured.readers.recording import LEAST_POINTS, Spectrum

Places = NDArray[np.intp]
PLAUSIBLE_FREQUENCIES = (1e-9, 1e12)
PLAUSIBLE_MODULI = (1e-9, 1e15)
# the sign of a part is wrong in the file if it is wrong at this share of frequencies
MOST_OF_A_SPECTRUM = 0.9
MOST_SPECTRA = 10_000


def impedance_of(table: RawTable) -> NDArray[np.complex128]:
    """The impedance [Ohm], from real and imaginary part or from modulus and phase."""
    numbers, impedance = table.numbers, np.empty(len(table), complex)
    if all(part in numbers for part in PARTS):
        impedance.real, impedance.imag = (numbers[part] for part in PARTS)
        return impedance
    if all(part in numbers for part in POLAR):
        impedance[:] = numbers["modulus"] * np.exp(1j * np.deg2rad(numbers["phase"]))
        return impedance
    missing = next(part for part in PARTS if part not in numbers)
    titles = listed(column.heading.title for column in table.columns.values())
    what = f"no column of the {missing} among {titles}"
    raise refusal(table.path, what, "such as Frequency [Hz], Z_re [Ohm], Z_im [Ohm]")


def spectra_of(
    table: RawTable, impedance: NDArray[np.complex128], rows: Places
) -> list[Spectrum]:
    """The spectra in these rows of a table, without names."""
    _check_rows(table, impedance, rows)
    check_given_twice(table, impedance, rows)
    frequency = table.numbers["frequency"][rows]
    spectra = []
    for part in _sweeps(frequency, _loops(table, rows)):
        order = part[np.argsort(-frequency[part], kind="stable")]
        sorted_frequency, at = frequency[order], rows[order]
        repeated = np.flatnonzero(np.diff(sorted_frequency) == 0)
        if len(repeated):
            first = repeated[0]
            # name the later of the two rows
            row = int(max(at[first], at[first + 1]))
            what = f"{sorted_frequency[first]:g} Hz occurs twice"
            right = "a file of one spectrum, or of successive complete spectra"
            raise refusal(f"{table.path}: {table.where(row)}", what, right)
        spectrum = Spectrum(
            "",
            sorted_frequency,
            impedance[at],
            current=_median(table, ("mean current", "current"), at),
            voltage=_median(table, ("mean voltage", "voltage"), at),
            temperature=_median(table, ("temperature",), at),
        )
        spectra.append(spectrum)
    return spectra


def _check_rows(
    table: RawTable, impedance: NDArray[np.complex128], rows: Places
) -> None:
    """Raise an error for a row that is not finite, or not plausible."""
    numbers = table.numbers
    parts = PARTS if all(part in numbers for part in PARTS) else POLAR
    needed = ("frequency", *parts)
    finite = {quantity: np.isfinite(numbers[quantity][rows]) for quantity in needed}
    bad = ~np.all(list(finite.values()), axis=0)
    if bad.any():
        place = int(np.argmax(bad))
        quantity = next(q for q in needed if not finite[q][place])
        row = int(rows[place])
        text = table.text(row, quantity)
        what = f'"{text}" is not a number' if text else f"the {quantity} has no number"
        raise refusal(f"{table.path}: {table.where(row)}", what, "a finite one")
    for what, values, (low, high) in (
        ("frequency [Hz]", numbers["frequency"][rows], PLAUSIBLE_FREQUENCIES),
        ("modulus [Ohm]", np.abs(impedance[rows]), PLAUSIBLE_MODULI),
    ):
        outside = ~((values >= low) & (values <= high))
        if outside.any():
            place = int(np.argmax(outside))
            what = f"{what} {values[place]:g} is refused"
            right = f"at least {low:g} and at most {high:g}"
            raise refusal(f"{table.path}: {table.where(int(rows[place]))}", what, right)


def _loops(table: RawTable, rows: Places) -> Floats:
    """The number of the loop or cycle of each row, if the file gives it."""
    for quantity in ("loop", "cycle", "step"):
        if quantity in table.numbers:
            loops = table.numbers[quantity][rows]
            if np.isfinite(loops).all() and (np.diff(loops) != 0).any():
                return loops
    return np.zeros(len(rows))


def _sweeps(frequency: Floats, loops: Floats) -> list[Places]:
    """
    The places of the rows of each spectrum.

    A spectrum starts where the loop changes, and where the frequency jumps back to a
    range that was measured before.
    """
    edges = np.flatnonzero(np.diff(loops) != 0) + 1
    parts = np.split(np.arange(len(frequency)), edges)
    # loops that are shorter than a spectrum count something else
    if any(len(part) < LEAST_POINTS for part in parts[:-1]):
        parts = [np.arange(len(frequency))]
    return [sweep for part in parts for sweep in _turns(frequency, part)]


def _turns(frequency: Floats, part: Places) -> list[Places]:
    """Places of a loop, split where the frequency jumps back or changes direction."""
    logs = np.log(frequency[part])
    steps = np.diff(logs)
    starts = [0]
    for begin, end in _runs(steps):
        covered = logs[begin] - logs[starts[-1]]
        back = (logs[end] - logs[begin]) * covered < 0
        if not back or abs(logs[end] - logs[begin]) < 0.5 * abs(covered):
            continue
        # a single step back: the next sweep starts after it
        if end == begin + 1 and begin > starts[-1] + 1:
            starts.append(end)
        # a change of direction: the turning point belongs to the sweep before, unless
        # it was measured twice
        elif min(end - begin, begin - starts[-1]) >= LEAST_POINTS - 1:
            starts.append(begin if steps[begin - 1] == 0 else begin + 1)
    sweeps = np.split(part, starts[1:])
    # unsorted points are one spectrum
    in_sweeps = sum(len(sweep) for sweep in sweeps if len(sweep) >= LEAST_POINTS)
    monotone = all(_is_monotone(logs[sweep - part[0]]) for sweep in sweeps)
    return sweeps if monotone and in_sweeps > 0.8 * len(part) else [part]


def _runs(steps: Floats) -> list[tuple[int, int]]:
    """First and last point of each stretch of steps with the same sign."""
    edges = np.flatnonzero(np.diff(np.sign(steps)) != 0) + 1
    bounds = [0, *edges.tolist(), len(steps)]
    return list(itertools.pairwise(bounds)) if len(steps) else []


def _is_monotone(logs: Floats) -> bool:
    """Whether nearly all steps have the same direction."""
    steps = np.sign(np.diff(logs))
    return len(steps) == 0 or bool(abs(steps.sum()) >= 0.8 * len(steps))


def _median(table: RawTable, quantities: tuple[str, ...], rows: Places) -> float | None:
    """Median of the first of these quantities that was measured."""
    for quantity in quantities:
        if quantity not in table.numbers:
            continue
        heading = table.columns[quantity].heading
        if heading.dimension != DIMENSIONS[quantity][0]:
            continue
        values = table.numbers[quantity][rows]
        values = values[np.isfinite(values)]
        if quantity == "temperature":
            values = values[plausible_temperature(values)]
        # a voltage that is zero in all rows was not measured
        if quantity.endswith("voltage") and not values.any():
            continue
        if len(values):
            return float(np.median(values))
    return None


def named(
    spectra: list[Spectrum], stem: str, path: Path, remarks: list[str]
) -> list[Spectrum]:
    """The spectra with their names; those with too few points are left out."""
    complete = [s for s in spectra if len(s.frequencies) >= LEAST_POINTS]
    if spectra and not complete:
        what = f"{len(spectra[0].frequencies)} frequencies are no spectrum"
        raise refusal(path, what, f"at least {LEAST_POINTS}")
    if len(complete) > MOST_SPECTRA:
        raise refusal(path, f"has {len(complete)} spectra", f"at most {MOST_SPECTRA}")
    if len(complete) < len(spectra):
        remarks.append(
            f"{len(spectra) - len(complete)} of {len(spectra)} spectra have fewer than "
            f"{LEAST_POINTS} frequencies and are left out"
        )
    named_spectra = []
    for number, spectrum in enumerate(complete, start=1):
        name = f"{stem}#{number}" if len(complete) > 1 else stem
        negative = (spectrum.Z.real < 0).mean()
        if negative > MOST_OF_A_SPECTRUM:
            which = f": spectrum {number}" if len(complete) > 1 else ""
            share = f"{100 * negative:.0f} % of the frequencies"
            what = f"the real part is negative at {share}"
            right = "a positive one: is its sign reversed, or is it another column?"
            raise refusal(f"{path}{which}", what, right)
        if (spectrum.Z.imag > 0).mean() > MOST_OF_A_SPECTRUM:
            remarks.append(
                f"the imaginary part of {name} is positive nearly everywhere, as for "
                "an inductor: its sign may be reversed in the file"
            )
        named_spectra.append(replace(spectrum, name=name))
    return named_spectra
