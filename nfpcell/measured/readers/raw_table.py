"""A table of a file: its used columns, before and after unit conversion."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.measured.readers import units
from nfpcell.measured.readers.column_choice import ChosenColumn
from nfpcell.measured.readers.number_columns import Floats, plain_numbers


@dataclass
class RawTable:
    """The used columns of a table of a file, by quantity."""

    path: Path  # of the file
    columns: dict[str, ChosenColumn]
    values: dict[str, pd.Series]  # numbers or text as in the file
    first_line: int | None = None  # of the first row; None where there are no lines
    remarks: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))

    @cached_property
    def numbers(self) -> dict[str, Floats]:
        """Every column except the state, as numbers in SI units, by quantity."""
        numbers = {}
        for quantity, values in self.values.items():
            if quantity == "state":
                continue
            heading = self.columns[quantity].heading
            with np.errstate(all="ignore"):
                column = plain_numbers(values, quantity) * heading.factor
            if heading.dimension == units.TEMPERATURE:
                column = column + units.celsius_offset(heading.unit)
            # before other quantities the minus is a dash
            if quantity in ("imaginary part", "phase"):
                column = column * heading.sign
            numbers[quantity] = column
        return numbers

    def where(self, row: int) -> str:
        """Line or row number in the file, for an error message."""
        if self.first_line is None:
            return f"row {row + 1}"
        return f"line {self.first_line + row}"

    def text(self, row: int, quantity: str) -> str:
        """The text of a cell; empty for a missing value."""
        value = self.values[quantity].iloc[row]
        return "" if pd.isna(value) else str(value).strip()[:40]
