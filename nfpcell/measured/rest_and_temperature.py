"""The temperature of a half-cycle, and the rest before it."""

import re
from dataclasses import dataclass

import numpy as np

from nfpcell.cell import validation
from nfpcell.errors import refusal
from nfpcell.measured.readers.curve_table import plausible_temperature
from nfpcell.measured.time_series import Stretch

LEAST_REST = 10.0  # s
_NAMED_TEMPERATURE = re.compile(
    r"(?P<before>^|[^A-Za-z0-9.])(?P<minus>[-−]|minus|neg|m(?=\d))?"
    r"(?P<size>\d{1,9}(?:[.p]\d+)?)\s?_?"
    r"(?P<unit>°\s?C|deg\s?C|degrees?C?|degC|grad|C)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
# a minus, or a hyphen between words
_HYPHEN = re.compile(r"(?i)[a-z0-9][-−]\d{1,3}\s?_?(deg|°|C(?![a-z0-9]))")


@dataclass(frozen=True)
class KnownTemperature:
    """A temperature and its origin."""

    value: float | None  # [degC]
    remark: str  # origin of the value


@dataclass(frozen=True)
class RestBefore:
    """The rest before a half-cycle, if there is any."""

    duration: float | None  # [s]
    voltage: float | None  # at its end [V]
    remark: str  # origin of the values


def rest_before(stretch: Stretch, lead: float, given: float | None) -> RestBefore:
    """
    The rest directly before a half-cycle; ``given`` is a rest voltage from the user.

    ``lead`` is the time from the start of the current to the first row [s].
    """
    series, first = stretch.series, stretch.first
    rows = int(series.rows_of_rest[first])
    time = float(series.time[first] - lead - series.time[first - rows])
    duration = time if rows >= 2 and time >= LEAST_REST else None
    if given is not None:
        return RestBefore(duration, given, "the rest voltage is given")
    if duration is None:
        return RestBefore(None, None, "no rest before")
    voltage = float(series.voltage[first - 1])
    remark = f"{duration:.4g} s of rest before, to {voltage:.4f} V"
    return RestBefore(duration, voltage, remark)


def temperature_of(stretch: Stretch, given: float | None) -> KnownTemperature:
    """Temperature of a half-cycle: given by the user, the file, or the file's name."""
    if given is not None:
        return KnownTemperature(given, "temperature is given")
    series = stretch.series
    in_name = temperature_in_name(series.path.name)
    if series.temperature is None:
        return in_name
    measured = series.temperature[stretch.rows]
    measured = measured[np.isfinite(measured)]
    if not len(measured):
        return in_name
    value = float(np.median(measured))
    if value not in validation.TEMPERATURES:
        what = f"its temperature is {value:g} °C in the file"
        right = f"{validation.TEMPERATURES.right(value)}, or temperature [degC] with it"
        raise refusal(stretch.where, what, right)
    if plausible_temperature(np.array(value)):
        return KnownTemperature(value, "temperature is from the file")
    remark = f"{value:g} °C in the file was not measured; {in_name.remark}"
    return KnownTemperature(in_name.value, remark)


def temperature_in_name(name: str) -> KnownTemperature:
    """
    The temperature in the name of a file.

    Examples
    --------
    >>> temperature_in_name("cell__C30__25degC__Neware.csv").value
    25.0
    >>> temperature_in_name("cell_-20C_0.1C.csv").value
    -20.0
    >>> temperature_in_name("cell_0.1C.csv").value is None
    True
    """
    matches = {}
    for match in _NAMED_TEMPERATURE.finditer(name):
        size = float(match["size"].replace("p", "."))
        # "2C" is a rate; "C" is a temperature only with a minus, zero, or 15 and above
        if match["unit"].upper() == "C" and not (
            match["minus"] or size == 0 or (1000 > size >= 15 and size == int(size))
        ):
            continue
        matches[-size if match["minus"] else size] = match
    ambiguous = bool(_HYPHEN.search(name))
    if len(matches) == 1:
        (value, match), *_ = matches.items()
        if value not in validation.TEMPERATURES:
            return KnownTemperature(
                None,
                f"the file's name gives {value:g} °C, which is not "
                f"{validation.TEMPERATURES}; it is not used",
            )
        if not (ambiguous and match["before"] in ("", "-")):
            remark = f"temperature {value:g} °C is from the file's name"
            return KnownTemperature(value, remark)
    if ambiguous or len(matches) > 1:
        remark = "the temperature in the file's name is ambiguous"
        return KnownTemperature(None, remark)
    return KnownTemperature(None, "no temperature is given")
