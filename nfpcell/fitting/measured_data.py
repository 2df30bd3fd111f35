"""Measured files as observations of cells, with a table of what was recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.columns import CELL, DIRECTION, RATE
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.eis.spectrum_verdict import judge
from nfpcell.errors import DataFileError, NfpcellError, refusal
from nfpcell.fitting.observations import (
    Measured,
    MeasuredCurve,
    MeasuredSpectrum,
)
from nfpcell.fitting.origin import Origin
from nfpcell.fitting.read_options import Data
from nfpcell.fitting.sequence_data import (
    MOST_HALF_CYCLES,
    SequenceFile,
    recognised_rows,
)
from nfpcell.fitting.sequences import MeasuredSequence
from nfpcell.measured import extraction, readers
from nfpcell.measured.extraction import HalfCycle
from nfpcell.measured.readers import Recording, Spectrum
from nfpcell.measured.rest import EQUILIBRIUM_DRIFT
from nfpcell.measured.temperature import temperature_in_name

ROOM_TEMPERATURE = 30.0  # if neither file nor user states one [degC]
# after a rest of this length the voltage is taken as the open-circuit voltage [s]
LONG_REST = 600.0
# initial uncertainties, before the scatter about the fit is known: [V], [-]
VOLTAGE_SIGMA, IMPEDANCE_SIGMA = 1e-3, 0.01
# depth of discharge of a symmetric cell, if none is stated
HALF_DISCHARGED = 0.5
# a cell is at rest below this C-rate
AT_REST = 1e-3
# the technique that imposes a direct current; others hold the potential
GALVANOSTATIC = "GEIS"
# how far the voltage may lie beyond the cut-offs [V]
BEYOND_CUTOFF = 0.5
# a C-rate above this suggests that the file is of another cell
UNLIKELY_RATE = 50.0
_WHICH = ["File", "What", CELL, "Half-cycle", DIRECTION, RATE, "Temperature [degC]"]
_VOLTAGES = ["First voltage [V]", "Last voltage [V]"]
RECOGNISED_COLUMNS = [*_WHICH, "Points", *_VOLTAGES, "Starts from", "Remarks"]


@dataclass(frozen=True, eq=False)
class MeasuredData:
    """The content of measured files."""

    observations: Sequence[Measured | MeasuredSequence]
    recognised: pd.DataFrame  # with RECOGNISED_COLUMNS, one row for each observation
    hashes: Mapping[str, str]  # SHA-256 of each file, by its name

    @property
    def curves(self) -> list[MeasuredCurve]:
        """The half-cycles; a file without one is refused when it is read."""
        return [o for o in self.observations if isinstance(o, MeasuredCurve)]


def read(
    data: Sequence[Data], cells: Mapping[str, Cell], sequences: bool = False
) -> MeasuredData:
    """
    Read all files as observations of the cells, which are given by key.

    Parameters
    ----------
    sequences : whether a file may be a sequence, see ``sequence_data.as_sequence``
    """
    observations: list[Measured | MeasuredSequence] = []
    hashes = {}
    for file in data:
        key = _key(file, cells)
        recording = readers.read(file.path)
        measured = _MeasuredFile(file, key, cells[key], recording)
        hashes[recording.path.name] = recording.sha256
        if recording.table is not None:
            try:
                observations += measured.curves_or_sequences(sequences)
            except DataFileError:
                # in a file of spectra, the table often has no half-cycle
                if not recording.spectra:
                    raise
        observations += measured.spectra()
    _refuse_duplicates(observations)
    with_depth = [file for file in data if file.depth_of_discharge is not None]
    if with_depth and not any(isinstance(o, MeasuredSpectrum) for o in observations):
        what = "a depth of discharge (--dod) is stated, but there is no spectrum"
        raise refusal(with_depth[0].path, what, "to leave it out")
    return MeasuredData(observations, _recognised(observations, cells), hashes)


def half_cycles(files: Sequence[str | Path], cells: Sequence[Cell]) -> pd.DataFrame:
    """The measured half-cycles as points for figures, for each of the cells."""
    tables = []
    for cell in cells:
        d = cell.derived()
        for curve in read([Data(file) for file in files], {cell.name: cell}).curves:
            values = {
                columns.DATA: curve.label,
                CELL: cell.name,
                DIRECTION: curve.direction,
                RATE: curve.current / float(d.nominal_capacity),
                columns.TEMPERATURE: curve.temperature,
                columns.CAPACITY: curve.charge / float(d.mass),
                columns.VOLTAGE: curve.voltage,
            }
            tables.append(pd.DataFrame(values))
    return pd.concat(tables, ignore_index=True)


def _recognised(
    observations: Sequence[Measured | MeasuredSequence], cells: Mapping[str, Cell]
) -> pd.DataFrame:
    rows: list[Any] = []
    for datum in observations:
        if isinstance(datum, MeasuredSequence):
            nominal = float(cells[datum.cell].derived().nominal_capacity)
            rows += recognised_rows(datum, nominal, RECOGNISED_COLUMNS)
            continue
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
        remarks = origin.starts_from, origin.remarks
        rows.append((origin.file, *values, points, first, last, *remarks))
    return pd.DataFrame(rows, columns=RECOGNISED_COLUMNS)


def _refuse_duplicates(observations: Sequence[Measured | MeasuredSequence]) -> None:
    """Refuse a measurement that is given twice: it would have twice its weight."""
    seen: dict[tuple[str, bytes, bytes], str] = {}
    for datum in observations:
        if isinstance(datum, MeasuredCurve):
            x, y = datum.charge.tobytes(), datum.voltage.tobytes()
        elif isinstance(datum, MeasuredSequence):
            x, y = datum.points.time.tobytes(), datum.points.voltage.tobytes()
        else:
            x, y = datum.spectrum.frequencies.tobytes(), datum.spectrum.Z.tobytes()
        key = datum.cell, x, y
        if key in seen:
            raise DataFileError(
                f"{datum.label}: is the same measurement as {seen[key]}; right would "
                "be each measurement once"
            )
        seen[key] = datum.label


def _key(file: Data, cells: Mapping[str, Cell]) -> str:
    """Key of the cell of a file."""
    if file.cell is not None and file.cell in cells:
        return file.cell
    if file.cell is None and len(cells) == 1:
        return next(iter(cells))
    name = f'"{file.cell}"' if file.cell else "of this file"
    raise NfpcellError(
        f"{file.path}: cell {name} is not in this fit; right would be cell = one of "
        f"{', '.join(cells)}"
    )


def _direction(value: str | None, option: str) -> validation.Direction | None:
    if value is None:
        return None
    return validation.one_of(value, option, validation.HALF_CYCLES)


@dataclass(frozen=True, eq=False)
class _MeasuredFile:
    """The content of a file, with its options and its cell."""

    options: Data
    key: str
    cell: Cell
    recording: Recording

    def _temperature(self, temperature: float | None, remarks: list[str]) -> float:
        """The temperature [degC]; an assumed one is added to the remarks."""
        if temperature is None:
            temperature = ROOM_TEMPERATURE
            remarks.append(f"no temperature is stated; {temperature:g} °C is assumed")
        name = f"{self.recording.path}: temperature"
        return validation.number(temperature, name, validation.TEMPERATURES)

    # ---------------------------------------------------------------------- the curves
    def curves_or_sequences(
        self, sequences: bool
    ) -> Sequence[MeasuredCurve | MeasuredSequence]:
        """The half-cycles one by one or, if allowed, the whole file as sequences."""
        if not sequences:
            return self.curves()
        file = SequenceFile(
            self.options, self.key, self.cell, self.recording, LONG_REST
        )
        return file.observations(self.curves, VOLTAGE_SIGMA, ROOM_TEMPERATURE)

    def curves(self) -> list[MeasuredCurve]:
        """The half-cycles that the options choose."""
        validation.half_cells(self.cell)
        options, d = self.options, self.cell.derived()
        half_cycles = extraction.half_cycles(
            self.recording,
            area=float(d.area),
            mass=float(d.mass),
            nominal_capacity=float(d.nominal_capacity),
            sign=_direction(options.sign, "sign"),
            temperature=options.temperature,
            which=None if options.half_cycles is None else list(options.half_cycles),
            direction=_direction(options.direction, "direction"),
            rate=options.rate,
        )
        if len(half_cycles) > MOST_HALF_CYCLES and options.half_cycles is None:
            what = f"has {len(half_cycles)} half-cycles, more than {MOST_HALF_CYCLES}"
            raise refusal(options.path, what, "to choose some (--half-cycles)")
        return [self._curve(half_cycle) for half_cycle in half_cycles]

    def _curve(self, half_cycle: HalfCycle) -> MeasuredCurve:
        self._refuse_another_cell(half_cycle)
        remarks = list(half_cycle.remarks)
        temperature = self._temperature(half_cycle.temperature, remarks)
        rate = half_cycle.current / float(self.cell.derived().nominal_capacity)
        if rate > UNLIKELY_RATE:
            remarks.append(
                f"the current is {rate:.3g}C for cell {self.cell.name}: check the area"
            )
        start, starts_from = self._start(half_cycle)
        if half_cycle.rest_voltage is not None:
            remarks += self._rest_and_start(half_cycle, start)
        # points without charge belong to the rest before
        passed = half_cycle.capacity > 0
        return MeasuredCurve(
            half_cycle.name,
            self.key,
            half_cycle.direction,
            half_cycle.current,
            temperature,
            half_cycle.capacity[passed],
            half_cycle.voltage[passed],
            start,
            self.options.sigma or VOLTAGE_SIGMA,
            self.options.sigma is not None,
            Origin(
                half_cycle.path.name, half_cycle.number, starts_from, tuple(remarks)
            ),
        )

    def _rest_and_start(self, half_cycle: HalfCycle, start: float | None) -> list[str]:
        """The remark on a rest before that is no equilibrium, or is not used."""
        drift = half_cycle.rest_drift
        if start is None and self.options.start is None:
            return [
                f"its rest before is shorter than {LONG_REST:g} s, so the model does "
                'not start from it; right would be start = "rest" for a partial one'
            ]
        if start != half_cycle.rest_voltage:
            return []
        if drift is None:
            return ["whether the rest before ends in an equilibrium is not known"]
        if abs(drift) <= EQUILIBRIUM_DRIFT:
            return []
        return [
            "the model starts from the end of the rest before as from an equilibrium, "
            f"but there the voltage drifts by {1e3 * drift * SECONDS_PER_HOUR:+.3g} mV "
            'per hour; right would be a longer rest, or start = "slow" or a voltage'
        ]

    def _refuse_another_cell(self, half_cycle: HalfCycle) -> None:
        """Refuse a curve with voltages far beyond the cut-offs of its cell."""
        low, high = half_cycle.voltage.min(), half_cycle.voltage.max()
        lower, upper = self.cell[LOWER_CUTOFF], self.cell[UPPER_CUTOFF]
        if low < lower - BEYOND_CUTOFF or high > upper + BEYOND_CUTOFF:
            raise DataFileError(
                f"{half_cycle.path}: half-cycle {half_cycle.number} runs from "
                f"{low:.3g} to {high:.3g} V, but the cut-offs of cell "
                f"{self.cell.name} are {lower:g} and {upper:g} V; right would be other "
                "half-cycles (--half-cycles) or a cell file with other cut-offs"
            )

    def _start(self, half_cycle: HalfCycle) -> tuple[float | None, str]:
        """
        Open-circuit voltage at the start [V], and its source in words.

        The voltage is None for the state after a slow half-cycle.
        """
        stated, rest_voltage = self.options.start, half_cycle.rest_voltage
        if isinstance(stated, int | float):
            return float(stated), f"{stated:.3f} V, as stated"
        if stated == "slow":
            return None, "a slow half-cycle"
        if stated == "rest" and rest_voltage is None:
            raise DataFileError(
                f"{half_cycle.path}: there is no rest before half-cycle "
                f'{half_cycle.number}; right would be start = "slow" or a voltage'
            )
        long_enough = stated == "rest" or (half_cycle.rest or 0) >= LONG_REST
        if rest_voltage is not None and long_enough:
            return rest_voltage, f"the rest before, {rest_voltage:.3f} V"
        return None, "a slow half-cycle, assumed"

    # --------------------------------------------------------------------- the spectra
    def spectra(self) -> list[MeasuredSpectrum]:
        spectra, stated = self.recording.spectra, self.options.depth_of_discharge
        depths: Sequence[float | None]
        depths = stated if isinstance(stated, tuple) else (stated,)
        if len(depths) == 1:
            depths = [depths[0]] * len(spectra)
        if spectra and len(depths) != len(spectra):
            raise DataFileError(
                f"{self.options.path}: {len(depths)} depths of discharge are given for "
                f"{len(spectra)} spectra; right would be one depth, or one for each"
            )
        return [
            self._spectrum(spectrum, depth)
            for spectrum, depth in zip(spectra, depths, strict=False)
        ]

    def _spectrum(self, spectrum: Spectrum, depth: float | None) -> MeasuredSpectrum:
        cell, options = self.cell, self.options
        remarks = list(self.recording.remarks)
        if sentence := judge(spectrum).sentence:
            remarks.append(sentence)
        rate = self._rate_of_load(spectrum, remarks)
        if depth is None and cell.layout != "half-cell":
            depth = HALF_DISCHARGED
            remarks.append("a symmetric cell is assumed to be half discharged")
        voltage = np.nan if spectrum.voltage is None else spectrum.voltage
        starts_from, problem = f"{voltage:.3f} V at rest", None
        lower, upper = cell[LOWER_CUTOFF], cell[UPPER_CUTOFF]
        if depth is not None:
            validation.number(depth, "depth of discharge", validation.DEPTHS)
            starts_from = f"depth of discharge {depth:g}"
        elif rate or spectrum.voltage is None:
            problem = "the state of the cell is not in the file"
        elif not lower - BEYOND_CUTOFF <= voltage <= upper + BEYOND_CUTOFF:
            problem = f"{voltage:.3f} V is far beyond the cut-offs of cell {cell.name}"
        if problem:
            raise DataFileError(
                f"{options.path}: {problem}; right would be to state the depth of "
                "discharge of its spectra (--dod), from 0 to 1"
            )
        temperature = options.temperature
        if temperature is None:
            temperature = spectrum.temperature
        if temperature is None:
            in_name = temperature_in_name(self.recording.path.name)
            temperature = in_name.value
            remarks += [in_name.remark] if temperature is not None else []
        return MeasuredSpectrum(
            spectrum.name,
            self.key,
            spectrum,
            depth,
            voltage,
            _direction(options.direction, "direction") or "discharge",
            rate,
            self._temperature(temperature, remarks),
            options.impedance_sigma or IMPEDANCE_SIGMA,
            options.impedance_sigma is not None,
            Origin(self.recording.path.name, np.nan, starts_from, tuple(remarks)),
        )

    def _rate_of_load(self, spectrum: Spectrum, remarks: list[str]) -> float:
        """C-rate of the direct current during a spectrum, 0 at rest."""
        if self.options.rate is not None:
            return self.options.rate
        nominal_capacity = float(self.cell.derived().nominal_capacity)
        rate = abs(spectrum.current or 0.0) / nominal_capacity
        if rate < AT_REST:
            return 0.0
        if self.options.direction is not None:
            return rate
        if GALVANOSTATIC in self.recording.format:
            raise DataFileError(
                f"{self.options.path}: the spectrum was taken under {rate:.3g}C; right "
                'would be to state its direction, "discharge" or "charge"'
            )
        remarks.append(
            f"{rate:.3g}C flowed at the held potential; rest is assumed unless a "
            "direction is stated"
        )
        return 0.0
