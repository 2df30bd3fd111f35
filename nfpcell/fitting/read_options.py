"""Statements of the user about a measured file."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nfpcell.cell import validation
from nfpcell.cell.parameters import Range
from nfpcell.errors import NfpcellError

# from below the resolution of any instrument to above any signal
_SIGMA = Range(1e-9, 10)


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """
    Statements of the user that complete or correct measured files.

    Attributes
    ----------
    temperature : [degC]; None for that of the file, or else 30
    half_cycles : numbers of the half-cycles to take, from 1; None for all
    direction : "discharge" or "charge": only these half-cycles
    sign : the half-cycle with positive current in the file, "charge" or "discharge"
    rate : C-rate, instead of the file's current; also of a spectrum under load
    start : state at the start of a half-cycle: "slow" (after a slow half-cycle), "rest"
        (after the rest before) or an open-circuit voltage [V]; None: the rest if it was
        long enough, else "slow"
    depth_of_discharge : of the file's spectra, one number or one for each
    sigma : standard deviation of a voltage [V]; None: the scatter about the fit
    impedance_sigma : standard deviation of each part of an impedance over its modulus
        [-]; None: the scatter about the fit
    sequence : True to run the model through the whole file, one state carried from
        segment to segment; False for its half-cycles one by one; None: through the
        whole file if a half-cycle does not start from an equilibrium
    segments : numbers of the segments of such a sequence that are compared, from 1;
        None for all
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
    sequence: bool | None = None
    segments: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for name, allowed in (
            ("start", Range(0, 20)),
            ("sigma", _SIGMA),
            ("impedance_sigma", _SIGMA),
            ("temperature", validation.TEMPERATURES),
        ):
            value = getattr(self, name)
            if value is not None and (name, value) not in _START_WORDS:
                validation.number(value, name, allowed)
        for name in ("direction", "sign"):
            if getattr(self, name) is not None:
                validation.one_of(getattr(self, name), name, validation.HALF_CYCLES)

    @property
    def stated(self) -> dict[str, Any]:
        """The options that are not None, by name."""
        values = {name: getattr(self, name) for name in _OPTIONS}
        return {name: value for name, value in values.items() if value is not None}


_START_WORDS = (("start", "slow"), ("start", "rest"))
_OPTIONS = [field.name for field in dataclasses.fields(ReadOptions)]


@dataclass(frozen=True)
class Data(ReadOptions):
    """
    A measured file, with statements of the user (see ``ReadOptions``).

    Attributes
    ----------
    path : of the file
    cell : key of the measured cell; None if only one is fitted
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


def listed(
    data: str | Path | Data | Sequence[str | Path | Data], options: ReadOptions
) -> list[Data]:
    """The files as a list; those that are given as paths have these options."""
    files = [data] if isinstance(data, str | Path | Data) else data
    if not isinstance(files, list | tuple):
        raise NfpcellError(
            f"data: {type(files).__name__} is refused; right would be a list of "
            "paths, or of Data"
        )
    return [
        file if isinstance(file, Data) else Data(file, **options.stated)
        for file in files
    ]
