"""A sweep: its cells, the points of its design, and its outputs."""

import hashlib
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nfpcell.cell import catalogue, validation
from nfpcell.cell.catalogue import NameOrPath
from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import Direction
from nfpcell.columns import CELL, DEPTH, DIRECTION, RATE, REMARK, STATUS, TEMPERATURE
from nfpcell.errors import DataFileError, refusal
from nfpcell.outcome import OK
from nfpcell.sweeping.case_design import SAMPLES, Axis, CaseDesign
from nfpcell.sweeping.sweep_file import CONDITIONS, SweepFile, checked_design
from nfpcell.sweeping.sweep_outputs import AT_DEPTH, LISTS, TEXTS

CASE = "Case"


@dataclass(frozen=True)
class Case:
    """One cell under one condition, with its values of the varied quantities."""

    number: int
    cell_name: str
    varied: dict[str, float]  # all quantities that vary, conditions among them
    rate: float
    temperature: float  # [degC]
    depth: float  # of discharge, for resistances and spectra


class Failure(Enum):
    """The kind of failure of a case, with which its status begins."""

    REFUSED = "refused"  # invalid values
    FAILED = "failed"
    RESISTANCE = "resistance"  # only the resistances failed
    SPECTRUM = "spectrum"

    def status(self, reason: str) -> str:
        """The "Status" of the row."""
        return f"{self.value}: {reason}"


@dataclass(frozen=True)
class Sweep:
    """Every cell at every point of the design; the length is the number of cases.

    Examples
    --------
    >>> sweep = Sweep.load("plate_and_roughness")
    >>> sweep.axes[0].name, len(sweep)
    ('Separator thickness [m]', 96)
    """

    name: str
    title: str
    cells: tuple[Cell, ...]  # with the fixed values of the file
    design: CaseDesign
    conditions: dict[str, float]  # values of CONDITIONS, unless they vary
    direction: Direction
    model: str
    outputs: tuple[str, ...]  # out of ``sweep_outputs.OUTPUTS``

    @classmethod
    def load(cls, name_or_path: "NameOrPath | Sweep") -> "Sweep":
        """A built-in sweep by its name, or one in a .toml file."""
        if isinstance(name_or_path, Sweep):
            return name_or_path
        path, content = catalogue.read_experiment("sweep", SweepFile, name_or_path)
        design = checked_design(content, path)
        values = {k: v for k, v in content.fixed.items() if k not in CONDITIONS}
        return cls(
            path.stem,
            content.title,
            _cells(content.cells, values, path),
            design,
            {k: content.fixed.get(k, v) for k, v in CONDITIONS.items()},
            content.direction,
            content.model,
            tuple(dict.fromkeys(content.outputs)),
        )

    def with_values(self, values: Mapping[str, float]) -> Self:
        """The sweep of cells with other values; one that varies is refused."""
        for name in itertools.chain.from_iterable(axis.names for axis in self.axes):
            if name in values:
                right = "a quantity that the sweep does not vary"
                raise refusal(f'"{name}"', f"varies in the sweep {self.name}", right)
        return replace(self, cells=tuple(c.with_values(values) for c in self.cells))

    def __len__(self) -> int:
        return len(self.cells) * len(self.design)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes of the design."""
        return self.design.axes

    @property
    def sampled(self) -> bool:
        """Whether the points are a sample, as a sensitivity analysis needs."""
        return self.design.method in SAMPLES

    @property
    def numbers(self) -> list[str]:
        """The outputs that are single numbers."""
        return [name for name in self.outputs if name not in (*LISTS, *TEXTS)]

    def wants(self, outputs: tuple[str, ...]) -> bool:
        """Whether the sweep has one of these outputs."""
        return not set(outputs).isdisjoint(self.outputs)

    def case(self, number: int, point: NDArray[np.float64]) -> Case:
        """The case with this number, at its point of the design."""
        varied: dict[str, float] = {}
        for axis, value in zip(self.axes, point, strict=True):
            varied |= dict.fromkeys(axis.names, float(value))
        condition = [varied.get(name, self.conditions[name]) for name in CONDITIONS]
        cell = self.cells[number // len(self.design)]
        return Case(number, cell.name, varied, *condition)

    def cell(self, case: Case) -> Cell:
        """The cell of a case; raises NfpcellError for invalid values."""
        base = next(cell for cell in self.cells if cell.name == case.cell_name)
        values = {k: v for k, v in case.varied.items() if k not in CONDITIONS}
        return base.with_values(values, reference="varied in a sweep")

    # ``sweep_case`` imports this module, and loads PyBaMM
    def prepare(self, case: Case) -> None:
        """Build the engines of a case, see ``sweep_case``."""
        from nfpcell.sweeping import sweep_case

        sweep_case.prepare(self, case)

    def compute(self, case: Case) -> dict[str, Any]:
        """The row of a case with its outputs, see ``sweep_case``."""
        from nfpcell.sweeping import sweep_case

        return sweep_case.compute(self, case)

    def row(self, case: Case) -> dict[str, Any]:
        """The row of a case with empty outputs."""
        outputs: dict[str, Any] = dict.fromkeys(self.outputs, math.nan)
        outputs |= {name: None for name in self.outputs if name in LISTS}
        outputs |= {name: "" for name in self.outputs if name in TEXTS}
        depth = {DEPTH: case.depth} if self.wants(AT_DEPTH) else {}
        return {
            CASE: case.number,
            CELL: case.cell_name,
            DIRECTION: self.direction,
            RATE: case.rate,
            TEMPERATURE: case.temperature,
            **depth,
            **case.varied,
            **outputs,
            STATUS: OK,
            REMARK: "",
        }

    def failed_row(self, case: Case, failure: Failure, reason: str) -> dict[str, Any]:
        """The row of a case without outputs."""
        return self.row(case) | {STATUS: failure.status(reason)}

    @property
    def columns(self) -> list[str]:
        """Columns of the table."""
        return list(self.row(self.case(0, np.zeros(len(self.axes)))))

    @cached_property
    def sha256(self) -> str:
        """Hash of everything that determines the rows."""
        design = self.design
        content = {
            "cells": [[cell.name, cell.sha256] for cell in self.cells],
            "axes": [
                [axis.names, axis.values, str(axis.lower), str(axis.upper), axis.scale]
                for axis in self.axes
            ],
            "design": [design.method, design.number, design.seed],
            "conditions": self.conditions,
            "run": [self.direction, self.model, self.outputs],
        }
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _cells(names: list[str], values: dict[str, float], path: Path) -> tuple[Cell, ...]:
    """The cells of a file, with its fixed values."""
    cells: dict[str, Cell] = {}
    for name in names:
        cell = Cell.load_named(name, path)
        if cell.name in cells:
            raise DataFileError(
                f'{path}: cell "{cell.name}" is given twice; right would be once'
            )
        (cell,) = validation.half_cells(cell)
        cells[cell.name] = cell.with_values(values, reference=path.name)
    return tuple(cells.values())
