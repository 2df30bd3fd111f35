"""Spectra from rows of impedance: checked, cut into sweeps, in order of frequency."""

import itertools
from dataclasses import replace

import numpy as np

from nfpcell.errors import DataFileError
from nfpcell.measured.readers.headings import DIMENSIONS, listed
from nfpcell.measured.readers.recording import LEAST_POINTS, Spectrum

SENSIBLE_FREQUENCIES = (1e-9, 1e12)
SENSIBLE_MODULI = (1e-9, 1e15)
SENSIBLE_TEMPERATURES = (-150, 500)
# share of the frequencies at which a part has the wrong sign for it to be the file's
MOST_OF_A_SPECTRUM = 0.9
MOST_SPECTRA = 10_000


def impedance_of(block, numbers, path):
    """Real and imaginary part [Ohm], of modulus and phase if need be."""
    if "real part" in numbers and "imaginary part" in numbers:
        return numbers["real part"], numbers["imaginary part"]
    if "modulus" in numbers and "phase" in numbers:
        Z = numbers["modulus"] * np.exp(1j * np.deg2rad(numbers["phase"]))
        return Z.real, Z.imag
    missing = "imaginary part" if "real part" in numbers else "real part"
    titles = listed(column.heading.title for column in block.columns.values())
    raise DataFileError(
        f"{path}: no column of the {missing} among {titles}; right would be such "
        "as Frequency [Hz], Z_re [Ohm], Z_im [Ohm]"
    )


def spectra_of(block, numbers, impedance, rows, path):
    """Pairs of a spectrum, still without a name, and the number of its first row."""
    _check_numbers(block, numbers, impedance, rows, path)
    frequency, real, imaginary = (
        numbers["frequency"][rows],
        impedance[0][rows],
        impedance[1][rows],
    )
    found = []
    for part in _sweeps(frequency, _loops(numbers, rows)):
        f, Z = frequency[part], real[part] + 1j * imaginary[part]
        order = np.argsort(-f, kind="stable")
        twice = np.flatnonzero(np.diff(f[order]) == 0)
        if len(twice):
            # the later of the two, where the file is read from the top
            row = rows[part[max(order[twice[0]], order[twice[0] + 1])]]
            raise DataFileError(
                f"{path}: {block.where(row)}: {f[order][twice[0]]:g} Hz stands twice; "
                "right would be a file of one spectrum, or of whole ones one after "
                "the other"
            )
        at = rows[part]
        spectrum = Spectrum(
            "",
            f[order],
            Z[order],
            _median(numbers, ("mean current", "current"), at, block),
            _median(numbers, ("mean voltage", "voltage"), at, block),
            _median(numbers, ("temperature",), at, block),
        )
        found.append((spectrum, at[0]))
    return found


def _check_numbers(block, numbers, impedance, rows, path):
    """Every row of a spectrum is whole and sensible, or is refused."""
    known = [q for q in ("frequency", "real part", "imaginary part") if q in numbers]
    if "real part" not in numbers or "imaginary part" not in numbers:
        known = ["frequency", "modulus", "phase"]
    bad = np.zeros(len(rows), bool)
    for quantity in known:
        bad |= ~np.isfinite(numbers[quantity][rows])
    if bad.any():
        row = rows[np.argmax(bad)]
        quantity = next(q for q in known if not np.isfinite(numbers[q][row]))
        text = block.text(row, quantity).strip()[:40]
        raise DataFileError(
            f'{path}: {block.where(row)}: "{text}" is not a number; right would be a '
            "finite one"
        )
    modulus = np.hypot(impedance[0], impedance[1])
    for what, values, (low, high) in (
        ("frequency [Hz]", numbers["frequency"], SENSIBLE_FREQUENCIES),
        ("modulus [Ohm]", modulus, SENSIBLE_MODULI),
    ):
        outside = ~((values[rows] >= low) & (values[rows] <= high))
        if outside.any():
            row = rows[np.argmax(outside)]
            raise DataFileError(
                f"{path}: {block.where(row)}: {what} {values[row]:g} is refused; right "
                f"would be at least {low:g} and at most {high:g}"
            )


def _loops(numbers, rows):
    """The number of the loop or cycle a row of a spectrum belongs to, if told."""
    for quantity in ("loop", "cycle", "step"):
        if quantity in numbers:
            loops = numbers[quantity][rows]
            if np.isfinite(loops).all() and (np.diff(loops) != 0).any():
                return loops
    return np.zeros(len(rows))


