"""Options of the commands that read measured files: what the files do not state."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from nfpcell.cell.validation import DEPTHS, HALF_CYCLES
from nfpcell.cli import options, parsing
from nfpcell.errors import refusal

if TYPE_CHECKING:
    from nfpcell.fitting.read_options import ReadOptions

Files = Annotated[
    list[str] | None,
    options.described("FILE", "Read this measured file. The option may be repeated."),
]
Overlay = Annotated[
    list[str] | None,
    options.described(
        "FILE",
        "Draw this measured file over the computed curves, in the figure of --out. The "
        "option may be repeated.",
        "--data",
    ),
]
Temperature = Annotated[
    float | None,
    options.temperature(
        "Take this temperature in °C for files that do not state it; 30 by default."
    ),
]
HalfCycles = Annotated[
    Sequence[int] | None,
    options.option(
        "--half-cycles",
        "LIST",
        "Take these half-cycles, counted from 1, such as 1,3; all by default.",
        parsing.whole_numbers,
    ),
]
Direction = Annotated[
    str | None,
    options.choice(
        "--direction", HALF_CYCLES, "Take only discharges, or only charges."
    ),
]
Sign = Annotated[
    str | None,
    options.choice(
        "--sign",
        HALF_CYCLES,
        "Say what a positive current in the files is. By default it is recognised "
        "from the words, the counters or the voltage in the files.",
    ),
]
Rate = Annotated[
    float | None,
    options.rate("Take this C-rate for the data, instead of the current in the files."),
]
Start = Annotated[
    str | None,
    options.option(
        "--start",
        "slow|rest|VOLTAGE",
        "Begin the half-cycles in this state: as after a slow half-cycle, at the "
        "voltage of the rest before, or at an open-circuit voltage in V. The "
        "default is the rest, if it was long enough, or else slow.",
        parsing.start,
    ),
]
Depths = Annotated[
    Sequence[float] | None,
    options.numbers(
        "--dod",
        "Say at which depths of discharge the spectra were measured, from 0 to 1.",
        DEPTHS,
        "0.1:0.9:0.1",
    ),
]

WholeFile = Annotated[
    bool | None,
    options.flag(
        "--sequence/--no-sequence",
        "Run the model through the whole file with the measured current, one state "
        "carried from segment to segment; or take its half-cycles one by one. By "
        "default the whole file, if a half-cycle does not start from an equilibrium.",
    ),
]
Segments = Annotated[
    Sequence[int] | None,
    options.option(
        "--segments",
        "LIST",
        "Compare only these segments of a whole file, counted from 1, such as 1,3 or "
        "2:80:2 (first:last:step).",
        parsing.whole_numbers,
    ),
]


def overlay(data: list[str] | None, out: str | None) -> list[str]:
    """Return the files to draw; without --out there is no figure."""
    if data and out is None:
        right = "--data with --out DIR, or nfpcell compare"
        raise refusal("--data", "is drawn in the figure of --out", right)
    return data or []


def stated(
    temperature: float | None,
    half_cycles: Sequence[int] | None,
    direction: str | None,
    sign: str | None,
    rate: float | None,
    start: str | float | None,
    dod: Sequence[float] | None,
    sigma: float | None = None,
    impedance_sigma: float | None = None,
    sequence: bool | None = None,
    segments: Sequence[int] | None = None,
) -> "ReadOptions":
    """Return the options as the library takes them."""
    from nfpcell.fitting.read_options import ReadOptions

    return ReadOptions(
        temperature=temperature,
        half_cycles=None if half_cycles is None else tuple(half_cycles),
        direction=direction,
        sign=sign,
        rate=rate,
        start=start,
        depth_of_discharge=None if dod is None else tuple(dod),
        sigma=sigma,
        impedance_sigma=impedance_sigma,
        sequence=sequence,
        segments=None if segments is None else tuple(segments),
    )
