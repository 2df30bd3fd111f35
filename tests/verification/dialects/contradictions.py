"""Files in which two columns contradict each other, or a value is not possible.

Each has to be refused, or read with a remark that its sound twin does not get.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tests.verification.dialects import columns as c
from tests.verification.dialects.case import (
    Case,
    Expected,
    expected_curve,
    expected_spectrum,
)
from tests.verification.dialects.columns import Column, number_column
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.generic_tables import STATES
from tests.verification.dialects.text_file import Layout, text_file
from tests.verification.dialects.truth import Curve, Floats, curve, impedance

FORM = c.Form("general", 9)


def _number(heading: str, quantity: str, values: Floats, unit: str) -> Column:
    return number_column(heading, quantity, values, unit, FORM)


def _curve_columns(truth: Curve) -> dict[str, Column]:
    return {
        "time": _number("Time [{}]", "time", truth.time, "s"),
        "voltage": _number("Voltage [{}]", "voltage", truth.voltage, "V"),
        "current": _number("Current [{}]", "current", truth.current, "mA"),
        "charge": _number(
            "Charge Capacity [{}]", "charge capacity", truth.counted(1), "mAh"
        ),
        "discharge": _number(
            "Discharge Capacity [{}]", "discharge capacity", truth.counted(-1), "mAh"
        ),
    }


def _case(
    draw: Draw,
    contradiction: str,
    sound: Sequence[Column],
    broken: Sequence[Column],
    expected: Expected,
) -> Case:
    """The two files, of one layout and one order of columns."""
    order = draw.shuffled(range(len(sound)))
    layout = Layout(separator=draw.pick((",", ";", "\t")))
    layout.decimal = draw.pick((".", ",")) if layout.separator != "," else "."
    raw, right = (
        text_file([table[k] for k in order], layout) for table in (broken, sound)
    )
    return Case(".csv", raw, expected, "", contradiction, right)


def _of_curve(
    draw: Draw, contradiction: str, truth: Curve, change: dict[str, Column], *names: str
) -> Case:
    """A curve of which some columns are changed; ``names`` are all columns."""
    columns = _curve_columns(truth)
    names = names or tuple(columns)
    sound = [columns[name] for name in names]
    broken = [change.get(name, columns[name]) for name in names]
    return _case(draw, contradiction, sound, broken, expected_curve(sound, truth))


def _relabelled(column: Column, unit: str) -> Column:
    return replace(column, unit=unit)


def current_off_its_charge(draw: Draw) -> Case:
    """A current in mA under A, or in µA under mA, beside counters of the charge."""
    truth = curve(draw)
    current = _curve_columns(truth)["current"]
    change = {"current": _relabelled(current, draw.pick(("A", "µA")))}
    return _of_curve(draw, "current 1000 times off its charge", truth, change)


def charge_off_its_current(draw: Draw) -> Case:
    """Counters in mAh under Ah."""
    truth = curve(draw)
    columns = _curve_columns(truth)
    unit = draw.pick(("Ah", "µAh", "C"))
    change = {k: _relabelled(columns[k], unit) for k in ("charge", "discharge")}
    return _of_curve(draw, "charge in another unit than stated", truth, change)


def time_off_its_charge(draw: Draw) -> Case:
    """Seconds under minutes, hours or milliseconds, beside counters of the charge."""
    truth = curve(draw)
    time = _curve_columns(truth)["time"]
    change = {"time": _relabelled(time, draw.pick(("min", "h", "ms")))}
    return _of_curve(draw, "time in another unit than stated", truth, change)


def months(draw: Draw) -> Case:
    """Hours or minutes of a half-cycle that last for months, without a charge."""
    truth = curve(draw)
    factor = draw.number(120, 900) * 86400 / truth.time[-1]
    longest = max(truth.step_time) * factor / 86400
    if longest < 60:
        factor *= 100 / longest
    time = _number("Time [{}]", "time", truth.time * factor, "h")
    names = ("time", "voltage", "current")
    return _of_curve(draw, "months for one half-cycle", truth, {"time": time}, *names)


def counters_exchanged(draw: Draw) -> Case:
    """The charge under the heading of the discharge, and the other way round."""
    truth = curve(draw)
    columns = _curve_columns(truth)
    change = {
        "charge": replace(columns["charge"], cells=columns["discharge"].cells),
        "discharge": replace(columns["discharge"], cells=columns["charge"].cells),
    }
    return _of_curve(draw, "counters of charge and discharge exchanged", truth, change)


def states_exchanged(draw: Draw) -> Case:
    """States that say discharge where the voltage rises."""
    truth = curve(draw)
    words = STATES["modes"]
    size = np.abs(truth.current)
    columns = _curve_columns(truth)
    columns["current"] = _number("Current [{}]", "current", size, "mA")
    names = ("time", "voltage", "current")
    sound = [columns[name] for name in names]
    right, wrong = (
        c.text_column("State", "state", [words[int(k * s)] for s in truth.sign])
        for k in (1, -1)
    )
    expected = expected_curve(sound, truth, unsigned=True)
    contradiction = "states of charge and discharge exchanged"
    return _case(draw, contradiction, [*sound, right], [*sound, wrong], expected)


def temperature_steps(draw: Draw) -> Case:
    """A temperature that changes by tens of degrees within each half-cycle."""
    truth = curve(draw)
    step = draw.number(20, 60) * draw.pick((-1, 1))
    half = truth.step_time > 0.5 * np.concatenate(
        [np.full(s.end - s.first, truth.step_time[s.end - 1]) for s in truth.steps]
    )
    right = _number("Temperature [{}]", "temperature", truth.temperature, "degC")
    wrong = _number(
        "Temperature [{}]", "temperature", truth.temperature + step * half, "degC"
    )
    columns = list(_curve_columns(truth).values())
    expected = expected_curve([*columns, right], truth)
    contradiction = "temperature changes by tens of degrees in a half-cycle"
    return _case(draw, contradiction, [*columns, right], [*columns, wrong], expected)


def millivolts_as_volts(draw: Draw) -> Case:
    """A voltage in mV under V."""
    truth = curve(draw)
    voltage = _number("Voltage [{}]", "voltage", truth.voltage, "mV")
    change = {"voltage": replace(voltage, unit="V")}
    return _of_curve(draw, "voltage 1000 times too high", truth, change)


def time_off_its_dates(draw: Draw) -> Case:
    """Seconds under minutes or hours, beside dates."""
    truth = curve(draw)
    columns = _curve_columns(truth)
    dates = c.date_column(draw, "Date Time", truth.time, "ISO")
    names = ("time", "voltage", "current")
    sound = [*(columns[name] for name in names), dates]
    broken = [_relabelled(sound[0], draw.pick(("min", "h"))), *sound[1:]]
    contradiction = "time in another unit than its dates"
    return _case(draw, contradiction, sound, broken, expected_curve(sound, truth))


# ------------------------------------------------------------------------------ spectra
def _spectrum_columns(draw: Draw) -> dict[str, Column]:
    one = impedance(draw)
    angle = np.angle(one.Z, deg=True)
    return {
        "f": _number("Frequency [{}]", "frequency", one.frequency, "Hz"),
        "re": _number("Z' [{}]", "real part", one.Z.real, "Ohm"),
        "im": _number("Z'' [{}]", "imaginary part", one.Z.imag, "Ohm"),
        "modulus": _number("|Z| [{}]", "modulus", np.abs(one.Z), "Ohm"),
        "phase": _number("Phase [{}]", "phase", angle, "deg"),
    }


def _turned(column: Column) -> Column:
    cells = [f"{-float(cell):.9g}" for cell in column.cells]
    return replace(column, cells=tuple(cells))


def modulus_against_parts(draw: Draw) -> Case:
    """A modulus in another unit than the parts, or of another cell."""
    sound = _spectrum_columns(draw)
    unit = draw.pick(("kOhm", "mOhm"))
    broken = sound | {"modulus": _relabelled(sound["modulus"], unit)}
    return _pair(draw, "modulus in another unit than the parts", sound, broken)


def phase_against_sign(draw: Draw) -> Case:
    """An imaginary part without its minus in the heading, beside the phase."""
    sound = _spectrum_columns(draw)
    broken = sound | {"im": _turned(sound["im"])}
    return _pair(draw, "sign of Im Z against the phase", sound, broken)


def parts_exchanged(draw: Draw) -> Case:
    """Real and imaginary part under each other's heading, beside modulus and phase."""
    sound = _spectrum_columns(draw)
    re, im = sound["re"], sound["im"]
    broken = sound | {
        "re": replace(re, cells=im.cells),
        "im": replace(im, cells=re.cells),
    }
    return _pair(draw, "real and imaginary part exchanged", sound, broken)


