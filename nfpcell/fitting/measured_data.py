"""Measured files as observations of cells, with what was recognised in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.columns import CELL, DIRECTION, RATE
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.fitting.free_parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.fitting.observations import (
    Measured,
    MeasuredCurve,
    MeasuredSpectrum,
    Origin,
)
from nfpcell.fitting.read_options import Data
from nfpcell.measured import extraction, readers
from nfpcell.measured.extraction import HalfCycle
from nfpcell.measured.readers import Recording, Spectrum
from nfpcell.measured.rest_and_temperature import temperature_in_name

ROOM_TEMPERATURE = 30.0  # degC, where neither file nor user states one
# a rest of this length brings a cell close to its open circuit [s]
LONG_REST = 600.0
# more half-cycles than a user is likely to want from one file
MOST_HALF_CYCLES = 24
# first uncertainties, until the scatter about the fit is known
VOLTAGE_SIGMA, IMPEDANCE_SIGMA = 1e-3, 0.01
# depth of discharge of a symmetric cell, where none is stated
HALF_DISCHARGED = 0.5
# a direct current below this C-rate counts as none
AT_REST = 1e-3
# technique that imposes a direct current; at a held potential it is incidental
GALVANOSTATIC = "GEIS"
# how far beyond its cut-offs a cell may run or rest [V]
BEYOND_CUTOFF = 0.5
# a C-rate above this suggests that the file is of another cell
UNLIKELY_RATE = 50.0
RECOGNISED_COLUMNS = [
    "File",
    "What",
    CELL,
    "Half-cycle",
    DIRECTION,
    RATE,
    "Temperature [degC]",
    "Points",
    "First voltage [V]",
    "Last voltage [V]",
    "Starts from",
    "Remarks",
]


@dataclass(frozen=True, eq=False)
class MeasuredData:
    """What was read from measured files."""

    observations: Sequence[Measured]
    recognised: pd.DataFrame  # with RECOGNISED_COLUMNS, one row for each observation
    hashes: Mapping[str, str]  # SHA-256 of each file, by its name


def read(data: Sequence[Data], cells: Mapping[str, Cell]) -> MeasuredData:
    """Read all files as observations of the cells, which are given by their keys."""
    observations: list[Measured] = []
    hashes = {}
    for file in data:
        key = _key(file, cells)
        recording = readers.read(file.path)
        hashes[recording.path.name] = recording.sha256
        if recording.table is not None:
            try:
                observations += _curves(file, key, cells[key], recording)
            except DataFileError:
                # beside spectra, a table often holds only what happened between them
                if not recording.spectra:
                    raise
        observations += _spectra(file, key, cells[key], recording)
    _refuse_duplicates(observations)
    with_depth = [file for file in data if file.depth_of_discharge is not None]
    if with_depth and not any(isinstance(o, MeasuredSpectrum) for o in observations):
        raise DataFileError(
            f"{with_depth[0].path}: holds no spectrum for which a depth of discharge "
            "(--dod) could be stated; right would be to leave it out"
        )
    return MeasuredData(observations, _recognised(observations, cells), hashes)


def _recognised(
    observations: Sequence[Measured], cells: Mapping[str, Cell]
) -> pd.DataFrame:
    """Table with RECOGNISED_COLUMNS."""
    rows = []
    for datum in observations:
        direction: str = datum.direction
        if isinstance(datum, MeasuredCurve):
            rate = datum.current / float(cells[datum.cell].derived().nominal_capacity)
            kind, points = "curve", len(datum.voltage)
            first, last = datum.voltage[0], datum.voltage[-1]
        else:
            kind, points = "spectrum", len(datum.spectrum.frequencies)
            rate, first, last = datum.rate, datum.voltage, np.nan
            direction = datum.direction if rate else "at rest"
        origin = datum.origin
        values = kind, datum.cell, origin.half_cycle, direction, rate, datum.temperature
        known_by = origin.starts_from, origin.remarks
        rows.append((origin.file, *values, points, first, last, *known_by))
    return pd.DataFrame(rows, columns=RECOGNISED_COLUMNS)


def _refuse_duplicates(observations: Sequence[Measured]) -> None:
    """Refuse a measurement that is given twice, and would have twice its weight."""
    seen: dict[tuple[str, bytes, bytes], str] = {}
    for datum in observations:
        if isinstance(datum, MeasuredCurve):
            x, y = datum.charge.tobytes(), datum.voltage.tobytes()
        else:
            x, y = datum.spectrum.frequencies.tobytes(), datum.spectrum.Z.tobytes()
        key = datum.cell, x, y
        if key in seen:
            raise DataFileError(
                f"{datum.label}: holds the same as {seen[key]}; right would be each "
                "measurement once"
            )
        seen[key] = datum.label


def _key(file: Data, cells: Mapping[str, Cell]) -> str:
    """Key of the cell that a file belongs to."""
    if file.cell is not None and file.cell in cells:
        return file.cell
    if file.cell is None and len(cells) == 1:
        return next(iter(cells))
    problem = f'cell "{file.cell}" is not fitted' if file.cell else "no cell is named"
    raise NfpcellError(
        f"{file.path}: {problem}; right would be cell = one of {', '.join(cells)}"
    )


def _checked_temperature(
    temperature: float | None, remarks: list[str], path: str | Path
) -> float:
    """A temperature [degC]; where none is known a remark says what is assumed."""
    if temperature is None:
        temperature = ROOM_TEMPERATURE
        remarks.append(f"temperature is not stated; {temperature:g} degC is assumed")
    name = f"{path}: temperature"
    return validation.number(temperature, name, validation.TEMPERATURES)


def _half_cycle(word: str | None, name: str) -> validation.Direction | None:
    if word is None:
        return None
    return validation.one_of(word, name, validation.HALF_CYCLES)


# -------------------------------------------------------------------------- the curves
def _curves(
    file: Data, key: str, cell: Cell, recording: Recording
) -> list[MeasuredCurve]:
    validation.half_cells(cell)
    d = cell.derived()
    half_cycles = extraction.half_cycles(
        recording,
        area=float(d.area),
        mass=float(d.mass),
        nominal_capacity=float(d.nominal_capacity),
        sign=_half_cycle(file.sign, "sign"),
        temperature=file.temperature,
        which=None if file.half_cycles is None else list(file.half_cycles),
        direction=_half_cycle(file.direction, "direction"),
        rate=file.rate,
    )
    if len(half_cycles) > MOST_HALF_CYCLES and file.half_cycles is None:
        raise DataFileError(
            f"{file.path}: holds {len(half_cycles)} half-cycles; right would be to "
            f"choose those to fit (--half-cycles); at most {MOST_HALF_CYCLES} are "
            "fitted without a choice"
        )
    return [_curve(file, key, cell, half_cycle) for half_cycle in half_cycles]


def _curve(file: Data, key: str, cell: Cell, half_cycle: HalfCycle) -> MeasuredCurve:
    remarks = list(half_cycle.remarks)
    path, temperature = half_cycle.path, half_cycle.temperature
    temperature = _checked_temperature(temperature, remarks, path)
    _refuse_another_cell(half_cycle, cell)
    rate = half_cycle.current / float(cell.derived().nominal_capacity)
    if rate > UNLIKELY_RATE:
        remarks.append(
            f"the current is {rate:.3g} times the 1C of cell {cell.name}: is the area "
            "right?"
        )
    start, starts_from = _start(file, half_cycle)
    # a first point without charge still belongs to the rest
    passed = half_cycle.capacity > 0
    return MeasuredCurve(
        half_cycle.name,
        key,
        half_cycle.direction,
        half_cycle.current,
        temperature,
        half_cycle.capacity[passed],
        half_cycle.voltage[passed],
        start,
        file.sigma or VOLTAGE_SIGMA,
        file.sigma is not None,
        Origin(path.name, half_cycle.number, starts_from, tuple(remarks)),
    )


def _refuse_another_cell(half_cycle: HalfCycle, cell: Cell) -> None:
    """Refuse a curve that runs far beyond the cut-offs of its cell."""
    low, high = half_cycle.voltage.min(), half_cycle.voltage.max()
    lower, upper = cell[LOWER_CUTOFF], cell[UPPER_CUTOFF]
    if low < lower - BEYOND_CUTOFF or high > upper + BEYOND_CUTOFF:
        raise DataFileError(
            f"{half_cycle.path}: half-cycle {half_cycle.number} runs from {low:.3g} to "
            f"{high:.3g} V, but cell {cell.name} from {lower:g} to {upper:g} V; right "
            "would be a measurement of such a cell, other half-cycles of the file "
            "(--half-cycles) or a cell file with other cut-offs"
        )


def _start(file: Data, half_cycle: HalfCycle) -> tuple[float | None, str]:
    """
    Open-circuit voltage at the start [V], None for that after a slow half-cycle; and
    in words where it comes from.
    """
    if isinstance(file.start, int | float):
        return float(file.start), f"{file.start:.3f} V, as stated"
    if file.start == "slow":
        return None, "a slow half-cycle"
    rest_voltage = half_cycle.rest_voltage
    if file.start == "rest" and rest_voltage is None:
        raise DataFileError(
            f"{half_cycle.path}: half-cycle {half_cycle.number} has no rest before it "
            'to start from; right would be start = "slow" or a voltage'
        )
    long_enough = file.start == "rest" or (half_cycle.rest or 0) >= LONG_REST
    if rest_voltage is not None and long_enough:
        return rest_voltage, f"the rest before, {rest_voltage:.3f} V"
    return None, "a slow half-cycle, assumed"


# ------------------------------------------------------------------------- the spectra
def _spectra(
    file: Data, key: str, cell: Cell, recording: Recording
) -> list[MeasuredSpectrum]:
    spectra = recording.spectra
    stated = file.depth_of_discharge
    depths = stated if isinstance(stated, tuple) else (stated,) * len(spectra)
    if spectra and len(depths) != len(spectra):
        raise DataFileError(
            f"{file.path}: holds {len(spectra)} spectra and {len(depths)} depths of "
            "discharge are given; right would be one, or as many"
        )
    return [
        _spectrum(file, key, cell, recording, spectrum, depth)
        for spectrum, depth in zip(spectra, depths, strict=False)
    ]


def _spectrum(
    file: Data,
    key: str,
    cell: Cell,
    recording: Recording,
    spectrum: Spectrum,
    depth: float | None,
) -> MeasuredSpectrum:
    remarks = list(recording.remarks)
    rate = _rate_of_load(file, cell, recording, spectrum, remarks)
    if depth is None and cell.layout != "half-cell":
        depth = HALF_DISCHARGED
        remarks.append("a symmetric cell is assumed to be half discharged")
    voltage = np.nan if spectrum.voltage is None else spectrum.voltage
    if depth is not None:
        validation.number(depth, "depth of discharge", validation.DEPTHS)
        starts_from = f"depth of discharge {depth:g}"
    else:
        starts_from = f"{voltage:.3f} V at rest"
        low, high = cell[LOWER_CUTOFF], cell[UPPER_CUTOFF]
        problem = None
        if rate or spectrum.voltage is None:
            problem = "the state of the cell is not in the file"
        elif not low - BEYOND_CUTOFF <= voltage <= high + BEYOND_CUTOFF:
            problem = f"{voltage:.3f} V is no open circuit of cell {cell.name}"
        if problem:
            raise DataFileError(
                f"{file.path}: {problem}; right would be to state the depth of "
                "discharge of its spectra (--dod), from 0 to 1"
            )
    temperature = file.temperature
    if temperature is None:
        temperature = spectrum.temperature
    if temperature is None:
        in_name = temperature_in_name(recording.path.name)
        temperature = in_name.value
        remarks += [in_name.remark] if temperature is not None else []
    temperature = _checked_temperature(temperature, remarks, file.path)
    return MeasuredSpectrum(
        spectrum.name,
        key,
        spectrum,
        depth,
        voltage,
        _half_cycle(file.direction, "direction") or "discharge",
        rate,
        temperature,
        file.impedance_sigma or IMPEDANCE_SIGMA,
        file.impedance_sigma is not None,
        Origin(recording.path.name, np.nan, starts_from, tuple(remarks)),
    )


def _rate_of_load(
    file: Data,
    cell: Cell,
    recording: Recording,
    spectrum: Spectrum,
    remarks: list[str],
) -> float:
    """C-rate of the direct current during a spectrum, 0 at rest."""
    if file.rate is not None:
        return file.rate
    rate = abs(spectrum.current or 0.0) / float(cell.derived().nominal_capacity)
    if rate < AT_REST:
        return 0.0
    if file.direction is not None:
        return rate
    if GALVANOSTATIC in recording.format:
        raise DataFileError(
            f"{file.path}: the spectrum was taken under {rate:.3g}C; right would be to "
            'state its direction, "discharge" or "charge"'
        )
    remarks.append(
        f"{rate:.3g}C flowed while the potential was held; taken as at rest, unless a "
        "direction is stated"
    )
    return 0.0