def _sweeps(frequency, loops):
    """
    Where one spectrum ends and the next begins, as arrays of places.

    A new one begins with another loop, and where the frequency jumps back over what was
    measured already.
    """
    edges = np.flatnonzero(np.diff(loops) != 0) + 1
    parts = np.split(np.arange(len(frequency)), edges)
    # a cycle number that counts something else would cut spectra to pieces
    if any(len(part) < LEAST_POINTS for part in parts[:-1]):
        parts = [np.arange(len(frequency))]
    return [sweep for part in parts for sweep in _turns(frequency, part)]


def _turns(frequency, part):
    """Places of a loop, cut where the frequency jumps back or turns round."""
    logs = np.log(frequency[part])
    steps = np.diff(logs)
    starts = [0]
    for begin, end in _runs(steps):
        covered = logs[begin] - logs[starts[-1]]
        back = (logs[end] - logs[begin]) * covered < 0
        if not back or abs(logs[end] - logs[begin]) < 0.5 * abs(covered):
            continue
        # a single step back over what was covered: the next sweep begins behind it
        if end == begin + 1 and begin > starts[-1] + 1:
            starts.append(end)
        # a turn: the last point belongs to the sweep before it, or stands there twice
        elif min(end - begin, begin - starts[-1]) >= LEAST_POINTS - 1:
            starts.append(begin if steps[begin - 1] == 0 else begin + 1)
    found = np.split(part, starts[1:])
    # points in no order have runs of any length, and are one spectrum
    whole = sum(len(sweep) for sweep in found if len(sweep) >= LEAST_POINTS)
    monotone = all(_is_monotone(logs[sweep - part[0]]) for sweep in found)
    return found if monotone and whole > 0.8 * len(part) else [part]


def _runs(steps):
    """Stretches of steps of one sign, as the first and the last point of each."""
    edges = np.flatnonzero(np.diff(np.sign(steps)) != 0) + 1
    bounds = [0, *edges.tolist(), len(steps)]
    return list(itertools.pairwise(bounds)) if len(steps) else []


def _is_monotone(logs):
    """Whether nearly every step has the same direction."""
    steps = np.sign(np.diff(logs))
    return len(steps) == 0 or abs(steps.sum()) >= 0.8 * len(steps)


def _median(numbers, quantities, rows, block):
    for quantity in quantities:
        if quantity not in numbers:
            continue
        column = block.columns.get(quantity)
        if column and column.heading.dimension != DIMENSIONS[quantity][0]:
            continue
        values = numbers[quantity][rows]
        values = values[np.isfinite(values)]
        if quantity == "temperature":
            values = values[sensible(values)]
        # a potential of nothing but zeros was not measured
        if quantity.endswith("voltage") and not values.any():
            continue
        if len(values):
            return float(np.median(values))
    return None


def sensible(temperature):
    """Which temperatures a thermometer can have shown [degC]."""
    low, high = SENSIBLE_TEMPERATURES
    return (temperature > low) & (temperature < high)


def named(found, stem, path, remarks):
    """Spectra with their names; those of too few points are left out, or refused."""
    whole = [s for s, _ in found if len(s.frequencies) >= LEAST_POINTS]
    if found and not whole:
        raise DataFileError(
            f"{path}: {len(found[0][0].frequencies)} frequencies are no spectrum; "
            "right "
            f"would be at least {LEAST_POINTS}"
        )
    if len(whole) > MOST_SPECTRA:
        raise DataFileError(
            f"{path}: holds {len(whole)} spectra; right would be at most {MOST_SPECTRA}"
        )
    if len(whole) < len(found):
        remarks.append(
            f"{len(found) - len(whole)} of {len(found)} spectra have fewer than "
            f"{LEAST_POINTS} frequencies and are left out"
        )
    names = (
        [stem] if len(whole) == 1 else [f"{stem}#{k + 1}" for k in range(len(whole))]
    )
    for number, spectrum in enumerate(whole, start=1):
        share = (spectrum.Z.real < 0).mean()
        if share > MOST_OF_A_SPECTRUM:
            which = f": spectrum {number}" if len(whole) > 1 else ""
            raise DataFileError(
                f"{path}{which}: the real part is negative at {100 * share:.0f} % of "
                "the frequencies; right would be a positive one: is its sign turned, "
                "or is it another column?"
            )
    renamed = []
    for name, spectrum in zip(names, whole, strict=True):
        renamed.append(replace(spectrum, name=name))
        if (spectrum.Z.imag > 0).mean() > MOST_OF_A_SPECTRUM:
            remarks.append(
                f"the imaginary part of {name} is positive nearly everywhere, as of a "
                "coil: the file may have its sign turned"
            )
    return renamed
