"""The known measurements that are written: a cycled cell and its impedance."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tests.verification.dialects.draw import Draw

Floats = NDArray[np.float64]
# directions of the steps of a measurement: 1 charge, -1 discharge, 0 rest
PATTERNS = (
    (-1,),
    (1,),
    (0, -1),
    (0, 1, 0),
    (-1, 1),
    (1, -1),
    (0, -1, 0, 1),
    (1, 0, -1, 0),
    (0, 1, 0, -1, 0, 1, 0, -1, 0),
    (1, -1, 1, -1, 1, -1),
)
SAMPLINGS = ("even", "jittered", "factors", "two intervals")


@dataclass(frozen=True)
class Step:
    """Rows of a measurement with one direction of the current."""

    sign: int  # 1 charge, -1 discharge, 0 rest
    current: float  # magnitude [A]
    first: int  # row
    end: int  # row after the last
    temperature: float  # [degC]


@dataclass(frozen=True)
class Curve:
    """A measurement in SI units; positive currents charge."""

    time: Floats  # since the start of the measurement [s]
    step_time: Floats  # since the start of the step [s]
    voltage: Floats  # [V]
    current: Floats  # [A]
    temperature: Floats  # [degC]
    step: Floats  # number, from 1
    cycle: Floats  # number, from 1
    steps: tuple[Step, ...]

    def __len__(self) -> int:
        return len(self.time)

    @cached_property
    def sign(self) -> NDArray[np.int64]:
        """Direction of each row: 1 charge, -1 discharge, 0 rest."""
        signs = [np.full(s.end - s.first, s.sign) for s in self.steps]
        return np.concatenate(signs)

    @cached_property
    def step_capacity(self) -> Floats:
        """Charge passed in the step, not negative [A.h]."""
        level = np.concatenate(
            [np.full(s.end - s.first, s.current) for s in self.steps]
        )
        return level * self.step_time / 3600

    @cached_property
    def step_energy(self) -> Floats:
        """Energy passed in the step, not negative [W.h]."""
        parts = []
        for step in self.steps:
            rows = slice(step.first, step.end)
            time = np.concatenate([[0.0], self.step_time[rows]])
            voltage = np.concatenate([self.voltage[rows][:1], self.voltage[rows]])
            area = 0.5 * (voltage[1:] + voltage[:-1]) * np.diff(time)
            parts.append(step.current * np.cumsum(area) / 3600)
        return np.concatenate(parts)

    def counted(self, sign: int, energy: bool = False) -> Floats:
        """Charge [A.h] or energy [W.h] of one direction, counted through the file."""
        of_step = self.step_energy if energy else self.step_capacity
        total, parts = 0.0, []
        for step in self.steps:
            own = of_step[step.first : step.end]
            parts.append(total + (own if step.sign == sign else 0 * own))
            total = float(parts[-1][-1])
        return np.concatenate(parts)

    @cached_property
    def net_capacity(self) -> Floats:
        """Charge since the start, rising in a charge [A.h]."""
        return self.counted(1) - self.counted(-1)


def _sampling(draw: Draw, kind: str, rows: int, duration: float) -> Floats:
    """Times of the rows since the start of the step [s]."""
    if kind == "factors":
        return np.geomspace(duration * 1e-4, duration, rows)
    if kind == "two intervals":
        turn = rows // 3
        early = duration * 0.05 * np.arange(1, turn + 1) / turn
        late = np.linspace(early[-1], duration, rows - turn + 1)[1:]
        return np.concatenate([early, late])
    steps = np.ones(rows)
    if kind == "jittered":
        steps += draw.random.uniform(-0.2, 0.2, rows)
    return duration * np.cumsum(steps) / steps.sum()


def curve(draw: Draw, least_rows: int = 12, most_rows: int = 50) -> Curve:
    """A random measurement at constant currents."""
    pattern = draw.pick(PATTERNS)
    kind = draw.note("sampling", draw.pick(SAMPLINGS))
    level = draw.magnitude(2e-6, 2.0)
    duration = draw.magnitude(300.0, 200_000.0)
    current_noise = draw.pick((0.0, 0.0, 1e-4, 3e-3))
    voltage_noise = draw.pick((0.0, 0.0, 1e-4))
    from_zero = draw.chance(0.5, "a row at the start of each step")
    temperature = draw.number(-20, 60)
    slow_start = draw.number(0.0, 0.1)
    start, parts, steps = 0.0, [], []
    rows_before, last_voltage, cycle = 0, draw.number(2.9, 3.2), 1
    turned = False
    for sign in pattern:
        rows = draw.integer(least_rows, most_rows) if sign else draw.integer(6, 15)
        if kind == "factors" and sign:
            rows += 40  # a factor of at most 1.2 between rows
        size = level * draw.pick((1.0, 1.0, 0.5)) if sign else 0.0
        length = duration * (draw.number(0.7, 1.0) if sign else draw.number(0.1, 0.3))
        # a rest is longer than the interval between rows
        own = _sampling(draw, kind if sign else "even", rows, length)
        if from_zero:
            own, rows = np.concatenate([[0.0], own]), rows + 1
        x = own / length
        if sign:
            # the ohmic drop, then the plateau
            begin, end = (3.0, 2.0) if sign < 0 else (2.6, 4.4)
            begin -= sign * slow_start
            voltage = begin + (end - begin) * (0.6 * x + 0.4 * x**3)
        else:
            voltage = last_voltage + 0.2 * np.sign(3.0 - last_voltage) * (
                1 - np.exp(-5 * x)
            )
        voltage = voltage + voltage_noise * draw.random.standard_normal(rows)
        current = sign * size * (1 + current_noise * draw.random.standard_normal(rows))
        last_voltage = float(voltage[-1])
        if sign and turned and sign == next(s for s in pattern if s):
            cycle += 1
        turned = turned or bool(sign)
        zeros = np.zeros(rows)
        parts.append(
            np.column_stack([start + own, own, voltage, current, zeros + cycle])
        )
        steps.append(Step(sign, size, rows_before, rows_before + rows, temperature))
        rows_before += rows
        start += float(own[-1])
    time, step_time, voltage, current, cycles = np.vstack(parts).T
    numbers = np.concatenate(
        [np.full(s.end - s.first, k + 1.0) for k, s in enumerate(steps)]
    )
    degrees = temperature + 0.05 * draw.random.standard_normal(len(time))
    return Curve(
        time, step_time, voltage, current, degrees, numbers, cycles, tuple(steps)
    )


def without(truth: Curve, rows: Sequence[int]) -> Curve:
    """A curve without some of its rows."""
    lost = np.array(rows, int)
    steps = tuple(
        replace(
            step,
            first=step.first - int((lost < step.first).sum()),
            end=step.end - int((lost < step.end).sum()),
        )
        for step in truth.steps
    )
    arrays = {
        field.name: np.delete(getattr(truth, field.name), lost)
        for field in fields(truth)
        if field.name != "steps"
    }
    return Curve(**arrays, steps=steps)


def rows_within(draw: Draw, truth: Curve, count: int) -> list[int]:
    """Successive rows within a half-cycle; none where it has few rows."""
    step = draw.pick([step for step in truth.steps if step.sign])
    if step.end - step.first < 20 * count:
        return []
    first = draw.integer(step.first + 5, step.end - 5 - count)
    return list(range(first, first + count))


@dataclass(frozen=True)
class Impedance:
    """One spectrum in the order of its measurement."""

    frequency: Floats  # [Hz]
    Z: NDArray[np.complex128]  # [Ohm]
    voltage: float  # [V]
    current: float  # [A]


def impedance(draw: Draw) -> Impedance:
    """A random spectrum of a resistance and two arcs."""
    points = draw.integer(12, 60)
    high, low = draw.magnitude(1e4, 2e6), draw.magnitude(1e-2, 10)
    frequency = np.geomspace(high, low, points)
    scale = draw.magnitude(1e-2, 1e4)
    w = 2j * np.pi * frequency
    arcs = 0.2 + 1.0 / (1 + (w * draw.magnitude(1e-5, 1e-3)) ** draw.number(0.8, 1))
    arcs = arcs + 2.0 / (1 + (w * draw.magnitude(1e-2, 1)) ** draw.number(0.8, 1))
    noise = draw.pick((0.0, 1e-4))
    random = draw.random.standard_normal((2, points))
    Z = scale * arcs * (1 + noise * (random[0] + 1j * random[1]))
    if draw.chance(0.2, "lowest frequency first"):
        frequency, Z = frequency[::-1], Z[::-1]
    return Impedance(frequency, Z, draw.number(2.5, 3.5), draw.pick((0.0, 1e-4, -2e-5)))
