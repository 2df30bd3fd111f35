"""A protocol of steps that are typed: "Discharge at 1C until 2.0 V; Rest for 1 h"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pybamm

from nfpcell.cell import validation
from nfpcell.cell.definition import Cell, Cells
from nfpcell.cell.validation import Applied, Direction
from nfpcell.errors import NfpcellError, refusal
from nfpcell.parallel import Progress
from nfpcell.simulation.protocol import Protocol, run
from nfpcell.simulation.protocol_steps import Instruction, Segment, Start
from nfpcell.simulation.step_checks import checked

NAME = "steps"
EXAMPLE = "Discharge at 1C until 2.0 V; Rest for 1 h; Charge at C/5 until 4.5 V"
# 20 x (Discharge at 0.1C for 30 minutes; Rest for 1 h); the innermost brackets
_REPETITION = re.compile(r"(?<![\d.,+-])(\d+)\s*[x×*]\s*\(([^()]*)\)", re.IGNORECASE)
MOST_STEPS = 10_000
DIGITS = 9  # of a number of repetitions that are read
STARTS: tuple[Start, ...] = ("charged", "discharged")


def of_steps(
    cell: Cell,
    steps: str | Sequence[str],
    temperature: float = 30.0,
    start: Start | None = None,
) -> Protocol:
    """
    The protocol of typed steps.

    Parameters
    ----------
    steps : sentences of PyBaMM's, as a list or as one text with ";" between them, in
        which "20 x (one; two)" repeats steps
    temperature : of the surroundings [degC]
    start : state of the cell after a slow half-cycle; by default "discharged" if the
        first step with a current is a charge, else "charged"

    Raises
    ------
    NfpcellError : a step is not sound for this cell; the sentence has its number

    Examples
    --------
    >>> protocol = of_steps(Cell.load("C"), "Rest for 1 h; Charge at C/5 until 4.5 V")
    >>> protocol.segments[0].start
    'discharged'
    """
    temperature = validation.number(temperature, "temperature", validation.TEMPERATURES)
    if start is not None:
        validation.one_of(start, "start", STARTS)
    sentences = _sentences(steps)
    instructions = tuple(Instruction(text, temperature) for text in sentences)
    read = [
        checked(instruction, cell, f"step {number}")
        for number, instruction in enumerate(instructions, start=1)
    ]
    first = next((s.direction for s in read if not isinstance(s, pybamm.step.Rest)), "")
    start = start or ("discharged" if first == "charge" else "charged")
    segment = Segment(NAME, cell, start, instructions)
    return Protocol(NAME, "; ".join(sentences), "typed", cell, (segment,))


def protocol(
    cell: Cells,
    steps: str | Sequence[str] | None = None,
    profile: str | Path | None = None,
    temperature: float = 30.0,
    start: Start | None = None,
    model: str = "full",
    *,
    sign: Direction | None = None,
    apply: Applied | None = None,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Run steps, or a profile from a file, with one cell or several.

    Parameters
    ----------
    cell : Cell, name or path, or a list of them
    steps : sentences such as "Charge at C/5 until 4.5 V", as a list or as one text with
        ";" between them, in which "20 x (one; two)" repeats steps
    profile : file with a current, a power or a C-rate over time, instead of steps
    temperature : of the surroundings [degC]
    start : "charged" or "discharged", by a slow half-cycle; by default "discharged" if
        the first step with a current is a charge, else "charged"
    model : "full" or "particle"
    sign : what a positive value of the profile is, "discharge" or "charge"; by default
        what the file shows, else a discharge
    apply : "current" or "power", of a profile that has both
    progress : called with (done, all) after each segment

    Returns
    -------
    table, curves : a row for each step, with ``columns.PROTOCOL``; and time, current,
        voltage and power along the steps. With several cells, ``columns.SEGMENT`` has
        the name of the cell. A step that fails is a row with the reason as its
        ``Status``

    Examples
    --------
    >>> steps = "Discharge at 1C until 2.0 V; Rest for 1 h"
    >>> table, curves = protocol("C", steps, model="particle")
    >>> table["Final voltage [V]"].round(2).tolist()
    [2.0, 2.54]
    """
    cells = validation.half_cells(cell)
    loaded = load(cells, steps, profile, temperature, start, sign, apply)
    return run(loaded, model, progress)


def load(
    cells: Sequence[Cell],
    steps: str | Sequence[str] | None,
    profile: str | Path | None,
    temperature: float = 30.0,
    start: Start | None = None,
    sign: Direction | None = None,
    apply: Applied | None = None,
) -> list[Protocol]:
    """The protocol of each cell; the arguments are those of ``protocol``.

    With several cells, the segment of each has the name of its cell.
    """
    loaded = [
        _load(cell, steps, profile, temperature, start, sign, apply) for cell in cells
    ]
    if len(loaded) == 1:
        return loaded
    validation.distinct_names(cells)
    return [
        replace(one, segments=tuple(replace(s, name=cell.name) for s in one.segments))
        for one, cell in zip(loaded, cells, strict=True)
    ]


def _load(
    cell: Cell,
    steps: str | Sequence[str] | None,
    profile: str | Path | None,
    temperature: float,
    start: Start | None,
    sign: Direction | None,
    apply: Applied | None,
) -> Protocol:
    """The protocol of one cell."""
    if (steps is None) == (profile is None):
        given = (
            "neither steps nor a profile" if steps is None else "steps and a profile"
        )
        raise refusal("protocol", f"{given} is given", "one of them")
    if profile is not None:
        return Protocol.of_profile(
            cell, profile, temperature, start or "charged", sign, apply
        )
    if sign or apply:
        raise refusal("steps", "sign and apply are for a profile", "steps without them")
    return of_steps(cell, steps or "", temperature, start)


def _sentences(steps: str | Sequence[str]) -> list[str]:
    """The steps, each with a capital letter and without a full stop."""
    parts: Sequence[object] = steps if isinstance(steps, list | tuple) else [steps]
    if isinstance(steps, str):
        parts = _repeated(steps).strip().removesuffix(";").split(";")
    sentences = []
    for number, part in enumerate(parts, start=1):
        if not isinstance(part, str) or not part.strip():
            what = f"{part!r} is no sentence"
            raise refusal(f"step {number}", what, f'steps such as "{EXAMPLE}"')
        text = " ".join(part.split()).removesuffix(".")
        sentences.append(text[:1].upper() + text[1:])
    if not sentences:
        raise refusal("steps", "there is none", f'such as "{EXAMPLE}"')
    return sentences


def _repeated(steps: str) -> str:
    """The steps with "20 x (one; two)" written out, the innermost brackets first.

    Examples
    --------
    >>> _repeated("2 x (Discharge at 1C for 60 s; Rest for 1 h)")
    'Discharge at 1C for 60 s; Rest for 1 h; Discharge at 1C for 60 s; Rest for 1 h'
    """

    def written_out(match: re.Match[str]) -> str:
        text, group = match[1], match[2].strip(" ;")
        number = int(text) if len(text) <= DIGITS else MOST_STEPS + 1
        if not 1 <= number * (group.count(";") + 1) <= MOST_STEPS:
            shown = text if len(text) <= DIGITS else f"{text[:DIGITS]}..."
            raise _too_many(f"{shown} repetitions are refused")
        return "; ".join([group] * number)

    found = 1
    while found:
        steps, found = _REPETITION.subn(written_out, steps)
        number = steps.count(";") + 1
        if number > MOST_STEPS:
            raise _too_many(f"{number} steps are refused")
    return steps


def _too_many(what: str) -> NfpcellError:
    return refusal("steps", what, f"1 to {MOST_STEPS} steps in all")
