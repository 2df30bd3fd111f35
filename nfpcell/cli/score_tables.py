"""Printed tables of published numbers: targets, held-out numbers, assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nfpcell import columns
from nfpcell.cell.naming import printed_unit, split_unit
from nfpcell.cli.printed_table import Column, PrintedTable, Row, in_units, render
from nfpcell.cli.table_columns import CELL, QUANTITY, UNIT
from nfpcell.number_format import is_known

if TYPE_CHECKING:
    import pandas as pd

    from nfpcell.cell.definition import Cell


# -------------------------------------------------------------- entries of some columns
def _computed(row: Row) -> str:
    """A computed number, or why there is none."""
    number = row[columns.COMPUTED]
    return f"{number:.4g}" if is_known(number) else row[columns.REMARK]


def _unit(row: Row) -> str:
    """The unit of a published number, as it is printed."""
    return printed_unit(split_unit(row[columns.QUANTITY])[1])


def _evidence(row: Row) -> str:
    """The kind of evidence in one word."""
    evidence = row[columns.EVIDENCE]
    return evidence.split()[0] if evidence else "-"


def _users(row: Row) -> str:
    """The cells that share a quantity, or their number."""
    number = row["Cells"].count(",") + 1
    return row["Cells"] if number < 4 else f"{number} cells"


def _changes(row: Row) -> str:
    """Changes of several targets; a line breaks only between them."""
    return ", ".join(change.replace(" ", "") for change in row["Moved"])


# --------------------------------------------------------------- columns of the tables
# The experiment is in the records only, so that the quantity has more width.
TARGETS = (
    CELL,
    Column("Quantity", lambda row: split_unit(row[columns.QUANTITY])[0], wrap="fold"),
    Column(
        "Where",
        lambda row: row[columns.WHERE].replace(" degC", " °C").replace(", ", ",\n"),
        wrap="never",
    ),
    Column("Published", columns.PUBLISHED, ".4g"),
    Column("Computed", _computed, "s"),
    Column("Error\n[%]", columns.ERROR, "+.1f", "never"),
    Column("Tol.\n[%]", columns.TOLERANCE, ".4g", "never"),
    Column("Use", columns.USE, wrap="never"),
    Column("Evidence", _evidence, wrap="never"),
    Column("Met", lambda row: "yes" if row[columns.MET] else "no", wrap="never"),
)
HELD_OUT = (
    Column(
        "Number",
        lambda row: row[columns.SOURCE_NAME].replace(" degC", " °C"),
        wrap="fold",
    ),
    Column("Unit", _unit, wrap="never"),
    Column("Published", columns.PUBLISHED, ".4g"),
    Column("Computed", _computed, "s"),
    Column("Lower\n95 %", columns.LOWER_95, ".4g", "never"),
    Column("Upper\n95 %", columns.UPPER_95, ".4g", "never"),
    Column("Error\n[%]", columns.ERROR, "+.1f", "never"),
    Column("Use", columns.USE, wrap="never"),
    Column("Known from", columns.EVIDENCE),
    Column("Met", lambda row: "yes" if row[columns.MET] else "no", wrap="never"),
)
SET_BY_HAND = (
    QUANTITY,
    Column("In", _users, wrap="fold"),
    Column("Value", columns.VALUE, ".4g", "never"),
    UNIT,
    Column("Set with", lambda row: ", ".join(row["Set with"]), wrap="wide"),
)
NUMBERED_TARGETS = (
    Column("No.", "Target", "d", "never"),
    *TARGETS[:4],
    Column("Computed", "Before", ".4g"),
)
MOVES = (
    QUANTITY,
    Column("In", _users, wrap="fold"),
    Column("Value", columns.VALUE, ".4g", "never"),
    Column("Set to", "Set to", ".4g", "never"),
    UNIT,
    Column("Target: change", _changes, wrap="wide"),
)


# -------------------------------------------------------------------------- the tables
def targets(table: pd.DataFrame) -> PrintedTable:
    """Return one row for each target, with the missed ones in red."""
    return render(TARGETS, table.to_dict("records"), list(~table["Met"].astype(bool)))


def held_out(table: pd.DataFrame) -> PrintedTable:
    """Return one row for each held-out number, and for those beside it."""
    missed = list(~table[columns.MET].astype(bool))
    return render(HELD_OUT, table.to_dict("records"), missed)


def assumptions(cells: Sequence[Cell], table: pd.DataFrame) -> list[PrintedTable | str]:
    """Return constants set by hand; targets with their numbers; what moves them."""
    from nfpcell.studies import constants
    from nfpcell.sweeping import assumptions as study

    by_hand = constants.set_by_hand(cells)
    targets = study.targets(table)
    moves = [in_units(row, columns.VALUE, study.END) for row in study.moves(table)]
    unmoving, refused = study.others(table)
    others = {
        "No target changes with": unmoving,
        "Refused by these experiments": refused,
    }
    shown: list[PrintedTable | str] = [
        "Constants set by hand with published numbers in view",
        render(
            SET_BY_HAND,
            [in_units(row, columns.VALUE) for row in by_hand],
        ),
        "Targets",
        render(NUMBERED_TARGETS, targets.to_dict("records")),
        f"Targets that change by more than {study.MOVED_BY:g} % with one assumed "
        "quantity at an end of its range",
        render(MOVES, moves),
    ]
    return shown + [
        f"{what}: {', '.join(split_unit(name)[0] for name in names)}"
        for what, names in others.items()
        if names
    ]
