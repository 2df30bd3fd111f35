"""Measured files as observations of cells, with what was recognised in them."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import Range
from nfpcell.columns import CELL, DIRECTION, RATE
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.fitting.free_parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.fitting.observations import MeasuredCurve, MeasuredSpectrum
from nfpcell.measured import extraction, readers
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
# smaller than any instrument resolves, and larger than any signal
_SIGMA = Range(1e-9, 10)


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """
    What the user states about measured files, where the files do not or are wrong.

    Attributes
    ----------
    temperature : [degC]; None for that of the file, or else 30
    half_cycles : numbers of the half-cycles to take, from 1; None for all
    direction : "discharge" or "charge", to take only those
    sign : which half-cycle has a positive current in the file, "charge" or "discharge"
    rate : C-rate, in place of the file's current; also of a spectrum under load
    start : what half-cycles start from: "slow" for the state after a slow half-cycle,
        "rest" for the rest before, or an open-circuit voltage [V]; None for the rest if
        it was long enough, else "slow"
    depth_of_discharge : of the file's spectra, one number or one for each
    sigma : standard deviation of a voltage [V]; None for the scatter about the fit
    impedance_sigma : standard deviation of either part of an impedance over its
        modulus [-]; None for the scatter about the fit
    """

    temperature: float | None = None
    half_cycles: tuple[int, ...] | None = None
    direction: str | None = None
    sign: str | None = None
    rate: float | None = None
    start: str | float | None = None
    depth_of_discharge: float | tuple[float, ...] | None = None
    sigma: float | None = None
    impedance_sigma: float | None = None

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("start", self.start, Range(0, 20)),
            ("sigma", self.sigma, _SIGMA),
            ("impedance_sigma", self.impedance_sigma, _SIGMA),
            ("temperature", self.temperature, validation.TEMPERATURES),
        ):
            if value is not None and not (
                name == "start" and value in ("slow", "rest")
            ):
                validation.number(value, name, allowed)
        if self.direction is not None:
            validation.one_of(self.direction, "direction", validation.HALF_CYCLES)

    @property
    def stated(self) -> dict[str, Any]:
        """The options that are not None, by name."""
        values = {field.name: getattr(self, field.name) for field in _OPTIONS}
        return {name: value for name, value in values.items() if value is not None}


_OPTIONS = dataclasses.fields(ReadOptions)


@dataclass(frozen=True)
class Data(ReadOptions):
    """
    A measured file, with what the user states about it (see ``ReadOptions``).

    Attributes
    ----------
    path : of the file
    cell : key of the cell that was measured; None where only one is fitted
    """

    path: str | Path
    cell: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.path, str | Path):
            raise NfpcellError(
                f"data: {type(self.path).__name__} is refused; right would be the path "
                "of a file, or Data with one"
            )
        super().__post_init__()


@dataclass(frozen=True, eq=False)
class MeasuredData:
    """
    What was read from measured files.

    Attributes
    ----------
    observations : one for each half-cycle and spectrum
    recognised : table with RECOGNISED_COLUMNS, one row for each observation
    hashes : SHA-256 of each file, by its name
    """

    observations: Sequence[MeasuredCurve | MeasuredSpectrum]
    recognised: pd.DataFrame
    hashes: Mapping[str, str]


@dataclass(frozen=True)
class _Recognised:
    """One observation, and its row of the table with RECOGNISED_COLUMNS."""

    observation: MeasuredCurve | MeasuredSpectrum
    row: dict[str, Any]


def read(data: Sequence[Data], cells: Mapping[str, Cell]) -> MeasuredData:
    """Read all files as observations of the cells, which are given by their keys."""
    recognised: list[_Recognised] = []
    hashes = {}
    for file in data:
        key = _key(file, cells)
        recording = readers.read(file.path)
        hashes[recording.path.name] = recording.sha256
        if recording.table is not None:
            try:
                recognised += _curves(file, key, cells[key], recording)
            except DataFileError:
                # beside spectra, a table often holds only what happened between them
                if not recording.spectra:
                    raise
        if recording.spectra:
            recognised += _spectra(file, key, cells[key], recording)
    observations = [each.observation for each in recognised]
    _refuse_duplicates(observations)
    with_depth = [file for file in data if file.depth_of_discharge is not None]
    spectra = [one for one in observations if isinstance(one, MeasuredSpectrum)]
    if with_depth and not spectra:
        raise DataFileError(
            f"{with_depth[0].path}: holds no spectrum for which a depth of discharge "
            "(--dod) could be stated; right would be to leave it out"
        )
    rows = [each.row for each in recognised]
    table = pd.DataFrame(rows, columns=RECOGNISED_COLUMNS)
    return MeasuredData(observations, table, hashes)


def _refuse_duplicates(
    observations: Sequence[MeasuredCurve | MeasuredSpectrum],
) -> None:
    """Refuse a measurement that is given twice, and would have twice its weight."""
    seen: dict[tuple[str, bytes, bytes], str] = {}
    for one in observations:
        if isinstance(one, MeasuredCurve):
            content = one.charge, one.voltage
        else:
            content = one.spectrum.frequencies, one.spectrum.Z
        x, y = (np.asarray(values).tobytes() for values in content)
        if (one.cell, x, y) in seen:
            raise DataFileError(
                f"{one.label}: holds the same as {seen[one.cell, x, y]}; right would "
                "be each measurement once"
            )
        seen[one.cell, x, y] = one.label


def _key(file: Data, cells: Mapping[str, Cell]) -> str:
    """Key of the cell that a file belongs to."""
    if file.cell is None and len(cells) == 1:
        return next(iter(cells))
    keys = ", ".join(cells)
    if file.cell is None:
        raise NfpcellError(
            f"{file.path}: its cell is not stated; right would be cell = one of {keys}"
        )
    if file.cell not in cells:
        raise NfpcellError(
            f'{file.path}: cell "{file.cell}" is not fitted; right would be one of '
            f"{keys}"
        )
    return file.cell


def _temperature(
    file: Data, measured: float | None, remarks: list[str], path: Path
) -> float:
    """Temperature of a measurement [degC]; a remark says where it was assumed."""
    if measured is None:
        measured = ROOM_TEMPERATURE
        remarks.append(f"temperature is not stated; {measured:g} degC is assumed")
    return validation.number(measured, f"{path}: temperature", validation.TEMPERATURES)


# -------------------------------------------------------------------------- the curves
def _curves(
    file: Data, key: str, cell: Cell, recording: readers.Recording
) -> list[_Recognised]:
    validation.half_cells(cell)
    d = cell.derived()
    half_cycles = extraction.half_cycles(
        recording,
        area=float(d.area),
        mass=float(d.mass),
        nominal_capacity=float(d.nominal_capacity),
        sign=file.sign,
        temperature=file.temperature,
        which=None if file.half_cycles is None else list(file.half_cycles),
        direction=file.direction,
        rate=file.rate,
    )
    if len(half_cycles) > MOST_HALF_CYCLES and file.half_cycles is None:
        raise DataFileError(
            f"{file.path}: holds {len(half_cycles)} half-cycles; right would be to "
            f"choose those to fit (--half-cycles); without a choice at most "
            f"{MOST_HALF_CYCLES} are fitted"
        )
    return [_curve(file, key, cell, half_cycle) for half_cycle in half_cycles]


def _curve(
    file: Data, key: str, cell: Cell, half_cycle: extraction.HalfCycle
) -> _Recognised:
    remarks = list(half_cycle.remarks)
    path = half_cycle.path
    temperature = _temperature(file, half_cycle.temperature, remarks, path)
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
    curve = MeasuredCurve(
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
    )
    row = {
        "File": path.name,
        "What": "curve",
        CELL: key,
        "Half-cycle": half_cycle.number,
        DIRECTION: half_cycle.direction,
        RATE: rate,
        "Temperature [degC]": temperature,
        "Points": len(curve.voltage),
        "First voltage [V]": curve.voltage[0],
        "Last voltage [V]": curve.voltage[-1],
        "Starts from": starts_from,
        "Remarks": tuple(remarks),
    }
    return _Recognised(curve, row)


def _refuse_another_cell(half_cycle: extraction.HalfCycle, cell: Cell) -> None:
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


def _start(file: Data, half_cycle: extraction.HalfCycle) -> tuple[float | None, str]:
    """
    Open-circuit voltage at the start [V], None for that after a slow half-cycle; and
    in words where it comes from.
    """
    if isinstance(file.start, int | float):
        return float(file.start), f"{file.start:.3f} V, as stated"
    if file.start == "slow":
        return None, "a slow half-cycle"
    if half_cycle.rest_voltage is None:
        if file.start == "rest":
            raise DataFileError(
                f"{half_cycle.path}: half-cycle {half_cycle.number} has no rest before "
                'it to start from; right would be start = "slow" or a voltage'
            )
        return None, "a slow half-cycle, assumed"
    if file.start == "rest" or (half_cycle.rest or 0) >= LONG_REST:
        rest_voltage = half_cycle.rest_voltage
        return rest_voltage, f"the rest before, {rest_voltage:.3f} V"
    return None, "a slow half-cycle, assumed"


# ------------------------------------------------------------------------- the spectra
def _spectra(
    file: Data, key: str, cell: Cell, recording: readers.Recording
) -> list[_Recognised]:
    spectra = recording.spectra
    stated = file.depth_of_discharge
    depths = stated if isinstance(stated, tuple) else (stated,) * len(spectra)
    if len(depths) != len(spectra):
        raise DataFileError(
            f"{file.path}: holds {len(spectra)} spectra and {len(depths)} depths of "
            "discharge are given; right would be one, or as many"
        )
    return [
        _spectrum(file, key, cell, recording, spectrum, depth)
        for spectrum, depth in zip(spectra, depths, strict=True)
    ]


def _spectrum(
    file: Data,
    key: str,
    cell: Cell,
    recording: readers.Recording,
    spectrum: readers.Spectrum,
    depth: float | None,
) -> _Recognised:
    remarks = list(recording.remarks)
    rate = _load(file, cell, recording, spectrum, remarks)
    if depth is None and cell.layout != "half-cell":
        depth = HALF_DISCHARGED
        remarks.append("a symmetric cell is assumed to be half discharged")
    voltage = None if depth is not None else spectrum.voltage
    if depth is not None:
        validation.number(depth, "depth of discharge", validation.DEPTHS)
        starts_from = f"depth of discharge {depth:g}"
    elif rate == 0 and voltage is not None:
        low = cell[LOWER_CUTOFF] - BEYOND_CUTOFF
        high = cell[UPPER_CUTOFF] + BEYOND_CUTOFF
        if not low <= voltage <= high:
            raise DataFileError(
                f"{file.path}: {voltage:.3f} V is no open circuit of cell {cell.name}; "
                "right would be to state the depth of discharge of its spectra "
                "(--dod), from 0 to 1"
            )
        starts_from = f"{voltage:.3f} V at rest"
    else:
        raise DataFileError(
            f"{file.path}: the state of the cell is not in the file; right would be to "
            "state the depth of discharge of its spectra (--dod), from 0 to 1"
        )
    temperature = file.temperature
    if temperature is None:
        temperature = spectrum.temperature
    if temperature is None:
        in_name = temperature_in_name(recording.path.name)
        temperature = in_name.value
        remarks += [in_name.remark] if temperature is not None else []
    observation = MeasuredSpectrum(
        spectrum.name,
        key,
        spectrum,
        depth,
        voltage,
        file.direction or "discharge",
        rate,
        _temperature(file, temperature, remarks, Path(file.path)),
        file.impedance_sigma or IMPEDANCE_SIGMA,
        file.impedance_sigma is not None,
    )
    row = {
        "File": recording.path.name,
        "What": "spectrum",
        CELL: key,
        "Half-cycle": np.nan,
        DIRECTION: observation.direction if rate else "at rest",
        RATE: rate,
        "Temperature [degC]": observation.temperature,
        "Points": len(spectrum.frequencies),
        "First voltage [V]": np.nan if spectrum.voltage is None else spectrum.voltage,
        "Last voltage [V]": np.nan,
        "Starts from": starts_from,
        "Remarks": tuple(remarks),
    }
    return _Recognised(observation, row)


def _load(
    file: Data,
    cell: Cell,
    recording: readers.Recording,
    spectrum: readers.Spectrum,
    remarks: list[str],
) -> float:
    """C-rate of the direct current during a spectrum, 0 at rest."""
    if file.rate is not None:
        return file.rate
    current = 0.0 if spectrum.current is None else spectrum.current
    rate = abs(current) / float(cell.derived().nominal_capacity)
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
