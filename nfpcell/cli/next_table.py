"""The printed table of measurements that could be made next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfpcell.cli.printed_table import Column, PrintedTable, Row, in_units, render
from nfpcell.cli.table_columns import UNIT
from nfpcell.number_format import is_known, with_interval

if TYPE_CHECKING:
    from nfpcell.fitting.measure_next import NextMeasurements

# a longer table is printed in short form
MOST_ROWS = 24


def _interval_after(row: Row) -> str:
    _, lower, upper = with_interval(row["Value"], row["Lower"], row["Upper"])
    return f"{lower} to {upper}"


def _order(row: Row) -> str:
    order = row["Order in combination"]
    return str(order) if is_known(order) else ""


QUANTITY = Column("Quantity", "Quantity")
COLUMNS = (
    Column("Measurement", "Measurement", wrap="fold"),
    QUANTITY,
    Column("Hours", "Hours", ".1f", "never"),
    Column("95 % interval\nafter it", _interval_after, "s", "never"),
    UNIT,
    Column("Times\nnarrower", "Times narrower", ".3g", "never"),
    Column("ln(narrower)\nfor each hour", "Shrinkage per hour", ".3g", "never"),
    Column("Combine", _order, wrap="never"),
)


def next_measurements(result: NextMeasurements) -> list[PrintedTable | str]:
    """Return one row for each measurement and wanted quantity, the best first."""
    rows = []
    for row in result.table.head(MOST_ROWS).to_dict("records"):
        lower, upper = row["Interval after"]
        value = result.design.known.cell[row["Quantity"]]
        numbers = {"Value": value, "Lower": lower, "Upper": upper}
        rows.append(in_units({**row, "Name": row["Quantity"], **numbers}, *numbers))
    several = len(result.design.wanted) > 1
    shown = [column for column in COLUMNS if several or column is not QUANTITY]
    more = len(result.table) - len(rows)
    lines = [f"{more} more rows: see --out or --json"] if more else []
    return [render(shown, rows), *lines]
