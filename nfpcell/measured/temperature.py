"""The temperature of a half-cycle, by the file or by its name."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nfpcell.cell import validation
from nfpcell.errors import refusal
from nfpcell.measured.readers.curve_table import plausible_temperature
from nfpcell.measured.steps import Floats
from nfpcell.measured.time_series import Stretch

# a temperature that changes by more than the first is remarked on; by more than the
# second, the half-cycle has no temperature [K]
REMARKED, LARGEST_CHANGE = 2.0, 15.0
# largest difference from the temperature in the file's name without a remark [K]
NAMED_APART = 5.0
# rows of the median that leaves out single wrong temperatures
MEDIAN_ROWS = 5
_NAMED_TEMPERATURE = re.compile(
    r"(?P<before>^|[^A-Za-z0-9.])(?P<minus>[-−]|minus|neg|m(?=[1-9]))?"
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


def temperature_of(stretch: Stretch, given: float | None) -> KnownTemperature:
    """Temperature of a half-cycle: given by the user, the file, or the file's name."""
    series = stretch.series
    in_name = temperature_in_name(series.path.name)
    measured = np.zeros(0)
    if series.temperature is not None:
        measured = series.temperature[stretch.rows]
        measured = measured[np.isfinite(measured)]
    first, last = _extremes(measured)
    if given is not None:
        remark = f"temperature is stated as {given:g} °C"
        if abs(last - first) > REMARKED:
            remark += f"; in the file it changes from {first:.3g} to {last:.3g} °C"
        return KnownTemperature(given, remark)
    if not len(measured):
        return in_name
    value = float(np.median(measured))
    if value not in validation.MEASURED_TEMPERATURES:
        what = f"its temperature is {value:g} °C in the file"
        right = validation.MEASURED_TEMPERATURES.right(value)
        raise refusal(stretch.where, what, f"{right}, or temperature [degC] with it")
    if plausible_temperature(np.array(value)):
        remark = "temperature is from the file"
        if abs(last - first) > LARGEST_CHANGE:
            what = f"its temperature changes from {first:.3g} to {last:.3g} °C"
            right = "a half-cycle at one temperature, or temperature [degC] with it"
            raise refusal(stretch.where, what, right)
        if abs(last - first) > REMARKED:
            remark += (
                f", its median {value:.3g} °C; it changes from {first:.3g} to "
                f"{last:.3g} °C"
            )
        if in_name.value is not None and abs(in_name.value - value) > NAMED_APART:
            remark += f"; the file's name gives {in_name.value:g} °C"
        return KnownTemperature(value, remark)
    remark = f"{value:g} °C in the file was not measured; {in_name.remark}"
    return KnownTemperature(in_name.value, remark)


def _extremes(measured: Floats) -> tuple[float, float]:
    """Lowest and highest temperature, in the order of time, without single rows."""
    plausible = measured[plausible_temperature(measured)]
    if not len(plausible):
        return 0.0, 0.0
    if len(plausible) < MEDIAN_ROWS:
        return float(plausible[0]), float(plausible[-1])
    rolling = pd.Series(plausible).rolling(MEDIAN_ROWS, center=True)
    smooth = rolling.median().bfill().ffill().fillna(plausible[0]).to_numpy(float)
    rows = sorted((int(np.argmin(smooth)), int(np.argmax(smooth))))
    return float(smooth[rows[0]]), float(smooth[rows[1]])


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
        if value not in validation.MEASURED_TEMPERATURES:
            return KnownTemperature(
                None,
                f"the file's name gives {value:g} °C, which is not "
                f"{validation.MEASURED_TEMPERATURES}; it is not used",
            )
        if not (ambiguous and match["before"] in ("", "-")):
            remark = f"temperature {value:g} °C is from the file's name"
            return KnownTemperature(value, remark)
    if ambiguous or len(matches) > 1:
        remark = "the temperature in the file's name is ambiguous"
        return KnownTemperature(None, remark)
    return KnownTemperature(None, "the file gives no temperature")