def sign_of_im(draw: Draw) -> Case:
    """An imaginary part without its minus in the heading, and nothing beside it."""
    columns = _spectrum_columns(draw)
    sound = {name: columns[name] for name in ("f", "re", "im")}
    broken = sound | {"im": _turned(sound["im"])}
    return _pair(draw, "sign of Im Z turned", sound, broken)


def negative_real_part(draw: Draw) -> Case:
    """A real part of the wrong sign."""
    columns = _spectrum_columns(draw)
    sound = {name: columns[name] for name in ("f", "re", "im")}
    broken = sound | {"re": _turned(sound["re"])}
    return _pair(draw, "sign of Re Z turned", sound, broken)


def _pair(
    draw: Draw, contradiction: str, sound: dict[str, Column], broken: dict[str, Column]
) -> Case:
    tables = list(sound.values()), list(broken.values())
    spectrum = expected_spectrum(tables[0], slice(None))
    return _case(draw, contradiction, *tables, Expected(spectra=(spectrum,)))


DIALECTS: tuple[Callable[[Draw], Case], ...] = (
    current_off_its_charge,
    charge_off_its_current,
    time_off_its_charge,
    months,
    counters_exchanged,
    states_exchanged,
    temperature_steps,
    millivolts_as_volts,
    time_off_its_dates,
    modulus_against_parts,
    phase_against_sign,
    parts_exchanged,
    sign_of_im,
    negative_real_part,
)
