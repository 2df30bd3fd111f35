"""Remarks on the results of a table, in few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nfpcell import columns

if TYPE_CHECKING:
    import pandas as pd

MOST_LINES = 6


def lines(table: pd.DataFrame) -> list[str]:
    """Return one line for each cell, on its row at the highest C-rate with a remark.

    A table without C-rates, such as that of a protocol, has a line for each remark.
    """
    rows = table[table[columns.REMARK] != ""]
    if columns.RATE in table:
        # of several temperatures, the lowest needs most
        order = [columns.RATE, columns.TEMPERATURE]
        rows = rows.sort_values(order, ascending=[False, True], kind="stable")
        rows = rows.drop_duplicates(columns.CELL).sort_index()
    else:
        rows = rows.drop_duplicates(columns.REMARK)
    shown = [_line(row) for row in rows.to_dict("records")]
    if len(shown) > MOST_LINES:
        hidden = len(shown) - MOST_LINES
        shown[MOST_LINES:] = [f"{hidden} more remarks: see --out or --json"]
    return shown


def _line(row: dict[Any, Any]) -> str:
    where, names = f"{row[columns.TEMPERATURE]:g} °C", [row[columns.CELL]]
    if columns.RATE in row:
        where = f" at {row[columns.RATE]:g}C and {where}"
    else:
        # with several cells, a segment has the name of its cell
        names = list(dict.fromkeys([*names, row[columns.SEGMENT]]))
        where = f", step {row[columns.STEP]}, at {where}"
    return f"{', '.join(names)}{where}: {row[columns.REMARK]}"
