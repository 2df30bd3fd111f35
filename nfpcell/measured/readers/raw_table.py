"""A table of a file: its used columns, before and after unit conversion."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import DataFileError
from nfpcell.measured.readers import times, units
from nfpcell.measured.readers.column_choice import ChosenColumn
from nfpcell.measured.readers.column_quantities import COUNTERS, TIMES
from nfpcell.measured.readers.number_columns import Floats, plain_numbers
from nfpcell.measured.readers.times import Times


@dataclass
class RawTable:
    """The used columns of a table of a file, by quantity."""

    path: Path  # of the file
    columns: dict[str, ChosenColumn]
    values: dict[str, pd.Series]  # numbers or text as in the file
    first_line: int | None = None  # of the first row; None where there are no lines
    remarks: list[str] = field(default_factory=list)
    title: str = "the table"  # in remarks, if the file has several tables
    titles: tuple[str, ...] = ()  # all headings, the unused ones too
    unread_times: list[DataFileError] = field(default_factory=list)

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))

    @cached_property
    def numbers(self) -> dict[str, Floats]:
        """Every column except the state, as numbers in SI units, by quantity."""
        numbers = {quantity: time.seconds for quantity, time in self.times.items()}
        for quantity, values in self.values.items():
            if quantity == "state" or quantity in numbers:
                continue
            heading = self.columns[quantity].heading
            with np.errstate(all="ignore"):
                column = plain_numbers(values) * heading.factor
            if heading.dimension == units.TEMPERATURE:
                column = column + units.celsius_offset(heading.unit)
            # before other quantities the minus is a dash
            if quantity in ("imaginary part", "phase"):
                column = column * heading.sign
            numbers[quantity] = column
        for quantity, counter in COUNTERS.items():
            potential = numbers.pop(counter, None)
            if potential is None:
                continue
            if np.isfinite(potential).any():
                numbers[quantity] = numbers[quantity] - potential
            else:
                title = self.columns[counter].heading.title
                self.remarks.append(f'"{title}" is empty and is not subtracted')
        return numbers

    @cached_property
    def times(self) -> dict[str, Times]:
        """The columns of time, by quantity; one that cannot be read is left out."""
        found = {}
        for quantity in sorted(TIMES & set(self.values)):
            heading = self.columns[quantity].heading
            try:
                found[quantity] = times.read(self.values[quantity], heading, self.path)
            except DataFileError as error:
                self.unread_times.append(error)
        return found

    def where(self, row: int) -> str:
        """Line or row number in the file, for an error message."""
        if self.first_line is None:
            return f"row {row + 1}"
        return f"line {self.first_line + row}"

    def text(self, row: int, quantity: str) -> str:
        """The text of a cell; empty for a missing value."""
        value = self.values[quantity].iloc[row]
        return "" if pd.isna(value) else str(value).strip()[:40]
