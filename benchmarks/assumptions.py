"""The tables of docs/calibration.md on what was set by hand and what was assumed.

    nfpcell assumptions rate_30C resistance_30C --out FOLDER
    python -m benchmarks.assumptions FOLDER...

writes them between their marks in the document, and the figure into docs/figures. The
results may be in several folders.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from nfpcell import columns, plot
from nfpcell.cell import catalogue, units
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import split_unit
from nfpcell.studies import constants
from nfpcell.sweeping import assumptions

DOCUMENT = Path(__file__).parents[1] / "docs" / "calibration.md"
FIGURE = DOCUMENT.parent / "figures" / "assumptions.png"
MARKS = "<!-- made by a script of benchmarks/: {} -->\n", "<!-- end of {} -->"


def markdown(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def shown(name: str, *values: float) -> list[str]:
    """Values of a quantity in the units of the lab, the last with its unit."""
    quantity = units.shown(name, max(map(abs, values)))
    numbers = [f"{quantity.value(value):.4g}" for value in values]
    return [*numbers[:-1], f"{numbers[-1]} {quantity.printed}".strip()]


def set_by_hand(cells: Sequence[Cell]) -> str:
    """The constants that were set by hand with published numbers in view."""
    rows = []
    for row in constants.set_by_hand(cells):
        name, value = row[columns.NAME], row[columns.VALUE]
        low, high = shown(name, *row["Range"])
        (number,) = shown(name, value)
        users = f" ({row['Cells']})" if len(row["Cells"]) == 1 else ""
        set_with = ", ".join(row["Set with"])
        rows.append((split_unit(name)[0] + users, number, f"{low} to {high}", set_with))
    return markdown(("constant", "value", "range", "set with"), rows)


def targets(table: pd.DataFrame) -> str:
    """The targets with the numbers by which the next table calls them."""
    keys = (assumptions.TARGET, columns.CELL, columns.QUANTITY, columns.WHERE)
    rows = [
        (*(row[key] for key in keys), row[columns.PUBLISHED], f"{row['Before']:.4g}")
        for row in assumptions.targets(table).to_dict("records")
    ]
    heading = ("no.", "cell", "quantity", "condition", "published", "computed")
    return markdown(heading, [map(_degrees, row) for row in rows])


def _degrees(text: object) -> str:
    return str(text).replace(" degC", " °C")


def moves(table: pd.DataFrame) -> str:
    """Which targets each assumed quantity moves, at each end of its range."""
    quantities: dict[tuple[str, str], dict[float, str]] = {}
    for row in assumptions.moves(table):
        key = row[columns.NAME], row[assumptions.CELLS]
        changes = quantities.setdefault(key, {})
        changes[row[assumptions.END]] = "; ".join(row[assumptions.MOVED])
    rows = []
    for (name, cells), changes in quantities.items():
        of_quantity = table[(table[columns.NAME] == name)]
        of_quantity = of_quantity[of_quantity[assumptions.CELLS] == cells]
        ends = list(dict.fromkeys(of_quantity[assumptions.END]))
        value = of_quantity[columns.VALUE].iloc[0]
        *numbers, last = shown(name, value, *ends)
        users = "" if "C" in cells.split(", ") else f" ({_short(cells)})"
        values = f"{numbers[0]} ({' to '.join([*numbers[1:], last])})"
        quantity = split_unit(name)[0] + users
        rows.append((quantity, values, *(changes.get(end, "") for end in ends)))
    unmoving, refused = assumptions.others(table)
    names = ", ".join(split_unit(name)[0] for name in unmoving)
    text = markdown(("assumed", "value (range)", "lower end", "upper end"), rows)
    text += (
        f"\nNo target changes by more than {assumptions.MOVED_BY:g} % with: {names}."
    )
    if refused:
        names = ", ".join(split_unit(name)[0] for name in refused)
        text += f" Only `nfpcell protocol` computes: {names}."
    return f"{text}\n"


def _short(cells: str) -> str:
    """The cells that share a quantity; a number of them, if they are many."""
    number = cells.count(",") + 1
    return cells if number < 4 else f"{number} liquid cells"


def replaced(document: str, name: str, text: str) -> str:
    """The document with other text between the marks of this name."""
    begin, end = (mark.format(name) for mark in MARKS)
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    return re.sub(
        pattern, lambda _: f"{begin}\n{text}\n{end}", document, flags=re.DOTALL
    )


def read(folders: Sequence[str]) -> pd.DataFrame:
    """The tables of all folders, with the numbers of their targets counted on."""
    tables: list[pd.DataFrame] = []
    for folder in folders:
        table = pd.read_csv(Path(folder) / "summary.csv")
        number = table[assumptions.TARGET]
        last = tables[-1][assumptions.TARGET].max() if tables else 0
        table[assumptions.TARGET] = number.where(number == 0, number + last)
        # a shared quantity has more users in the experiments of another folder
        for earlier in tables:
            shared = earlier[[columns.NAME, assumptions.CELLS]].drop_duplicates()
            for name, cells in shared.itertuples(index=False):
                same = (table[columns.NAME] == name) & table[assumptions.CELLS].map(
                    lambda users, all=cells: {*users.split(", ")} < {*all.split(", ")}
                )
                table.loc[same, assumptions.CELLS] = cells
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def main(*folders: str) -> None:
    """Write the tables and the figure from the results in the folders."""
    cells = list(map(Cell.load, catalogue.cells()))
    results = read(folders)
    document = DOCUMENT.read_text("utf-8")
    document = replaced(document, "set by hand", set_by_hand(cells))
    document = replaced(document, "targets", targets(results))
    document = replaced(document, "moves", moves(results))
    DOCUMENT.write_text(document, "utf-8")
    plot.assumptions(results).savefig(FIGURE)


if __name__ == "__main__":
    main(*sys.argv[1:])
