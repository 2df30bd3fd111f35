"""Measured files as observations of cells, with what was recognised in them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.cell import validation
from nfpcell.cell.parameters import Range
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.fitting.observations import Curve, MeasuredSpectrum
from nfpcell.measured import extraction, readers
from nfpcell.measured.rest_and_temperature import temperature_in_name

ROOM = 30.0  # degC, where nothing tells the temperature
# a rest this long leaves a cell near its open circuit [s]
LONG_REST = 600.0
# more half-cycles of one file than a fit is likely meant to have
MOST_HALF_CYCLES = 24
# uncertainties until the scatter tells
VOLTAGE_SIGMA, IMPEDANCE_SIGMA = 1e-3, 0.01
# depth of discharge of the electrodes of a symmetric cell, where nothing is said
HALF = 0.5
# a direct current below this C-rate is none
AT_REST = 1e-3
# technique in which a direct current is meant, and not what a held potential lets flow
GALVANOSTATIC = "GEIS"
# how far past its cut-offs a cell may run or rest [V]
PAST_CUT_OFF = 0.5
# a C-rate from here on means another cell
UNLIKELY_RATE = 50.0
RECOGNISED_COLUMNS = [
    "File",
    "What",
    "Cell",
    "Half-cycle",
    "Direction",
    "C-rate",
    "Temperature [degC]",
    "Points",
    "First voltage [V]",
    "Last voltage [V]",
    "Starts from",
    "Remarks",
]
# below, numbers of a file have no such digits; above, nothing is measured
_SIGMA = Range(1e-9, 10)


@dataclass(frozen=True)
class Data:
    """
    A measured file, and what is said of it beside what it says itself.

    Attributes
    ----------
    path : of the file
    cell : key of the cell it is of; None where there is only one
    temperature : [degC]; None for what the file tells, else 30
    half_cycles : numbers of the half-cycles to take, from 1; None for all
    direction : "discharge" or "charge", to take only those
    sign : which half-cycle has a positive current in the file, "charge" or "discharge"
    rate : C-rate, in place of the file's current; of a spectrum under load too
    start : "slow" for what a slow half-cycle leaves, "rest" for the rest before, or an
        open-circuit voltage [V]; None decides by how long it rested
    depth_of_discharge : of the file's spectra, one or as many as they are
    sigma : standard deviation of its voltages [V]; None for what scatters
    impedance_sigma : standard deviation of either part of its impedances over the
        modulus [-]; None for what scatters
    """

    path: str | Path
    cell: str | None = None
    temperature: float | None = None
    half_cycles: tuple[int, ...] | None = None
    direction: str | None = None
    sign: str | None = None
    rate: float | None = None
    start: str | float | None = None
    depth_of_discharge: float | tuple[float, ...] | None = None
    sigma: float | None = None
    impedance_sigma: float | None = None

    def __post_init__(self):
        if not isinstance(self.path, str | Path):
            raise NfpcellError(
                f"data: {type(self.path).__name__} is refused; right would be the path "
                "of a file, or Data with one"
            )
        if self.start not in ("slow", "rest", None):
            validation.number(self.start, "start", Range(0, 20))
        if self.sigma is not None:
            validation.number(self.sigma, "sigma", _SIGMA)
        if self.impedance_sigma is not None:
            validation.number(self.impedance_sigma, "impedance_sigma", _SIGMA)
        if self.temperature is not None:
            validation.number(self.temperature, "temperature", validation.TEMPERATURES)
        if self.direction is not None:
            validation.one_of(self.direction, "direction", validation.HALF_CYCLES)


@dataclass(frozen=True, eq=False)
class Observed:
    """
    Attributes
    ----------
    observations : list of Curve and MeasuredSpectrum
    recognised : table with RECOGNISED_COLUMNS, one row an observation
    hashes : mapping of a file's name to the SHA-256 of its content
    """

    observations: list
    recognised: pd.DataFrame
    hashes: dict


def read(data, cells):
    """
    Observations of all files, as Observed.

    Parameters
    ----------
    data : list of Data
    cells : mapping of a key to Cell
    """
    observations, rows, hashes = [], [], {}
    for one in data:
        key = _key(one, cells)
        recording = readers.read(one.path)
        hashes[recording.path.name] = recording.sha256
        found = []
        if recording.table is not None:
            try:
                found += _curves(one, key, cells[key], recording)
            except DataFileError:
                # beside spectra a table is often only what the cell did between them
                if not recording.spectra:
                    raise
        if recording.spectra:
            found += _spectra(one, key, cells[key], recording)
        observations += [observation for observation, _ in found]
        rows += [row for _, row in found]
    _refuse_twice(observations)
    given = [one for one in data if one.depth_of_discharge is not None]
    if given and not any(isinstance(one, MeasuredSpectrum) for one in observations):
        raise DataFileError(
            f"{given[0].path}: holds no spectrum that a depth of discharge (--dod) "
            "could be of; right would be none"
        )
    recognised = pd.DataFrame(rows, columns=RECOGNISED_COLUMNS)
    return Observed(observations, recognised, hashes)


def _refuse_twice(observations):
    """Refuse the same measurement given twice, which would count as two."""
    seen = {}
    for one in observations:
        values = (
            (one.charge, one.voltage)
            if isinstance(one, Curve)
            else (
                one.spectrum.frequencies,
                one.spectrum.Z,
            )
        )
        key = (one.cell, *(np.asarray(v).tobytes() for v in values))
        if key in seen:
            raise DataFileError(
                f"{one.label}: holds the same as {seen[key]}; right would be each "
                "measurement once"
            )
        seen[key] = one.label


def _key(one, cells):
    if one.cell is None and len(cells) == 1:
        return next(iter(cells))
    if one.cell is None:
        raise NfpcellError(
            f"{one.path}: of which cell is it? right would be cell = one of "
            f"{', '.join(cells)}"
        )
    if one.cell not in cells:
        raise NfpcellError(
            f'{one.path}: cell "{one.cell}" is not fitted; right would be one of '
            f"{', '.join(cells)}"
        )
    return one.cell


# -------------------------------------------------------------------------- the curves
def _curves(one, key, cell, recording):
    validation.half_cells(cell)
    d = cell.derived()
    sizes = {"area": d.area, "mass": d.mass, "nominal_capacity": d.nominal_capacity}
    halves = extraction.half_cycles(
        recording,
        **{name: float(value) for name, value in sizes.items()},
        sign=one.sign,
        temperature=one.temperature,
        which=None if one.half_cycles is None else list(one.half_cycles),
        direction=one.direction,
        rate=one.rate,
    )
    if len(halves) > MOST_HALF_CYCLES and one.half_cycles is None:
        raise DataFileError(
            f"{one.path}: holds {len(halves)} half-cycles; right would be to choose "
            f"those to fit, at most {MOST_HALF_CYCLES} unless they are named"
        )
    return [_curve(one, key, cell, half) for half in halves]


def _curve(one, key, cell, half):
    remarks = list(half.remarks)
    temperature = half.temperature
    if temperature is None:
        temperature = ROOM
        remarks.append(f"temperature is not told; {ROOM:g} degC is assumed")
    validation.number(temperature, f"{half.path}: temperature", validation.TEMPERATURES)
    _refuse_another_cell(half, cell)
    rate = half.current / float(cell.derived().nominal_capacity)
    if rate > UNLIKELY_RATE:
        remarks.append(
            f"the current is {rate:.3g} times the 1C of cell {cell.name}: is the area "
            "right?"
        )
    start, told = _start(one, half)
    # a first point without charge is still that of the rest
    there = half.capacity > 0
    curve = Curve(
        half.name,
        key,
        half.direction,
        half.current,
        temperature,
        half.capacity[there],
        half.voltage[there],
        start,
        one.sigma or VOLTAGE_SIGMA,
        one.sigma is not None,
    )
    row = {
        "File": half.path.name,
        "What": "curve",
        "Cell": key,
        "Half-cycle": half.number,
        "Direction": half.direction,
        "C-rate": rate,
        "Temperature [degC]": temperature,
        "Points": len(curve.voltage),
        "First voltage [V]": curve.voltage[0],
        "Last voltage [V]": curve.voltage[-1],
        "Starts from": told,
        "Remarks": tuple(remarks),
    }
    return curve, row


def _refuse_another_cell(half, cell):
    """Refuse a curve that runs far past the cut-offs of its cell."""
    low, high = half.voltage.min(), half.voltage.max()
    least, most = cell["Lower voltage cut-off [V]"], cell["Upper voltage cut-off [V]"]
    if low < least - PAST_CUT_OFF or high > most + PAST_CUT_OFF:
        raise DataFileError(
            f"{half.path}: half-cycle {half.number} runs from {low:.3g} to {high:.3g} "
            f"V, but cell {cell.name} from {least:g} to {most:g} V; right would be a "
            "measurement of such a cell, other half-cycles of the file (--half-cycles) "
            "or a cell file with other cut-offs"
        )


def _start(one, half):
    """Open-circuit voltage at the start, None for that of a slow half-cycle; and how
    that is known.
    """
    slow = "a slow half-cycle"
    if one.start == "slow":
        return None, slow
    if isinstance(one.start, int | float):
        return float(one.start), f"{one.start:.3f} V, as said"
    if one.start == "rest" and half.rest_voltage is None:
        raise DataFileError(
            f"{half.path}: half-cycle {half.number} has no rest before it to start "
            'from; right would be start = "slow" or a voltage'
        )
    rested = half.rest_voltage is not None and (half.rest or 0) >= LONG_REST
    if one.start == "rest" or rested:
        return half.rest_voltage, f"the rest before, {half.rest_voltage:.3f} V"
    return None, f"{slow}, assumed"


# ------------------------------------------------------------------------- the spectra
def _spectra(one, key, cell, recording):
    spectra = recording.spectra
    depths = one.depth_of_discharge
    if depths is None or isinstance(depths, int | float):
        depths = [depths] * len(spectra)
    if len(depths) != len(spectra):
        raise DataFileError(
            f"{one.path}: holds {len(spectra)} spectra and {len(depths)} depths of "
            "discharge are given; right would be one, or as many"
        )
    return [
        _spectrum(one, key, cell, recording, spectrum, depth)
        for spectrum, depth in zip(spectra, depths, strict=True)
    ]


def _spectrum(one, key, cell, recording, spectrum, depth):
    nominal = float(cell.derived().nominal_capacity)
    remarks = list(recording.remarks)
    way = one.direction or "discharge"
    rate = _load(one, recording, spectrum, nominal, remarks)
    if depth is None and cell.layout != "half-cell":
        depth = HALF
        remarks.append("a symmetric cell is taken as half discharged")
    if depth is not None:
        validation.number(depth, "depth of discharge", validation.DEPTHS)
        told = f"depth of discharge {depth:g}"
    elif rate == 0 and spectrum.voltage is not None:
        low = cell["Lower voltage cut-off [V]"] - PAST_CUT_OFF
        high = cell["Upper voltage cut-off [V]"] + PAST_CUT_OFF
        if not low <= spectrum.voltage <= high:
            raise DataFileError(
                f"{one.path}: {spectrum.voltage:.3f} V is no open circuit of cell "
                f"{cell.name}; right would be to say the depth of discharge of its "
                "spectra (--dod), from 0 to 1"
            )
        told = f"{spectrum.voltage:.3f} V at rest"
    else:
        raise DataFileError(
            f"{one.path}: does not tell the state of the cell; right would be to say "
            "the depth of discharge of its spectra (--dod), from 0 to 1"
        )
    temperature = one.temperature
    if temperature is None:
        temperature = spectrum.temperature
    if temperature is None:
        in_name = temperature_in_name(recording.path.name)
        temperature = in_name.value
        remarks += [in_name.remark] if temperature is not None else []
    if temperature is None:
        temperature = ROOM
        remarks.append(f"temperature is not told; {ROOM:g} degC is assumed")
    validation.number(temperature, f"{one.path}: temperature", validation.TEMPERATURES)
    found = MeasuredSpectrum(
        spectrum.name,
        key,
        spectrum,
        depth,
        None if depth is not None else spectrum.voltage,
        way,
        rate,
        temperature,
        one.impedance_sigma or IMPEDANCE_SIGMA,
        one.impedance_sigma is not None,
    )
    row = {
        "File": recording.path.name,
        "What": "spectrum",
        "Cell": key,
        "Half-cycle": np.nan,
        "Direction": way if rate else "at rest",
        "C-rate": rate,
        "Temperature [degC]": temperature,
        "Points": len(spectrum.frequencies),
        "First voltage [V]": np.nan if spectrum.voltage is None else spectrum.voltage,
        "Last voltage [V]": np.nan,
        "Starts from": told,
        "Remarks": tuple(remarks),
    }
    return found, row


def _load(one, recording, spectrum, nominal, remarks):
    """C-rate of the direct current that a spectrum was taken under, 0 at rest."""
    if one.rate is not None:
        return one.rate
    current = 0.0 if spectrum.current is None else spectrum.current
    rate = abs(current) / nominal
    if rate < AT_REST:
        return 0.0
    if one.direction is not None:
        return rate
    if GALVANOSTATIC in recording.format:
        raise DataFileError(
            f"{one.path}: the spectrum was taken under {rate:.3g}C; right would be to "
            'say its direction, "discharge" or "charge"'
        )
    remarks.append(
        f"{rate:.3g}C flowed while the potential was held; taken as at rest, unless a "
        "direction is said"
    )
    return 0.0
