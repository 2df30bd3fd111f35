"""Files of a simple cell under any protocol, with the half-cycles that they hold."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nfpcell.measured.extraction import HalfCycle, half_cycles
from nfpcell.measured.readers import read

AMPERE = 1e-4
FULL = 3e-4  # A.h
SERIES, POLARISATION, RELAXATION = 150.0, 120.0, 400.0  # Ohm, Ohm, s
HEADINGS = {
    "t": "Test_Time(s)",
    "v": "Voltage(V)",
    "i": "Current(A)",
    "step": "Step_Index",
    "charge": "Charge_Capacity(Ah)",
    "discharge": "Discharge_Capacity(Ah)",
    "charge_energy": "Charge_Energy(Wh)",
    "discharge_energy": "Discharge_Energy(Wh)",
    "state": "Step Type",
    "word": "Step",
    "temperature": "Temperature (degC)",
    "capacity": "Capacity (Ah)",
}


def open_circuit(x):
    """Voltage over the charged fraction: two plateaus and two steep ends."""
    plateaus = 0.55 * (1 - np.exp(-x / 0.02)) + 0.45 / (1 + np.exp(-(x - 0.45) / 0.03))
    return 2.0 + plateaus + 0.1 * x + 1.2 * np.exp((x - 1.03) / 0.02)


def every(seconds):
    """Rows at equal distances."""
    return lambda duration: np.arange(seconds, duration + seconds / 2, seconds)


def by_factors(factor, first=0.1):
    """Rows whose time grows by a factor."""

    def times(duration):
        number = int(np.log(duration / first) / np.log(factor)) + 1
        return np.append(first * factor ** np.arange(number), duration)

    return times


@dataclass
class SimpleCell:
    """A cell that records what it does; a positive current charges."""

    x: float = 0.02  # charged fraction
    relaxing: float = 0.0  # V
    time: float = 0.0
    number: int = 0
    counts: dict = field(default_factory=lambda: dict.fromkeys(HEADINGS, 0.0))
    rows: list = field(default_factory=list)
    truth: list = field(default_factory=list)  # direction, current, time, charge

    def _voltage(self, current):
        return open_circuit(self.x) + current * SERIES + self.relaxing

    def _pass(self, current, duration):
        pieces = max(1, int(duration / 20))
        dt = duration / pieces
        name = "charge" if current > 0 else "discharge"
        for _ in range(pieces):
            before = self._voltage(current)
            decay = 1 - np.exp(-dt / RELAXATION)
            self.relaxing += (current * POLARISATION - self.relaxing) * decay
            self.x += current * dt / 3600 / FULL
            charge = abs(current) * dt / 3600
            self.counts[name] += charge
            mean = 0.5 * (before + self._voltage(current))
            self.counts[f"{name}_energy"] += mean * charge
        self.time += duration

    def _record(self, current, state):
        counts = {k: v for k, v in self.counts.items() if "charge" in k}
        values = {"t": self.time, "v": self._voltage(current), "i": current}
        self.rows.append(
            {**values, "step": self.number, "state": state, "word": state, **counts}
        )

    def step(self, current, duration, times=None, at_start=True, state=None):
        """A rest or a constant current, until 4.4 V or 1.9 V at the latest."""
        self.number += 1
        names = {0: "Rest", 1: "CC_Chg", -1: "CC_DChg"}
        state = state or names[int(np.sign(current))]
        start, charged = self.time, self.counts["charge"] + self.counts["discharge"]
        if at_start:
            self._pass(current, 1e-3)
            self._record(current, state)
        for t in (times or every(60))(duration):
            if start + t <= self.time:
                continue
            self._pass(current, start + t - self.time)
            self._record(current, state)
            voltage = self._voltage(current)
            if (current > 0 and voltage >= 4.4) or (current < 0 and voltage <= 1.9):
                break
        if current:
            passed = self.counts["charge"] + self.counts["discharge"] - charged
            name = "charge" if current > 0 else "discharge"
            self.truth.append((name, abs(current), self.time - start, passed))
        return self

    def rest(self, duration=1800, times=None, at_start=True):
        """A rest."""
        return self.step(0.0, duration, times, at_start)

    def hold(self, least, seconds=60):
        """Constant voltage, until the current has fallen."""
        self.number += 1
        voltage = self._voltage(self.rows[-1]["i"])
        while True:
            for _ in range(seconds // 2):
                rest = voltage - open_circuit(self.x) - self.relaxing
                self._pass(rest / SERIES, 2.0)
            current = (voltage - open_circuit(self.x) - self.relaxing) / SERIES
            self._record(current, "CV_Chg")
            if current < least:
                return self

    @property
    def table(self):
        """Everything it has recorded."""
        return pd.DataFrame(self.rows).assign(temperature=30.0)


def one_cycle(seconds=60):
    """A rest, a charge, a rest, a discharge and a rest."""
    cell = SimpleCell().rest(600).step(AMPERE, 20_000, every(seconds))
    return cell.rest().step(-AMPERE, 20_000, every(seconds)).rest(600)


def written(folder, table, columns, name="cell.csv"):
    """The path of a file with some columns of a table."""
    path = folder / name
    chosen = table[columns.split()].rename(columns=HEADINGS)
    chosen.to_csv(path, index=False, float_format="%.10g")
    return path


def read_back(folder, table, columns, **given) -> list[HalfCycle]:
    """The half-cycles of a file with some columns of a table."""
    return half_cycles(read(written(folder, table, columns)), **given)


def assert_truth(found, truth, tolerance=0.01):
    """Compare half-cycles with direction, current, duration and charge."""
    assert [half.direction for half in found] == [name for name, *_ in truth]
    for half, (_, current, duration, charge) in zip(found, truth, strict=True):
        values = half.current, half.time[-1], half.capacity[-1]
        for value, true in zip(values, (current, duration, charge), strict=True):
            assert abs(value / true - 1) < tolerance
