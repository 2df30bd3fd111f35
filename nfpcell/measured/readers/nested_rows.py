"""Neware's export of cycles, steps and records in one table.

The rows of cycles are not indented, those of steps are indented by one cell, and those
of records by two cells.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nfpcell.errors import refusal
from nfpcell.measured.readers.column_choice import ChosenColumn
from nfpcell.measured.readers.headings import parse_heading
from nfpcell.measured.readers.number_columns import state_signs
from nfpcell.measured.readers.text_layout import TextLayout

# the rows are divided one by one, which needs time and memory
MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class NestedRows:
    """The rows of the records."""

    rows: bytes
    steps: list[int]  # number of the step of each record
    states: list[str]  # state of each record

    @classmethod
    def of(cls, data: memoryview, layout: TextLayout, path: Path) -> "NestedRows":
        """Select the records from the rows of a text."""
        if len(data) > MAX_BYTES:
            what = f"has {len(data) / 1e6:.0f} MB of cycles, steps and records"
            raise refusal(
                path, what, f"at most {MAX_BYTES / 1e6:g} MB, or records only"
            )
        depth, separator = layout.indent, layout.separator
        mark = separator.encode() if len(separator) == 1 else b"\t"
        rows, steps, states = [], [], []
        step, state = 0, ""
        for row in bytes(data).splitlines():
            cells = row.split(mark, depth + 1)
            filled = (place for place, cell in enumerate(cells) if cell.strip(b' "'))
            indent = next(filled, len(cells))
            if depth <= indent < len(cells):
                rows.append(row)
                steps.append(step)
                states.append(state)
            elif indent == depth - 1:
                step += 1
                state = _state(row.split(mark))
        return cls(b"\n".join(rows), steps, states)

    def add_to(
        self, columns: dict[str, ChosenColumn], values: dict[str, pd.Series]
    ) -> None:
        """Add the step and the state as columns, if the table has no such columns."""
        length = len(next(iter(values.values())))
        for title, entries in (("Step", self.steps), ("State", self.states)):
            heading = parse_heading(title)
            if not heading or heading.quantity in columns or len(entries) != length:
                continue
            columns[heading.quantity] = ChosenColumn(heading, 0)
            values[heading.quantity] = pd.Series(entries)


def _state(cells: list[bytes]) -> str:
    """The first cell of a step's row that says charge or discharge, or empty text."""
    texts = [cell.decode("utf-8", "replace") for cell in cells]
    signs = state_signs(pd.Series(texts))
    return next((text for text, sign in zip(texts, signs, strict=True) if sign), "")
