"""Measurements that could be made next: what each is, its steps and its hours.

Each begins with a preparation: a slow charge (before a charge, a slow discharge), a
hold at the cut-off and a rest. So measurements can follow each other in any order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.cell.validation import Direction, DirectionChoice
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.eis.impedance import frequency_range, impedance
from nfpcell.fitting.observations import MeasuredCurve, MeasuredSpectrum
from nfpcell.fitting.planned_sequence import Step, planned_sequence
from nfpcell.fitting.sequences import MeasuredSequence
from nfpcell.measured.readers import Spectrum
from nfpcell.outcome import OK, succeeded
from nfpcell.simulation import constant_current, protocol
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.protocol_steps import Instruction, Segment, Start
from nfpcell.simulation.starting_state import SLOW_RATE, SLOW_TEMPERATURE

Kind = Literal[
    "half-cycle", "spectrum at rest", "spectrum under load", "GITT", "pulse test"
]
Datum = MeasuredCurve | MeasuredSpectrum | MeasuredSequence

# points of a half-cycle that count, evenly spaced in time
CURVE_POINTS = 200
# The hold of a preparation ends at this C-rate, or after these hours. Hours of the rest
# after it, of the rest if the temperature changes then, and before a spectrum at rest
HOLD_END, LONGEST_HOLD = 1 / 50, 5.0
REST, THERMAL_REST, SPECTRUM_REST = 1.0, 2.0, 4.0
# highest and lowest frequency of a spectrum [Hz] and their number per decade
AT_REST, UNDER_LOAD = (1e6, 0.01, 10), (1e6, 0.025, 10)
# periods that are measured at each frequency, and the least time at each [s]
PERIODS, LEAST_TIME = 2.0, 1.0
LOAD = 0.1  # C-rate to a depth, and of a spectrum under load
# titration: C-rate, pulses over the whole capacity, hours of the rest after each
GITT_RATE, GITT_PULSES, GITT_REST = 0.2, 20, 1.0
# pulses at a depth: C-rate, hours of each, of the rest before and of that after
PULSE_RATE, PULSE, PULSE_REST, PULSE_AFTER = 1.0, 1 / 60, 1.0, 1 / 3
# fraction of the capacity that a titration uses, so that no step ends at the cut-off
USED = 0.95


@dataclass(frozen=True)
class Choice:
    """Which measurements are considered, and how accurate they are."""

    rates: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0, 2.0)
    temperatures: tuple[float, ...] = (30.0, 0.0)  # degC
    direction: DirectionChoice = "both"  # of half-cycles
    depths: tuple[float, ...] = (0.2, 0.5, 0.8)  # of discharge, of spectra and pulses
    preparation: float = 0.1  # C-rate of the charge before a measurement
    sigma: float = 1e-3  # standard deviation of a voltage [V]
    impedance_sigma: float = 0.01  # that of an impedance over its modulus [-]


@dataclass(frozen=True)
class PlannedStep:
    """A step of a protocol, with its hours as the model computes them."""

    sentence: str
    hours: float
    temperature: float  # [degC]
    note: str = ""  # what is measured in it, if not the voltage alone


@dataclass(frozen=True)
class Candidate:
    """A measurement that could be made."""

    name: str
    kind: Kind
    start: Start  # before its preparation
    steps: tuple[PlannedStep, ...]
    data: tuple[Datum, ...]  # what it would measure, as the model computes it

    @property
    def hours(self) -> float:
        """Hours on the cycler, with the preparation."""
        return sum(step.hours for step in self.steps)


@dataclass(frozen=True)
class LeftOut:
    """A measurement that the cell cannot make, or that the model cannot compute."""

    name: str
    reason: str


Offer = Candidate | LeftOut


def candidates(cell: Cell, choice: Choice, model: str) -> Iterator[Offer]:
    """Every measurement of a choice, one after the other."""
    for temperature in choice.temperatures:
        laboratory = _Laboratory(cell, choice, model, temperature)
        yield from laboratory.half_cycles()
        if choice.depths:
            yield from laboratory.spectra("spectrum at rest")
            yield from laboratory.spectra("spectrum under load")
        yield laboratory.titration()
        if choice.depths:
            yield laboratory.pulses()


def count(choice: Choice) -> int:
    """Number of measurements of a choice."""
    directions = 2 if choice.direction == "both" else 1
    depths = len(choice.depths)
    spectra = 2 * (depths + (depths > 1))
    each = directions * len(choice.rates) + spectra + 1 + (depths > 0)
    return each * len(choice.temperatures)


class _Laboratory:
    """Makes the candidates of a cell at one temperature."""

    def __init__(
        self, cell: Cell, choice: Choice, model: str, temperature: float
    ) -> None:
        self.cell, self.choice, self.model = cell, choice, model
        self.temperature = temperature
        self._preparations: dict[Direction, list[PlannedStep]] = {}
        self._capacities: dict[tuple[float, float], float] = {}

    # ------------------------------------------------------------------- half-cycles
    def half_cycles(self) -> Iterator[Offer]:
        """Half-cycles at constant current."""
        directions: Sequence[Direction] = ("discharge", "charge")
        if self.choice.direction != "both":
            directions = (self.choice.direction,)
        conditions = [
            Condition(self.cell, direction, rate, self.temperature)
            for direction in directions
            for rate in self.choice.rates
        ]
        table, curves = constant_current.half_cycles(conditions, self.model)
        groups: dict[Any, pd.DataFrame] = {}
        if curves is not None:
            groups = dict(list(curves.groupby(list(columns.CONDITION), sort=False)))
        for condition, row in zip(conditions, table.to_dict("records"), strict=True):
            name = self._name(f"{condition.direction} at {condition.rate:g}C")
            curve = groups.get(tuple(condition.record.values()))
            if curve is None:
                ran = row[columns.STATUS] == OK
                reason = row[columns.TERMINATION if ran else columns.STATUS]
                yield LeftOut(name, str(reason))
                continue
            hours = float(curve[columns.TIME].iloc[-1]) / SECONDS_PER_HOUR
            sentence = _until(self.cell, condition.direction, condition.rate)
            steps = [self._step(sentence, hours)]
            data = (self._curve(name, condition, curve),)
            yield self._candidate(name, "half-cycle", steps, data, condition.direction)

    def _curve(
        self, name: str, condition: Condition, curve: pd.DataFrame
    ) -> MeasuredCurve:
        """A simulated half-cycle as one that was measured."""
        time, voltage = curve[columns.TIME], curve[columns.VOLTAGE]
        times = np.linspace(0, time.iloc[-1], CURVE_POINTS + 1)[1:]
        current = abs(condition.current)
        return MeasuredCurve(
            name,
            self.cell.name,
            condition.direction,
            current,
            self.temperature,
            times * current / SECONDS_PER_HOUR,
            np.interp(times, time, voltage),
            sigma=self.choice.sigma,
            stated=True,
        )

    # ----------------------------------------------------------------------- spectra
    def spectra(self, kind: Kind) -> Iterator[Offer]:
        """Spectra at each depth, and one measurement of all of them."""
        at_rest = kind == "spectrum at rest"
        where, rate = "at rest", 0.0
        if not at_rest:
            where, rate = f"during discharge at {LOAD:g}C", LOAD
        frequencies = frequency_range(*(AT_REST if at_rest else UNDER_LOAD))
        table = impedance(
            self.cell,
            self.choice.depths,
            rate=rate,
            temperature=self.temperature,
            frequencies=frequencies.tolist(),
            model=self.model,
        )
        data = []
        for depth, rows in table.groupby(columns.DEPTH):
            name = self._name(f"spectrum {where}, depth {depth:g}")
            if not succeeded(rows[columns.STATUS]).all():
                yield LeftOut(name, str(rows[columns.STATUS].iloc[0]))
                continue
            Z = (rows[columns.Z_RE] + 1j * rows[columns.Z_IM]).to_numpy()
            datum = MeasuredSpectrum(
                name,
                self.cell.name,
                Spectrum(name, frequencies, Z),
                float(depth),  # type: ignore[arg-type]
                rate=rate,
                temperature=self.temperature,
                sigma=self.choice.impedance_sigma,
                stated=True,
            )
            data.append(datum)
            steps = self._spectrum_steps([datum])
            yield self._candidate(name, kind, steps, (datum,))
        if len(data) > 1:
            depths = ", ".join(f"{datum.depth:g}" for datum in data)
            name = self._name(f"spectra {where}, depths {depths}")
            yield self._candidate(name, kind, self._spectrum_steps(data), tuple(data))

    def _spectrum_steps(self, data: Sequence[MeasuredSpectrum]) -> list[PlannedStep]:
        """Steps of one discharge with spectra on the way."""
        steps, passed = [], 0.0  # hours at LOAD
        for datum in data:
            f = datum.spectrum.frequencies
            sweep = sweep_hours(f)
            # a rest depth is one of the slow discharge
            slow = SLOW_RATE, SLOW_TEMPERATURE
            condition = (LOAD, self.temperature) if datum.rate else slow
            target = (datum.depth or 0.0) * self._capacity(*condition) / LOAD
            if target > passed:
                steps.append(self._timed(f"Discharge at {LOAD:g}C", target - passed))
                passed = target
            note = f"spectrum, {f[0]:g} to {f[-1]:g} Hz"
            if datum.rate:
                steps.append(self._timed(f"Discharge at {LOAD:g}C", sweep, note))
                passed += sweep
            else:
                steps.append(self._timed("Rest", SPECTRUM_REST))
                steps.append(self._timed("Rest", sweep, note))
        return steps

    # -------------------------------------------------------------------- sequences
    def titration(self) -> Offer:
        """A galvanostatic intermittent titration of the whole capacity."""
        name = self._name(f"GITT at {GITT_RATE:g}C")
        capacity = self._capacity(GITT_RATE, self.temperature)
        pulse = USED * capacity / GITT_RATE / GITT_PULSES
        if not pulse:
            return LeftOut(name, f"the cell delivers nothing at {GITT_RATE:g}C")
        steps = [
            self._timed(f"Discharge at {GITT_RATE:g}C", pulse),
            self._timed("Rest", GITT_REST),
        ] * GITT_PULSES
        levels = [(GITT_RATE, pulse), (0.0, GITT_REST)] * GITT_PULSES
        return self._sequence(name, "GITT", steps, levels)

    def pulses(self) -> Offer:
        """Short discharges at the depths, each after a rest."""
        depths = ", ".join(f"{depth:g}" for depth in self.choice.depths)
        name = self._name(f"pulse test at {PULSE_RATE:g}C, depths {depths}")
        capacity = self._capacity(LOAD, self.temperature)
        if not capacity:
            return LeftOut(name, f"the cell delivers nothing at {LOAD:g}C")
        levels, passed = [], 0.0  # C-rates and hours
        for depth in sorted(self.choice.depths):
            target = depth * capacity / LOAD
            if target > passed:
                levels.append((LOAD, target - passed))
            levels += [(0.0, PULSE_REST), (PULSE_RATE, PULSE), (0.0, PULSE_AFTER)]
            passed = max(passed, target) + PULSE * PULSE_RATE / LOAD
        steps = [
            self._timed(f"Discharge at {rate:g}C" if rate else "Rest", hours)
            for rate, hours in levels
        ]
        return self._sequence(name, "pulse test", steps, levels)

    def _sequence(
        self,
        name: str,
        kind: Kind,
        steps: Sequence[PlannedStep],
        levels: Sequence[tuple[float, float]],
    ) -> Candidate:
        one = float(self.cell.derived().nominal_capacity)
        currents = [
            Step(rate * one, hours * SECONDS_PER_HOUR) for rate, hours in levels
        ]
        datum = planned_sequence(
            name, self.cell, currents, self.temperature, self.choice.sigma
        )
        return self._candidate(name, kind, steps, (datum,))

    # ----------------------------------------------------------- what all have
    def _name(self, what: str) -> str:
        return f"{what}, {self.temperature:g} °C"

    def _step(self, sentence: str, hours: float, note: str = "") -> PlannedStep:
        return PlannedStep(sentence, hours, self.temperature, note)

    def _timed(self, sentence: str, hours: float, note: str = "") -> PlannedStep:
        seconds = f"{hours * SECONDS_PER_HOUR:.0f}"
        return self._step(f"{sentence} for {seconds} seconds", hours, note)

    def _candidate(
        self,
        name: str,
        kind: Kind,
        steps: Sequence[PlannedStep],
        data: tuple[Datum, ...],
        direction: Direction = "discharge",
    ) -> Candidate:
        start: Start = "discharged" if direction == "discharge" else "charged"
        steps = [*self._preparation(direction), *steps]
        return Candidate(name, kind, start, tuple(steps), data)

    def _preparation(self, direction: Direction) -> list[PlannedStep]:
        """Steps before a half-cycle of this direction, from the opposite state."""
        if direction not in self._preparations:
            self._preparations[direction] = self._prepared(direction)
        return self._preparations[direction]

    def _prepared(self, direction: Direction) -> list[PlannedStep]:
        before: Direction = "charge" if direction == "discharge" else "discharge"
        cutoff = self.cell[UPPER_CUTOFF if before == "charge" else LOWER_CUTOFF]
        sentences = (
            _until(self.cell, before, self.choice.preparation),
            f"Hold at {cutoff:g} V for {LONGEST_HOLD:g} hours or until {HOLD_END:g}C",
        )
        start: Start = "discharged" if before == "charge" else "charged"
        instructions = tuple(Instruction(s, SLOW_TEMPERATURE) for s in sentences)
        segment = Segment("preparation", self.cell, start, instructions)
        planned = protocol.Protocol("preparation", "", "", self.cell, (segment,))
        table, _ = protocol.run(planned, "particle")
        # a hold whose end is met at its start takes no time
        hours = table[columns.DURATION].fillna(0.0)
        steps = [
            PlannedStep(sentence, float(h), SLOW_TEMPERATURE)
            for sentence, h in zip(sentences, hours, strict=True)
        ]
        rest = REST if self.temperature == SLOW_TEMPERATURE else THERMAL_REST
        return [*steps, self._timed("Rest", rest)]

    def _capacity(self, rate: float, temperature: float) -> float:
        """Hours at 1C that a discharge delivers; 0 if it does not start."""
        key = rate, temperature
        if key not in self._capacities:
            condition = Condition(self.cell, "discharge", rate, temperature)
            table, _ = constant_current.half_cycles(
                [condition], "particle", curves=False
            )
            one = self.cell["Nominal specific current at 1C [A.kg-1]"]
            capacity = float(np.nan_to_num(table[columns.CAPACITY].iloc[0]))
            self._capacities[key] = capacity / one
        return self._capacities[key]


def sweep_hours(frequencies: FloatArray) -> float:
    """Hours of a spectrum: some periods at each frequency, and a least time."""
    seconds = np.maximum(PERIODS / frequencies, LEAST_TIME)
    return float(seconds.sum()) / SECONDS_PER_HOUR


def _until(cell: Cell, direction: Direction, rate: float) -> str:
    """The sentence of a half-cycle to its cut-off."""
    cutoff = cell[LOWER_CUTOFF if direction == "discharge" else UPPER_CUTOFF]
    return f"{direction.capitalize()} at {rate:g}C until {cutoff:g} V"
